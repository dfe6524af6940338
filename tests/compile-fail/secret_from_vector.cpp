// tests/compile-fail/secret_from_vector.cpp - a secret does not silently take over a vector that
// nobody wipes.
// Refused: could not convert|conversion from .* to non-scalar type|no viable conversion

#include <cstdint>
#include <vector>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const std::vector<std::uint8_t> bytes;
  const base::SecretBytes other = bytes;
#else
  const std::vector<std::uint8_t> bytes;
  const base::SecretBytes other = base::SecretBytes::copy_of(bytes);
#endif
}
