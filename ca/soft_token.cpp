#include "ca/soft_token.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ca/openssl_memory.h"
#include "ca/pkcs11_error.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kPinBytes = 32;   // as hex 64 characters; SoftHSM takes up to 255
constexpr std::size_t kLabelSize = 32;  // PKCS #11 v2.40 section 5.5: filled up with blanks
constexpr std::size_t kLabelRandom = 8;
constexpr const char* kSettingsVariable = "SOFTHSM2_CONF";

base::SecretBytes random_pin() {
  return base::secret_to_hex(base::SecretBytes::random(kPinBytes));
}

Error no_settings() {
  return Error{ErrorCode::kStorageFailure,
               "the settings of the token could not be written into memory; free memory and begin "
               "again"};
}

// softhsm2.conf(5). Nothing in it is secret.
base::Result<void> write_settings(const std::filesystem::path& folder) {
  const std::string settings = "directories.tokendir = " + (folder / "tokens").string() +
                               "\nobjectstore.backend = file\nlog.level = ERROR\n"
                               "slots.removable = false\n";
  const std::filesystem::path file = folder / "softhsm2.conf";
  std::error_code error;
  std::filesystem::create_directory(folder / "tokens", error);
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (error || opened < 0) {
    return no_settings();
  }
  const ssize_t written = ::write(opened, settings.data(), settings.size());
  if (::close(opened) != 0 || written != static_cast<ssize_t>(settings.size())) {
    return no_settings();
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): SoftHSM has no other way; the engine has one thread here
  if (setenv(kSettingsVariable, file.c_str(), 1) != 0) {
    return no_settings();
  }
  return {};
}

std::string random_label() {
  std::string label = "conclave " + base::to_hex(base::random_bytes(kLabelRandom));
  label.resize(kLabelSize, ' ');
  return label;
}

// Initialising a token of SoftHSM moves it to another slot, so it is found again by its label.
base::Result<CK_SLOT_ID> slot_labelled(const Pkcs11Module& module, std::string_view label) {
  const base::Result<std::vector<CK_SLOT_ID>> slots = module.slots_with_token();
  if (!slots) {
    return slots.error();
  }
  for (const CK_SLOT_ID slot : *slots) {
    CK_TOKEN_INFO info{};
    if (module.functions().C_GetTokenInfo(slot, &info) == CKR_OK &&
        std::equal(label.begin(), label.end(), std::begin(info.label))) {
      return slot;
    }
  }
  return Error{ErrorCode::kDeviceFailure,
               "the token that was just made cannot be found again; begin this step again"};
}

std::string text_of(const CK_VERSION& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

}  // namespace

base::Result<std::unique_ptr<SoftToken>> SoftToken::create(const Options& options) {
  if (base::Result<void> prepared = prepare_openssl(); !prepared) {
    return prepared.error();
  }
  std::unique_ptr<SoftToken> token(new SoftToken());
  if (base::Result<void> started = token->start_library(options); !started) {
    return started.error();
  }
  const base::SecretBytes officer_pin = random_pin();
  const base::Result<CK_SLOT_ID> slot = token->initialise(officer_pin);
  if (!slot) {
    return slot.error();
  }
  if (base::Result<void> opened = token->open_session(*slot, officer_pin); !opened) {
    return opened.error();
  }
  if (base::Result<void> read = token->read_facts(*slot); !read) {
    return read.error();
  }
  return token;
}

base::Result<void> SoftToken::start_library(const Options& options) {
  std::filesystem::path library = options.library;
  if (library.empty()) {
    base::Result<std::filesystem::path> found = Pkcs11Module::find_softhsm();
    if (!found) {
      return found.error();
    }
    library = std::move(*found);
  }
  base::Result<std::unique_ptr<RamDirectory>> directory =
      RamDirectory::create(options.memory, options.ram_only);
  if (!directory) {
    return directory.error();
  }
  directory_ = std::move(*directory);
  if (base::Result<void> written = write_settings(directory_->path()); !written) {
    return written;
  }
  base::Result<std::unique_ptr<Pkcs11Module>> module = Pkcs11Module::load(library);
  if (!module) {
    return module.error();
  }
  module_ = std::move(*module);
  return {};
}

base::Result<CK_SLOT_ID> SoftToken::initialise(const base::SecretBytes& officer_pin) {
  const base::Result<std::vector<CK_SLOT_ID>> slots = module_->slots_with_token();
  if (!slots) {
    return slots.error();
  }
  if (slots->empty()) {
    return Error{ErrorCode::kDeviceFailure,
                 "this token library offers no place for a new token; give the path of SoftHSM's "
                 "library"};
  }
  std::string label = random_label();
  CK_RV answer = CKR_OK;
  {
    const base::SecretBytes::Reader pin = officer_pin.read();
    answer = module_->functions().C_InitToken(slots->front(),
                                              const_cast<unsigned char*>(pin.bytes().data()),
                                              pin.bytes().size(),
                                              reinterpret_cast<unsigned char*>(label.data()));
  }
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "making the token");
  }
  return slot_labelled(*module_, label);
}

base::Result<void> SoftToken::open_session(CK_SLOT_ID slot, const base::SecretBytes& officer_pin) {
  base::Result<std::shared_ptr<TokenSession>> session =
      TokenSession::open(module_->functions(), module_->dialect(), slot);
  if (!session) {
    return session.error();
  }
  session_ = std::move(*session);
  const base::SecretBytes user_pin = random_pin();
  if (base::Result<void> done = session_->login(TokenUser::kSecurityOfficer, officer_pin); !done) {
    return done;
  }
  if (base::Result<void> done = session_->set_user_pin(user_pin); !done) {
    return done;
  }
  if (base::Result<void> done = session_->logout(); !done) {
    return done;
  }
  return session_->login(TokenUser::kUser, user_pin);
}

base::Result<void> SoftToken::read_facts(CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  if (const CK_RV answer = module_->functions().C_GetTokenInfo(slot, &info); answer != CKR_OK) {
    return pkcs11_error(answer, "asking the token what it is");
  }
  facts_ = {.manufacturer = text_in_field(info.manufacturerID),
            .model = text_in_field(info.model),
            .serial = text_in_field(info.serialNumber),
            .firmware_version = text_of(info.firmwareVersion),
            .hardware_version = text_of(info.hardwareVersion),
            .library = module_->facts()};
  return {};
}

SoftToken::~SoftToken() {
  // Nobody is left to hear of a failure; whoever must know calls destroy() before.
  (void)destroy().ok();
}

base::Result<void> SoftToken::destroy() {
  if (session_ != nullptr) {
    session_->close();  // stays there, so that a key that outlives the token says so
  }
  module_.reset();
  if (directory_ == nullptr) {
    return {};
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as in write_settings()
  unsetenv(kSettingsVariable);
  base::Result<void> removed = directory_->remove();
  if (removed) {
    directory_.reset();
  }
  return removed;
}

}  // namespace ca
