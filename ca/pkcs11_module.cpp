#include "ca/pkcs11_module.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <system_error>
#include <utility>

#include "ca/openssl_error.h"
#include "ca/pkcs11_error.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array kSofthsmPlaces{
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
};

using SettingsWay = Pkcs11Dialect::SettingsWay;

// NSS has its text where the standard wants nothing, and the standard's "nothing" behind it.
struct InitialiseArguments {
  CK_C_INITIALIZE_ARGS standard;
  void* behind;
};

Error unknown_settings() {
  return Error{ErrorCode::kInvalidArgument,
               "the settings of the token library are not of this library (SoftHSM: "
               "SOFTHSM2_CONF=FILE; NSS: configdir='sql:FOLDER'); correct them, or leave them out"};
}

Error not_a_module(const std::filesystem::path& library) {
  return Error{ErrorCode::kMalformed,
               library.filename().string() +
                   " is not a PKCS #11 library that this machine can load; give the path of the "
                   "library that belongs to the token"};
}

base::Result<CK_FUNCTION_LIST*> functions_in(const std::filesystem::path& library) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(library, ignored)) {
    return Error{ErrorCode::kNotFound,
                 "there is no token library " + library.string() +
                     " on this machine; install it or give its path in the plan"};
  }
  // Never unmapped: libraries of tokens leave threads and exit handlers behind.
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    return not_a_module(library);
  }
  auto* const get_functions =
      reinterpret_cast<CK_C_GetFunctionList>(dlsym(handle, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_functions == nullptr || get_functions(&functions) != CKR_OK || functions == nullptr) {
    dlclose(handle);
    return not_a_module(library);
  }
  return functions;
}

}  // namespace

std::string text_in_field(base::ByteView field) {
  std::string text(field.begin(), field.end());
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string version_text(const CK_VERSION& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

base::Result<std::filesystem::path> Pkcs11Module::find_softhsm() {
  for (const char* const place : kSofthsmPlaces) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(place, ignored)) {
      return std::filesystem::path(place);
    }
  }
  return Error{ErrorCode::kNotFound,
               "SoftHSM is not installed on this machine, and the root key needs it as its token; "
               "install the package softhsm2 or give the path of another token library"};
}

base::Result<std::unique_ptr<Pkcs11Module>> Pkcs11Module::load(const std::filesystem::path& library,
                                                               const std::string& settings) {
  const Pkcs11Dialect* const meant = dialect_set_by(settings);
  if (meant == nullptr && !settings.empty()) {
    return unknown_settings();
  }
  const base::Result<CK_FUNCTION_LIST*> functions = functions_in(library);
  if (!functions) {
    return functions.error();
  }
  std::unique_ptr<Pkcs11Module> module(new Pkcs11Module(**functions));
  if (base::Result<void> done = module->initialise(settings); !done) {
    return done.error();
  }
  if (base::Result<void> read = module->read_facts(); !read) {
    return read.error();
  }
  if (meant != nullptr && meant != module->dialect_) {
    return unknown_settings();
  }
  return module;
}

base::Result<void> Pkcs11Module::initialise(const std::string& settings) {
  const Pkcs11Dialect* const meant = dialect_set_by(settings);
  const SettingsWay way = meant == nullptr ? SettingsWay::kNone : meant->settings_way;
  const std::size_t name_end = settings.find('=');
  if (way == SettingsWay::kEnvironment) {
    variable_ = settings.substr(0, name_end);
    // The library has no other way, and nothing else runs yet.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    setenv(variable_.c_str(), settings.c_str() + name_end + 1, 1);
  }
  InitialiseArguments arguments{};
  arguments.standard.flags = CKF_OS_LOCKING_OK;
  if (way == SettingsWay::kArgument) {
    arguments.standard.pReserved = const_cast<char*>(settings.c_str());
  }
  const CK_RV answer = functions_->C_Initialize(&arguments);
  forget_openssl_errors();  // SoftHSM 2.6 leaves entries of its own in our queue
  if (answer == CKR_ARGUMENTS_BAD && way == SettingsWay::kArgument) {
    return unknown_settings();
  }
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "starting the token library");
  }
  is_initialised_ = true;
  return {};
}

base::Result<void> Pkcs11Module::read_facts() {
  CK_INFO info{};
  if (const CK_RV answer = functions_->C_GetInfo(&info); answer != CKR_OK) {
    return pkcs11_error(answer, "asking the token library who made it");
  }
  facts_ = {.manufacturer = text_in_field(info.manufacturerID),
            .description = text_in_field(info.libraryDescription),
            .version = version_text(info.libraryVersion),
            .cryptoki_version = version_text(info.cryptokiVersion)};
  dialect_ = &dialect_of({.manufacturer = facts_.manufacturer, .description = facts_.description});
  return {};
}

Pkcs11Module::~Pkcs11Module() {
  if (is_initialised_) {
    functions_->C_Finalize(nullptr);
    forget_openssl_errors();
  }
  if (!variable_.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): as in initialise()
    unsetenv(variable_.c_str());
  }
}

base::Result<std::vector<CK_SLOT_ID>> Pkcs11Module::slots_with_token() const {
  CK_ULONG count = 0;
  if (const CK_RV answer = functions_->C_GetSlotList(CK_TRUE, nullptr, &count); answer != CKR_OK) {
    return pkcs11_error(answer, "looking for tokens");
  }
  std::vector<CK_SLOT_ID> slots(count);
  if (const CK_RV answer = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
      answer != CKR_OK) {
    return pkcs11_error(answer, "looking for tokens");
  }
  slots.resize(count);
  return slots;
}

CK_FLAGS Pkcs11Module::uses_of(CK_MECHANISM_TYPE mechanism, CK_SLOT_ID slot) const {
  CK_MECHANISM_INFO info{};
  const bool is_there = functions_->C_GetMechanismInfo(slot, mechanism, &info) == CKR_OK;
  return is_there ? info.flags : 0;
}

}  // namespace ca
