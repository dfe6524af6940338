// ca/token_algorithm.h - our algorithms in the terms of PKCS #11: key types, mechanisms, and the
// forms that keys and signatures take there and in a certificate.

#pragma once

#include <p11-kit/pkcs11.h>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"
#include "ca/pkcs11_module.h"

namespace ca {

// How PKCS #11 v2.40 names an algorithm.
struct TokenAlgorithm {
  CK_KEY_TYPE key_type;
  CK_MECHANISM_TYPE generate;
  CK_MECHANISM_TYPE sign;
  CK_ULONG modulus_bits;     // RSA; else 0
  base::ByteView ec_params;  // CKA_EC_PARAMS of the others; constant data
};

// Errors: kRefusedByPolicy for what PKCS #11 v2.40 has no name for (the post-quantum ones).
base::Result<TokenAlgorithm> token_algorithm(Algorithm algorithm, const Pkcs11Dialect& dialect);

// What C_Sign is given for a message: for RSA the DigestInfo (RFC 8017 section 9.2), for elliptic
// curves the hash, for Ed25519 the message itself. Hashing is done here because SoftHSM 2.6 signs
// raw values only. Errors: kDeviceFailure.
base::Result<base::Bytes> token_signature_input(Algorithm algorithm, base::ByteView message);

// The signature as a certificate holds it: what C_Sign gave, but for elliptic curves r || s becomes
// Ecdsa-Sig-Value (RFC 3279 section 2.2.3). Errors: kDeviceFailure for a wrong length.
base::Result<base::Bytes> certificate_signature(Algorithm algorithm, base::ByteView from_token);

// SubjectPublicKeyInfo from the two attributes of an RSA public key, big-endian numbers.
struct RsaAttributes {
  base::Bytes modulus;
  base::Bytes public_exponent;
};
base::Result<base::Bytes> public_key_info_from(const RsaAttributes& attributes);

// SubjectPublicKeyInfo from CKA_EC_POINT: a DER OCTET STRING around the point, as the standard
// says, or the bare point, as some tokens have it. Errors: kDeviceFailure for what is no point.
base::Result<base::Bytes> public_key_info_from(Algorithm algorithm, base::ByteView ec_point);

}  // namespace ca
