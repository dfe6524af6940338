// ca/kek.h - the key-encryption key: 32 random bytes that open a wrapped root key.
//
// It is split k of n (shamir/) and stored nowhere. Whoever holds it and the blob holds the root.

#pragma once

#include <cstddef>
#include <utility>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace ca {

// Move-only, wiped when it goes.
class Kek {
 public:
  static constexpr std::size_t kSize = 32;

  // Drawn from libsodium and OpenSSL together (BLAKE2b over both): as good as the better of the
  // two. Errors: kDeviceFailure.
  static base::Result<Kek> random();

  // The same with `extra` (dice, coins) mixed in. Extra bytes that are known or chosen by somebody
  // do no harm. Errors: kInvalidArgument for no extra bytes; kDeviceFailure.
  static base::Result<Kek> random_mixed_with(const base::SecretBytes& extra);

  // A KEK that was rebuilt from shares. Errors: kInvalidArgument unless it has kSize bytes.
  static base::Result<Kek> from_bytes(base::SecretBytes bytes);

  [[nodiscard]] const base::SecretBytes& bytes() const { return bytes_; }

 private:
  explicit Kek(base::SecretBytes bytes) : bytes_(std::move(bytes)) {}

  base::SecretBytes bytes_;
};

}  // namespace ca
