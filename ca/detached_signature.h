// ca/detached_signature.h - signatures over a file that stands beside them: CMS, or bare.
//
// Sources: RFC 5652 (CMS SignedData with signed attributes), RFC 5035 (signingCertificateV2),
// RFC 5754 (RSA and ECDSA with SHA-2 in CMS), RFC 8419 (Ed25519), RFC 9882 (ML-DSA), RFC 9814
// (SLH-DSA). OpenSSL's own CMS signer needs the private key, and here the key is in a token: what
// is signed is built here, and what comes back is read by OpenSSL.

#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/der.h"
#include "ca/signer.h"

namespace ca {

// What is signed, by whom, and when by the plan; all borrowed.
struct DetachedParts {
  base::ByteView content;  // the whole file
  // The signer's, then those above it, each the issuer of the one before; without the root.
  const std::vector<Certificate>& certificates;
  Instant signing_time;
};

// The DER of a CMS ContentInfo: SignedData, version 1, without the content, with the certificates,
// one signer by issuer and serial number, and these signed attributes, sorted as DER wants them:
// contentType (id-data), messageDigest, signingTime, signingCertificateV2 (SHA-256, with issuer and
// serial number). The digest is that of the signature (SHA-256, SHA-384, SHA-512); for Ed25519 and
// ML-DSA it is SHA-512, for SLH-DSA SHA-256 (128s) or SHA-512. Given out only after
// verify_detached().
// Errors: kInvalidArgument without a certificate; kRefusedByPolicy where the signer holds another
// key than the first certificate's; kDeviceFailure from the signer; kInconsistent where what came
// back does not verify, and may not be used.
base::Result<base::Bytes> sign_detached(const DetachedParts& parts, Signer& signer);

// Whether `der` is such a signature by the key of `certificate` over `content`: read by OpenSSL,
// every attribute compared, the signature verified over the attributes as DER.
// Errors: kMalformed for what is no such CMS object; kInconsistent where it is of another file,
// certificate or key.
struct DetachedSignature {
  base::ByteView der;
  base::ByteView content;
  const Certificate& certificate;
};
base::Result<void> verify_detached(const DetachedSignature& signature);

// The bare signature over the whole file, as Signer::sign() gives it: `openssl dgst -verify` (RSA,
// ECDSA) and `openssl pkeyutl -verify -rawin` (Ed25519) take it. Verified before it is given out.
// Errors: as sign_detached().
base::Result<base::Bytes> sign_raw(base::ByteView content,
                                   const Certificate& certificate,
                                   Signer& signer);

// Whether a certificate is one for signing code: an end entity's, whose keyUsage has
// digitalSignature and whose extendedKeyUsage has codeSigning (RFC 5280 section 4.2.1.12), and
// which counts at `end_of_day`, the last second of the day of the signature: it may begin on that
// day, and lasts through it. Errors: kRefusedByPolicy, saying which it is not.
base::Result<void> check_code_signer(const Certificate& certificate, Instant end_of_day);

}  // namespace ca
