// ca/key_wrap.h - AES-256 key wrap with padding by libcrypto: a PKCS #8 under a KEK, and back.
//
// Source: RFC 5649 (AES Key Wrap with Padding, "KWP" in NIST SP 800-38F). The same bytes open with
//   openssl enc -d -id-aes256-wrap-pad -K KEK_IN_HEX -iv A65959A6 -in root-key.blob

#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/kek.h"

namespace ca {

// `openssl enc` reads at most this much of a wrapped key; a longer blob could not be recovered by
// the documented command, so none is ever made.
inline constexpr std::size_t kLongestBlob = 4096;

// Wraps 1 to 4088 bytes; the result is longer by 8 to 15 bytes and depends on nothing else, so the
// same input always gives the same blob. Errors: kInvalidArgument for another length;
// kDeviceFailure.
base::Result<base::Bytes> wrap_by_openssl(const base::SecretBytes& secret, const Kek& kek);

// The bytes that were wrapped. Errors: kInconsistent where `blob` was altered or wrapped under
// another KEK (which of the two cannot be told); kDeviceFailure.
base::Result<base::SecretBytes> unwrap_by_openssl(base::ByteView blob, const Kek& kek);

// The DER value at the beginning of `padded`, without the zero bytes behind it. SoftHSM 2.6 pads
// a key to 8 bytes before it wraps it, and the padding comes back as if it belonged to the key.
// Errors: kMalformed unless it is one DER value followed by fewer than 8 bytes, all zero.
base::Result<base::SecretBytes> without_stray_zeros(const base::SecretBytes& padded);

}  // namespace ca
