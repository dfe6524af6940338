#include "base/random.h"

#include <sodium.h>

#include "base/secret_bytes.h"

namespace base {

Bytes random_bytes(std::size_t count) {
  start_libsodium();
  Bytes bytes(count);
  if (!bytes.empty()) {
    randombytes_buf(bytes.data(), bytes.size());
  }
  return bytes;
}

std::uint32_t uniform_below(std::uint32_t bound) {
  start_libsodium();
  return randombytes_uniform(bound);
}

}  // namespace base
