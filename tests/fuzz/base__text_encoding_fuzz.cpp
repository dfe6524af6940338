// tests/fuzz/base__text_encoding_fuzz.cpp - only what encoding gives is decoded.

#include <cstdint>
#include <cstdlib>

#include "base/text_encoding.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

template <typename Decode, typename Encode>
void check(Decode decode, Encode encode, base::ByteView input) {
  const auto decoded = decode(base::text_of(input));
  require(!decoded || encode(*decoded) == base::text_of(input));
  const auto again = decode(encode(input));
  require(again.ok() && base::text_of(*again) == base::text_of(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  check(base::from_hex, base::to_hex, input);
  check(base::from_base64, base::to_base64, input);
  check(base::from_base64url, base::to_base64url, input);
  check(base::from_base32, base::to_base32, input);
  const base::SecretBytes secret = base::SecretBytes::copy_of(input);
  const auto again = base::secret_from_hex(base::secret_to_hex(secret));
  require(again.ok() && again->equals(secret));
  require(base::secret_from_hex(secret).ok() == base::from_hex(base::text_of(input)).ok());
  return 0;
}
