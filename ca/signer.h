// ca/signer.h - whoever holds a private key and can sign bytes with it: a token, or (for algorithms
// that no token here has) a key in locked memory. Issuing knows nothing else about keys.

#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"

namespace ca {

class Signer {
 public:
  Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  virtual ~Signer() = default;

  [[nodiscard]] virtual Algorithm algorithm() const = 0;

  // SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7).
  [[nodiscard]] virtual const base::Bytes& public_key_info() const = 0;

  // The value of an X.509 signature BIT STRING over `message` (the whole message, not a hash):
  // RSA PKCS #1 v1.5 with SHA-256 (3072) or SHA-384 (4096), ECDSA as DER with SHA-256/384/512 by
  // curve, Ed25519, ML-DSA and SLH-DSA pure. Not verified yet: the caller verifies before it uses
  // it. Errors: kDeviceFailure.
  virtual base::Result<base::Bytes> sign(base::ByteView message) = 0;
};

}  // namespace ca
