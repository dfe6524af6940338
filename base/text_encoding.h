// base/text_encoding.h - bytes as text and back: hex, base64, base32.
//
// Source: RFC 4648 (the alphabets of sections 4, 5, 6 and 8). Decoding is strict: only the one
// text that encoding gives is accepted, so a text and its bytes name each other uniquely.

#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace base {

// Lower-case digits, two a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

// Errors: kMalformed for upper case, odd length or any other character.
Result<Bytes> from_hex(std::string_view text);

// The standard alphabet with padding (RFC 4648 section 4).
[[nodiscard]] std::string to_base64(ByteView bytes);

// Errors: kMalformed for wrong or missing padding, white space, or bits set beyond the last byte.
Result<Bytes> from_base64(std::string_view text);

// The URL-safe alphabet without padding (RFC 4648 section 5; as in RFC 9901).
[[nodiscard]] std::string to_base64url(ByteView bytes);

// Errors: kMalformed for padding, white space, or bits set beyond the last byte.
Result<Bytes> from_base64url(std::string_view text);

// Upper-case letters and 2-7 without padding (RFC 4648 section 6). Not for secrets.
[[nodiscard]] std::string to_base32(ByteView bytes);

// Errors: kMalformed for lower case, padding, an impossible length, or bits set beyond the last
// byte.
Result<Bytes> from_base32(std::string_view text);

// The hex digits of a secret, as secret bytes. Constant time in the contents.
[[nodiscard]] SecretBytes secret_to_hex(const SecretBytes& bytes);

// Constant time in the contents but for the answer whether they are hex digits.
// Errors: kMalformed; the message shows nothing of the digits.
Result<SecretBytes> secret_from_hex(const SecretBytes& digits);

}  // namespace base
