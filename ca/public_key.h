// ca/public_key.h - what is done with a SubjectPublicKeyInfo: read, write, compare, verify with.

#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"
#include "ca/openssl_ptr.h"

namespace ca {

// The public key in a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), of any type that
// libcrypto knows. Errors: kRefusedByPolicy, as algorithm_named() says it, for one of a
// post-quantum algorithm of ours that this libcrypto lacks; kMalformed for anything else, also for
// bytes after its end.
base::Result<EvpPkeyPtr> read_public_key(base::ByteView public_key_info);

// The post-quantum algorithm of ours that a DER SubjectPublicKeyInfo names, also where this
// libcrypto cannot read the key in it. Nothing for all else.
std::optional<Algorithm> post_quantum_algorithm_of(base::ByteView public_key_info);

// Whether these bytes have the form in which a key on P-256, P-384 or P-521, or one of Ed25519, is
// usually written; where it is a key, they are its only form then. The point need not lie on the
// curve.
bool has_usual_form(base::ByteView public_key_info);

// DER SubjectPublicKeyInfo of the public half of `key`. Errors: kDeviceFailure.
base::Result<base::Bytes> public_key_info_of(const EVP_PKEY& key);

// Which of our algorithms a key is of. Errors: kRefusedByPolicy for any other type or size (an
// RSA-2048 key too: it may be a subject, but never a root).
base::Result<Algorithm> algorithm_of(const EVP_PKEY& key);
base::Result<Algorithm> algorithm_of_public_key(base::ByteView public_key_info);

// Whether both are the same key. Compares the keys, not the bytes: the parameters of an algorithm
// may be written in two ways. Errors: kMalformed.
base::Result<bool> is_same_public_key(base::ByteView one, base::ByteView other);

// What there is to verify; all three are borrowed. `signature` is as Signer::sign() gives it.
struct SignedMessage {
  base::ByteView public_key_info;
  base::ByteView message;
  base::ByteView signature;
};

// Verifies by libcrypto, by the rules of Signer::sign(). Errors: kMalformed or kRefusedByPolicy for
// the public key; kInconsistent when the signature is not of this key over this message.
base::Result<void> verify_signature(const SignedMessage& signed_message);

// The digest that Signer::sign() uses with that algorithm: "SHA-256", "SHA-384", "SHA-512", or
// nullptr where the algorithm takes the whole message (Ed25519, ML-DSA, SLH-DSA).
const char* digest_name_of(Algorithm algorithm);

}  // namespace ca
