// ca/data_token.h - somebody's own token (a smartcard) that keeps small data behind its PIN.
//
// Opened with a PIN that was set where the card was made; no key is ever made or used in it.
// Source: PKCS #11 v2.40 section 4.5 (data objects).

#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/pkcs11_module.h"
#include "ca/ram_directory.h"
#include "ca/token_facts.h"
#include "ca/token_session.h"

namespace ca {

// Where a token is to be found: through the library of its maker; or, where `library` is empty, the
// files of a SoftHSM token in `softhsm_folder`, which stand for a card in rehearsals and tests.
struct DataTokenPlace {
  std::filesystem::path library;
  std::filesystem::path softhsm_folder;
};

class DataToken {
 public:
  // Loads the library, finds the one token in it that has a PIN, and logs in, once: every wrong PIN
  // brings a card nearer to being locked. One at a time in a process, and not while a SoftToken is
  // open. Errors: kNotFound for the library or where no token is inserted; kMalformed where it is
  // no library; kRefusedByPolicy where several tokens are inserted, for a wrong PIN, or a locked
  // one; kWrongState, kDeviceFailure, kStorageFailure.
  static base::Result<std::unique_ptr<DataToken>> open(const DataTokenPlace& place,
                                                       const base::SecretBytes& pin);

  ~DataToken();
  DataToken(const DataToken&) = delete;
  DataToken& operator=(const DataToken&) = delete;

  [[nodiscard]] const TokenFacts& facts() const { return facts_; }

  // What stands under that label. Errors: kNotFound where nothing does; kInconsistent where several
  // objects have that label; kDeviceFailure.
  base::Result<base::Bytes> read(std::string_view label);

  // Writes under a label that is free, and reads it back through a session of its own before it
  // counts. Errors: kRefusedByPolicy where something stands under that label: nothing is ever
  // overwritten; kInconsistent where something else is read back; kDeviceFailure.
  base::Result<void> write_new(const TokenData& data);

  // Destroys what stands under that label. Errors: as read().
  base::Result<void> remove(std::string_view label);

  // The library's functions, for tests.
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return module_->functions(); }

 private:
  DataToken() = default;

  base::Result<std::filesystem::path> prepare_softhsm(const std::filesystem::path& tokens);
  base::Result<void> start_library(const DataTokenPlace& place);
  base::Result<void> open_session(const base::SecretBytes& pin);
  base::Result<TokenObject> object_labelled(std::string_view label);
  base::Result<void> read_back(const TokenData& data);

  // In this order, so that they go in the other one.
  std::unique_ptr<RamDirectory> settings_;  // of SoftHSM; else empty
  std::unique_ptr<Pkcs11Module> module_;
  std::shared_ptr<TokenSession> session_;
  CK_SLOT_ID slot_ = 0;
  TokenFacts facts_;
};

}  // namespace ca
