#include "ca/soft_token.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ca/openssl_memory.h"
#include "ca/pkcs11_error.h"
#include "ca/softhsm_settings.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kPinBytes = 32;   // as hex 64 characters; SoftHSM takes up to 255
constexpr std::size_t kLabelSize = 32;  // PKCS #11 v2.40 section 5.5: filled up with blanks
constexpr std::size_t kLabelRandom = 8;

base::SecretBytes random_pin() {
  return base::secret_to_hex(base::SecretBytes::random(kPinBytes));
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
  base::Result<TokenFacts> facts = read_token_facts(*token->module_, *slot);
  if (!facts) {
    return facts.error();
  }
  token->facts_ = std::move(*facts);
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
  if (base::Result<void> pointed = point_softhsm_to(
          {.settings = directory_->path(), .tokens = directory_->path() / "tokens"});
      !pointed) {
    return pointed;
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
  forget_softhsm_settings();
  base::Result<void> removed = directory_->remove();
  if (removed) {
    directory_.reset();
  }
  return removed;
}

}  // namespace ca
