// ca/software_key.h - a private key held by libcrypto in this process, for algorithms that no token
// here has, for opening a wrapped key a second time, and for tests.
//
// What covers its memory: prepare_openssl() of ca/openssl_memory.h.

#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/algorithm.h"
#include "ca/openssl_ptr.h"
#include "ca/signer.h"

namespace ca {

class SoftwareKey final : public Signer {
 public:
  // A new key. Errors: kRefusedByPolicy where this libcrypto does not have the algorithm;
  // kDeviceFailure.
  static base::Result<std::unique_ptr<SoftwareKey>> generate(Algorithm algorithm);

  // The key in a DER PrivateKeyInfo (PKCS #8, RFC 5208; ML-DSA as in RFC 9881, SLH-DSA as in RFC
  // 9909), with nothing after its end. An elliptic-curve key may lack its public half: it is
  // computed. Errors: kMalformed; kInconsistent where its halves do not belong together;
  // kRefusedByPolicy for an algorithm that we do not use.
  static base::Result<std::unique_ptr<SoftwareKey>> from_pkcs8(const base::SecretBytes& pkcs8);

  // The key as DER PrivateKeyInfo; for ML-DSA seed only, so that it stays short enough for
  // `openssl enc` to unwrap (4096 bytes). Errors: kDeviceFailure.
  [[nodiscard]] base::Result<base::SecretBytes> to_pkcs8() const;

  // The 32 bytes of an Ed25519 private key (RFC 8032 section 5.1.5).
  // Errors: kInvalidArgument for another algorithm.
  [[nodiscard]] base::Result<base::SecretBytes> raw_private_key() const;

  [[nodiscard]] Algorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] const base::Bytes& public_key_info() const override { return public_key_info_; }
  base::Result<base::Bytes> sign(base::ByteView message) override;

 private:
  SoftwareKey(Algorithm algorithm, EvpPkeyPtr key, base::Bytes public_key_info)
      : algorithm_(algorithm), key_(std::move(key)), public_key_info_(std::move(public_key_info)) {}

  static base::Result<std::unique_ptr<SoftwareKey>> holding(EvpPkeyPtr key);

  Algorithm algorithm_;
  EvpPkeyPtr key_;
  base::Bytes public_key_info_;
};

}  // namespace ca
