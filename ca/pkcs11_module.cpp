#include "ca/pkcs11_module.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <system_error>
#include <utility>

#include "ca/openssl_error.h"
#include "ca/pkcs11_error.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

// CKM_AES_KEY_WRAP_KWP of PKCS #11 v3.0 section 2.14; the 2.40 header does not know it.
constexpr CK_MECHANISM_TYPE kAesKeyWrapKwp = 0x210b;

constexpr std::array kDialects{
    // SoftHSM 2.6 gives RFC 5649 the number 0x210a, which PKCS #11 v3.0 gives to another padding.
    Pkcs11Dialect{"SoftHSM",
                  CKM_AES_KEY_WRAP_PAD,
                  Pkcs11Dialect::EdwardsCurve::kName,
                  Pkcs11Dialect::EdwardsWrapping::kNo},
    Pkcs11Dialect{"",
                  kAesKeyWrapKwp,
                  Pkcs11Dialect::EdwardsCurve::kObjectIdentifier,
                  Pkcs11Dialect::EdwardsWrapping::kYes},
};

constexpr std::array kSofthsmPlaces{
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
};

const Pkcs11Dialect& dialect_of(std::string_view manufacturer) {
  return *std::find_if(kDialects.begin(), kDialects.end(), [manufacturer](const auto& dialect) {
    return manufacturer.substr(0, dialect.manufacturer.size()) == dialect.manufacturer;
  });
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

base::Result<std::unique_ptr<Pkcs11Module>> Pkcs11Module::load(
    const std::filesystem::path& library) {
  const base::Result<CK_FUNCTION_LIST*> functions = functions_in(library);
  if (!functions) {
    return functions.error();
  }
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV answer = (*functions)->C_Initialize(&arguments);
  forget_openssl_errors();  // SoftHSM 2.6 leaves entries of its own in our queue
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "starting the token library");
  }
  std::unique_ptr<Pkcs11Module> module(new Pkcs11Module(**functions));
  if (base::Result<void> read = module->read_facts(); !read) {
    return read.error();
  }
  return module;
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
  dialect_ = &dialect_of(facts_.manufacturer);
  return {};
}

Pkcs11Module::~Pkcs11Module() {
  functions_->C_Finalize(nullptr);
  forget_openssl_errors();
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

}  // namespace ca
