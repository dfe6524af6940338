// ca/soft_token.h - a token for one ceremony: SoftHSM, fresh, in memory, destroyed at the end.

#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "ca/pkcs11_module.h"
#include "ca/ram_directory.h"
#include "ca/token.h"
#include "ca/token_facts.h"
#include "ca/token_session.h"

namespace ca {

// One at a time in a process. Both its PINs are 256 random bits that nobody sees, wiped as soon as
// it is open: nobody can open it a second time. SoftHSM is software: who can read this process'
// memory can read its keys, and its "not extractable" is a promise of the library, no more.
class SoftToken final : public Token {
 public:
  struct Options {
    std::filesystem::path library;              // empty: SoftHSM, where Debian puts it
    std::filesystem::path memory = "/dev/shm";  // a folder in memory for the token's files
    RamOnly ram_only = RamOnly::kYes;
  };

  // Makes, initialises and opens one. Errors: kNotFound for the library; kMalformed where it is
  // none; kRefusedByPolicy where `memory` is not in memory; kWrongState where one is open already;
  // kDeviceFailure, kStorageFailure.
  static base::Result<std::unique_ptr<SoftToken>> create(const Options& options);
  static base::Result<std::unique_ptr<SoftToken>> create() { return create(Options()); }

  // destroy(), without hearing of a failure.
  ~SoftToken() override;
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;

  [[nodiscard]] const TokenFacts& facts() const override { return facts_; }
  [[nodiscard]] const std::shared_ptr<TokenSession>& session() const override { return session_; }
  base::Result<void> end() override { return destroy(); }

  // The library's functions. Requires: not destroyed.
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return module_->functions(); }

  // Closes the session with all its keys, ends the library, wipes and removes the files. May be
  // called again. Errors: kStorageFailure where files may be left.
  base::Result<void> destroy();

 private:
  SoftToken() = default;

  base::Result<void> start_library(const Options& options);
  base::Result<CK_SLOT_ID> initialise(const base::SecretBytes& officer_pin);
  base::Result<void> open_session(CK_SLOT_ID slot, const base::SecretBytes& officer_pin);

  // In this order, so that they go in the other one.
  std::unique_ptr<RamDirectory> directory_;
  std::unique_ptr<Pkcs11Module> module_;
  std::shared_ptr<TokenSession> session_;
  TokenFacts facts_;
};

}  // namespace ca
