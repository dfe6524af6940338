#include "ca/public_digest.h"

#include <cstddef>

#include <doctest/doctest.h>

#include "base/random.h"

TEST_CASE("public digest: the same as by libsodium, of every length and in parts") {
  const base::Bytes bytes = base::random_bytes(300);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const base::ByteView whole = base::ByteView(bytes).first(size);
    const base::Digest expected = base::sha256(whole);
    CHECK(ca::public_sha256({whole}) == expected);
    CHECK(ca::public_sha256({whole.first(size / 3), {}, whole.subspan(size / 3)}) == expected);
  }
  CHECK(ca::public_sha256({}) == base::sha256({}));
}
