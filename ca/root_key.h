// ca/root_key.h - the life of a root key: born, wrapped under its KEK, opened again, destroyed.

#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/algorithm.h"
#include "ca/kek.h"
#include "ca/root_blob.h"
#include "ca/signer.h"
#include "ca/software_key.h"
#include "ca/token.h"
#include "ca/token_key.h"

namespace ca {

// Where a key lives: in the token, but for algorithms that the token does not have (post-quantum):
// in locked memory of this process.
enum class KeyHome { kToken, kLockedMemory };

// A private key and the token that it depends on. Destroyed when this object goes; it signs nothing
// after the token was destroyed.
class RootKey final : public Signer {
 public:
  // A new key. Made in the token where that can wrap keys of the type, else by OpenSSL in locked
  // memory; wrap() puts it into the token then, where the token can hold the type.
  // Errors: kRefusedByPolicy where this machine has not the algorithm; kDeviceFailure.
  static base::Result<std::unique_ptr<RootKey>> generate(Token& token, Algorithm algorithm);

  // Opens a wrapped key into the token so that it cannot be taken out again, and proves by a signed
  // challenge that it is the expected one. Errors: kInconsistent where the blob does not open or
  // another key comes out; kMalformed for the expected public key; kDeviceFailure.
  static base::Result<std::unique_ptr<RootKey>> open(Token& token,
                                                     const WrappedKey& wrapped,
                                                     const Kek& kek);

  ~RootKey() override;
  RootKey(const RootKey&) = delete;
  RootKey& operator=(const RootKey&) = delete;

  // The key as a blob: its PKCS #8, byte for byte as RFC 5649 says, under the KEK. It is given out
  // only after prove_blob_opens_elsewhere(); from then on this object signs with the key that came
  // out of the blob and cannot be taken out of the token, and the first form is destroyed.
  // Errors: kWrongState when called twice or for a key that was opened; those of the proof.
  base::Result<base::Bytes> wrap(const Kek& kek);

  [[nodiscard]] KeyHome home() const {
    return in_token_ == nullptr ? KeyHome::kLockedMemory : KeyHome::kToken;
  }
  [[nodiscard]] Algorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] const base::Bytes& public_key_info() const override { return public_key_info_; }

  // Errors: those of TokenKey::sign(); kWrongState after destroy() or the end of the token.
  base::Result<base::Bytes> sign(base::ByteView message) override;

  // Destroys the key, in the token and in memory. May be called again. Errors: kDeviceFailure.
  base::Result<void> destroy();

 private:
  RootKey(std::shared_ptr<TokenSession> session, Algorithm algorithm, base::Bytes public_key_info)
      : session_(std::move(session)),
        algorithm_(algorithm),
        public_key_info_(std::move(public_key_info)) {}

  base::Result<base::Bytes> make_blob(const Kek& kek);
  base::Result<void> live_from(const WrappedKey& wrapped, const Kek& kek);

  std::shared_ptr<TokenSession> session_;
  Algorithm algorithm_;
  base::Bytes public_key_info_;
  std::unique_ptr<TokenKey> in_token_;
  std::unique_ptr<SoftwareKey> in_memory_;  // post-quantum; Ed25519 until it is wrapped
  bool may_be_wrapped_ = false;
};

}  // namespace ca
