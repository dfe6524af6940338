#include "ca/kek.h"

#include <algorithm>
#include <string_view>

#include <sodium.h>

#include "base/bytes.h"
#include "ca/openssl_memory.h"

namespace ca {

namespace {

using base::ErrorCode;

constexpr std::size_t kPerSource = 32;
constexpr std::string_view kPurpose = "conclave key-encryption key 1";
static_assert(kPurpose.size() <= crypto_generichash_KEYBYTES_MAX);
static_assert(kPurpose.size() >= crypto_generichash_KEYBYTES_MIN);

// BLAKE2b-256, keyed with the purpose, over: libsodium's bytes, OpenSSL's bytes, the extra bytes.
// All of it lies in one SecretBytes, so that no hash state of ours is left on the stack.
base::Result<base::SecretBytes> draw(base::ByteView extra) {
  base::SecretBytes drawn(2 * kPerSource + extra.size());
  const base::SecretBytes::Writer input = drawn.write();
  randombytes_buf(input.bytes().data(), kPerSource);
  if (const base::Result<void> filled =
          openssl_random(input.bytes().subspan(kPerSource, kPerSource));
      !filled) {
    return filled.error();
  }
  std::copy(extra.begin(), extra.end(), input.bytes().begin() + 2 * kPerSource);
  base::SecretBytes kek(Kek::kSize);
  const base::SecretBytes::Writer output = kek.write();
  const base::ByteView purpose = base::bytes_of(kPurpose);
  if (crypto_generichash(output.bytes().data(),
                         Kek::kSize,
                         input.bytes().data(),
                         input.bytes().size(),
                         purpose.data(),
                         purpose.size()) != 0) {
    return base::Error{ErrorCode::kDeviceFailure,
                       "libsodium could not mix the random numbers; use another machine"};
  }
  return kek;
}

}  // namespace

base::Result<Kek> Kek::random() {
  base::Result<base::SecretBytes> bytes = draw({});
  if (!bytes) {
    return bytes.error();
  }
  return Kek(std::move(*bytes));
}

base::Result<Kek> Kek::random_mixed_with(const base::SecretBytes& extra) {
  if (extra.size() == 0) {
    return base::Error{ErrorCode::kInvalidArgument,
                       "the plan asks for dice to be mixed into the key, and no throws were given; "
                       "enter them"};
  }
  const base::SecretBytes::Reader reader = extra.read();
  base::Result<base::SecretBytes> bytes = draw(reader.bytes());
  if (!bytes) {
    return bytes.error();
  }
  return Kek(std::move(*bytes));
}

base::Result<Kek> Kek::from_bytes(base::SecretBytes bytes) {
  if (bytes.size() != kSize) {
    return base::Error{ErrorCode::kInvalidArgument,
                       "what was rebuilt has not the length of a key-encryption key, so the shares "
                       "are of something else; present the shares of this root key"};
  }
  return Kek(std::move(bytes));
}

}  // namespace ca
