#include "ca/hsm_token.h"

#include <string_view>
#include <utility>

#include "ca/dialect_probe.h"
#include "ca/openssl_memory.h"
#include "ca/pkcs11_error.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

struct FoundToken {
  CK_SLOT_ID slot = 0;
  CK_FLAGS flags = 0;
  std::string label;
};

// Those that are initialised: SoftHSM shows an empty slot beside them.
base::Result<std::vector<FoundToken>> initialised_tokens(const Pkcs11Module& module) {
  const base::Result<std::vector<CK_SLOT_ID>> slots = module.slots_with_token();
  if (!slots) {
    return slots.error();
  }
  std::vector<FoundToken> found;
  for (const CK_SLOT_ID slot : *slots) {
    CK_TOKEN_INFO info{};
    if (const CK_RV answer = module.functions().C_GetTokenInfo(slot, &info); answer != CKR_OK) {
      return pkcs11_error(answer, "asking the token what it is");
    }
    if ((info.flags & CKF_TOKEN_INITIALIZED) != 0) {
      found.push_back({.slot = slot, .flags = info.flags, .label = text_in_field(info.label)});
    }
  }
  return found;
}

Error no_such_token(const std::string& label, const std::vector<FoundToken>& tokens) {
  std::string there;
  for (const FoundToken& token : tokens) {
    there += there.empty() ? "\"" : ", \"";
    there.append(token.label).append("\"");
  }
  return Error{ErrorCode::kNotFound,
               "no token has the label \"" + label + "\"; " +
                   (there.empty()
                        ? "the library shows none that is initialised; connect the "
                          "token, and initialise it with its maker's program"
                        : "there are: " + there + "; connect the right one, or correct the label")};
}

base::Result<FoundToken> token_labelled(const Pkcs11Module& module, const std::string& label) {
  const base::Result<std::vector<FoundToken>> tokens = initialised_tokens(module);
  if (!tokens) {
    return tokens.error();
  }
  const FoundToken* found = nullptr;
  for (const FoundToken& token : *tokens) {
    if (token.label != label) {
      continue;
    }
    if (found != nullptr) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "two tokens have the label \"" + label +
                       "\", so nobody knows which one is meant; no PIN was tried; disconnect one, "
                       "or give it another label"};
    }
    found = &token;
  }
  return found == nullptr ? base::Result<FoundToken>(no_such_token(label, *tokens))
                          : base::Result<FoundToken>(*found);
}

// Before a PIN is spent on it.
base::Result<void> check_login_can_work(const FoundToken& token) {
  if ((token.flags & CKF_USER_PIN_INITIALIZED) == 0) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the token \"" + token.label +
                     "\" is initialised, but has no PIN for its user yet; set one with its "
                     "maker's program"};
  }
  if ((token.flags & CKF_USER_PIN_LOCKED) != 0) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the token \"" + token.label +
                     "\" is locked after too many wrong PINs, so no PIN was tried; its security "
                     "officer must unlock it"};
  }
  return {};
}

}  // namespace

base::Result<std::vector<TokenFacts>> tokens_at(const HsmPlace& place) {
  const base::Result<std::unique_ptr<Pkcs11Module>> module =
      Pkcs11Module::load(place.library, place.settings);
  if (!module) {
    return module.error();
  }
  const base::Result<std::vector<FoundToken>> found = initialised_tokens(**module);
  if (!found) {
    return found.error();
  }
  std::vector<TokenFacts> all;
  all.reserve(found->size());
  for (const FoundToken& token : *found) {
    base::Result<TokenFacts> facts = read_token_facts(**module, token.slot);
    if (!facts) {
      return facts.error();
    }
    all.push_back(std::move(*facts));
  }
  return all;
}

base::Result<std::unique_ptr<HsmToken>> HsmToken::open(const HsmPlace& place,
                                                       const base::SecretBytes& pin) {
  if (base::Result<void> prepared = prepare_openssl(); !prepared) {
    return prepared.error();
  }
  base::Result<std::unique_ptr<Pkcs11Module>> module =
      Pkcs11Module::load(place.library, place.settings);
  if (!module) {
    return module.error();
  }
  std::unique_ptr<HsmToken> token(new HsmToken());
  token->module_ = std::move(*module);
  const base::Result<FoundToken> found = token_labelled(*token->module_, place.label);
  if (!found) {
    return found.error();
  }
  if (base::Result<void> possible = check_login_can_work(*found); !possible) {
    return possible.error();
  }
  base::Result<TokenFacts> facts = read_token_facts(*token->module_, found->slot);
  if (!facts) {
    return facts.error();
  }
  token->facts_ = std::move(*facts);
  if (base::Result<void> opened = token->open_session(found->slot, pin); !opened) {
    return opened.error();
  }
  return token;
}

base::Result<void> HsmToken::open_session(CK_SLOT_ID slot, const base::SecretBytes& pin) {
  base::Result<std::shared_ptr<TokenSession>> session =
      TokenSession::open(module_->functions(), module_->dialect(), slot);
  if (!session) {
    return session.error();
  }
  session_ = std::move(*session);
  if (base::Result<void> done = session_->login(TokenUser::kUser, pin); !done) {
    return done;
  }
  const base::Result<Pkcs11Dialect> spoken = probe_dialect(*module_, slot, *session_);
  return spoken ? base::Result<void>() : base::Result<void>(spoken.error());
}

HsmToken::~HsmToken() {
  (void)end().ok();
}

base::Result<void> HsmToken::end() {
  if (session_ != nullptr && session_->is_open()) {
    (void)session_->logout().ok();  // closing the session logs out as well
    session_->close();              // stays there, so that a key that outlives the token says so
  }
  module_.reset();
  return {};
}

}  // namespace ca
