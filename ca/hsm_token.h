// ca/hsm_token.h - a token that was there before the ceremony and is there after it: an HSM, found
// through its maker's PKCS #11 library by its label.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/pkcs11_module.h"
#include "ca/token.h"

namespace ca {

struct HsmPlace {
  std::filesystem::path library;  // of its maker
  std::string label;              // of the token
  std::string settings;           // of the library, see Pkcs11Module::load(); "": none
};

// All tokens that a library shows and that are initialised. Errors: as Pkcs11Module::load();
// kDeviceFailure.
base::Result<std::vector<TokenFacts>> tokens_at(const HsmPlace& place);

class HsmToken final : public Token {
 public:
  // Loads the library, finds the one token with that label, and logs in, once: every wrong PIN
  // brings a token nearer to being locked. A library that is in no row of the table is probed then.
  // Errors: as Pkcs11Module::load(); kNotFound where no token has that label (the message names
  // those that there are); kRefusedByPolicy where several have it, for one that has no PIN yet,
  // that is locked, or for a wrong PIN; kDeviceFailure.
  static base::Result<std::unique_ptr<HsmToken>> open(const HsmPlace& place,
                                                      const base::SecretBytes& pin);

  // end(), without hearing of a failure.
  ~HsmToken() override;
  HsmToken(const HsmToken&) = delete;
  HsmToken& operator=(const HsmToken&) = delete;

  [[nodiscard]] const TokenFacts& facts() const override { return facts_; }
  [[nodiscard]] const std::shared_ptr<TokenSession>& session() const override { return session_; }

  // Logs out, and closes session and library. Nothing that was made here stays in the token: all of
  // it are session objects. Errors: none.
  base::Result<void> end() override;

  // The library's functions, for tests. Requires: not ended.
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return module_->functions(); }

 private:
  HsmToken() = default;

  base::Result<void> open_session(CK_SLOT_ID slot, const base::SecretBytes& pin);

  // In this order, so that they go in the other one.
  std::unique_ptr<Pkcs11Module> module_;
  std::shared_ptr<TokenSession> session_;
  TokenFacts facts_;
};

}  // namespace ca
