// ca/signature_algorithm.h - the AlgorithmIdentifier of a signature, and which ones we accept.
//
// Sources: RFC 4055 section 5 (RSA), RFC 5758 section 3.2 (ECDSA), RFC 8410 section 3 (Ed25519),
// RFC 9881 section 2 (ML-DSA), RFC 9909 section 3 (SLH-DSA).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "ca/algorithm.h"

namespace ca {

// The DER AlgorithmIdentifier of what Signer::sign() gives for that algorithm. For Ed25519 and the
// post-quantum ones it is that of their public keys, too.
base::Bytes signature_algorithm_of(Algorithm algorithm);

// Its name by DER: "ecdsa-with-SHA384", or dotted digits. Empty for what is no AlgorithmIdentifier.
std::string name_of_signature_algorithm(base::ByteView algorithm_identifier);

// Whether a signature of that kind is accepted from others: RSA PKCS #1 v1.5 and ECDSA with
// SHA-256, SHA-384 or SHA-512, Ed25519, ML-DSA-65/87, SLH-DSA-SHA2-128s/192s/256s; exactly in the
// encoding of the sources above.
// MD5, SHA-1, SHA-224, DSA and RSA-PSS are not.
bool is_accepted_signature_algorithm(base::ByteView algorithm_identifier);

}  // namespace ca
