#include "ca/key_wrap.h"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ca/soft_token.h"

namespace {

using base::ErrorCode;

constexpr const char* kDoesNotOpen =
    "the wrapped key does not open: either the shares belong to another key, or the wrapped key "
    "was altered; compare both with the record and use the other site's copy";
constexpr const char* kNoKey =
    "what was unwrapped is not a private key; the wrapped key is damaged, use another copy of it";

struct Vector {
  base::Bytes kek;
  base::Bytes wrapped;
  std::string plain;  // hex, or FAIL
};

std::vector<Vector> vectors() {
  std::ifstream file(std::string(TEST_VECTORS) + "/key_wrap/kwp_ad_256.txt");
  std::vector<Vector> found;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("K = ", 0) == 0) {
      found.push_back({base::from_hex(line.substr(4)).value(), {}, {}});
    } else if (line.rfind("C = ", 0) == 0) {
      found.back().wrapped = base::from_hex(line.substr(4)).value();
    } else if (line.rfind("P = ", 0) == 0) {
      found.back().plain = line.substr(4);
    }
  }
  return found;
}

ca::Kek kek_of(base::ByteView bytes) {
  return ca::Kek::from_bytes(base::SecretBytes::copy_of(bytes)).value();
}

std::string hex_of(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return base::to_hex(reader.bytes());
}

}  // namespace

TEST_CASE("key wrap: NIST's vectors, by libcrypto and by the token") {
  const auto token = ca::SoftToken::create();
  REQUIRE(token.ok());
  ca::TokenSession& session = *(*token)->session();
  REQUIRE(vectors().size() == 43);
  for (const Vector& vector : vectors()) {
    const ca::Kek kek = kek_of(vector.kek);
    const auto unwrapped = ca::unwrap_by_openssl(vector.wrapped, kek);
    const auto object = session.import_kek(kek, ca::KekUse::kUnwrap);
    REQUIRE(object.ok());
    const auto in_token = session.unwrap_bytes({.blob = vector.wrapped, .kek = *object});
    REQUIRE(session.destroy_object(*object).ok());
    REQUIRE(unwrapped.ok() == (vector.plain != "FAIL"));
    CHECK(in_token.ok() == unwrapped.ok());
    if (!unwrapped) {
      CHECK(unwrapped.error().message == kDoesNotOpen);
      CHECK(in_token.error().code == ErrorCode::kInconsistent);
      continue;
    }
    CHECK(hex_of(*unwrapped) == vector.plain);
    CHECK(hex_of(*in_token) == vector.plain);
    CHECK(ca::wrap_by_openssl(*unwrapped, kek).value() == vector.wrapped);
  }
}

TEST_CASE("key wrap: what was wrapped comes back, at every length up to 300 and at the longest") {
  const ca::Kek kek = ca::Kek::random().value();
  std::vector<std::size_t> sizes{4087, 4088};
  for (std::size_t size = 1; size <= 300; ++size) {
    sizes.push_back(size);
  }
  for (const std::size_t size : sizes) {
    CAPTURE(size);
    const auto secret = base::SecretBytes::random(size);
    const auto blob = ca::wrap_by_openssl(secret, kek);
    REQUIRE(blob.ok());
    CHECK(blob->size() == (size + 7) / 8 * 8 + 8);
    CHECK(blob->size() <= ca::kLongestBlob);
    CHECK(ca::unwrap_by_openssl(*blob, kek).value().equals(secret));
  }
}

TEST_CASE("key wrap: nothing, and more than openssl enc can open, are refused") {
  const ca::Kek kek = ca::Kek::random().value();
  for (const std::size_t size : {std::size_t{0}, std::size_t{4089}, std::size_t{100000}}) {
    const auto blob = ca::wrap_by_openssl(base::SecretBytes(size), kek);
    REQUIRE(!blob.ok());
    CHECK(blob.error().code == ErrorCode::kInvalidArgument);
    CHECK(blob.error().message ==
          "this key is too long to be wrapped so that the standard tools can open it; choose "
          "another algorithm");
  }
}

TEST_CASE("key wrap: a blob with any bit turned, or of a wrong length, does not open") {
  const ca::Kek kek = ca::Kek::random().value();
  const base::Bytes blob = ca::wrap_by_openssl(base::SecretBytes::random(61), kek).value();
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    base::Bytes altered = blob;
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    const auto opened = ca::unwrap_by_openssl(altered, kek);
    REQUIRE(!opened.ok());
    CHECK(opened.error().message == kDoesNotOpen);
  }
  for (std::size_t size = 0; size < blob.size(); ++size) {
    CHECK(!ca::unwrap_by_openssl(base::ByteView(blob).first(size), kek).ok());
  }
  CHECK(!ca::unwrap_by_openssl(base::Bytes(ca::kLongestBlob + 8), kek).ok());
}

TEST_CASE("key wrap: stray zeros go, and anything else behind the DER is refused") {
  const auto stripped = [](const base::Bytes& bytes) {
    return ca::without_stray_zeros(base::SecretBytes::copy_of(bytes));
  };
  const base::Bytes der{0x30, 0x03, 0x02, 0x01, 0x00};
  for (std::size_t zeros = 0; zeros < 12; ++zeros) {
    base::Bytes padded = der;
    padded.resize(der.size() + zeros);
    const auto exact = stripped(padded);
    REQUIRE(exact.ok() == (zeros < 8));
    if (exact) {
      CHECK(hex_of(*exact) == base::to_hex(der));
    } else {
      CHECK(exact.error().message == kNoKey);
    }
  }
  for (const base::Bytes& bad : {base::Bytes{0x30, 0x03, 0x02, 0x01, 0x00, 0x01},  // not a zero
                                 base::Bytes{0x30, 0x04, 0x02, 0x01, 0x00},        // cut off
                                 base::Bytes{0x30, 0x80, 0x02, 0x01, 0x00, 0x00, 0x00},  // not DER
                                 base::Bytes{0x04, 0x01, 0x00},  // not a SEQUENCE
                                 base::Bytes{0x30}}) {
    CHECK(!stripped(bad).ok());
  }
}

TEST_CASE("KEK: two are never the same, with dice or without") {
  const ca::Kek one = ca::Kek::random().value();
  CHECK(one.bytes().size() == ca::Kek::kSize);
  CHECK(!one.bytes().equals(ca::Kek::random().value().bytes()));
  const auto dice = base::SecretBytes::copy_of(base::bytes_of("6 6 6 6 6 6"));
  const auto mixed = ca::Kek::random_mixed_with(dice);
  REQUIRE(mixed.ok());
  CHECK(!mixed->bytes().equals(ca::Kek::random_mixed_with(dice).value().bytes()));
}

TEST_CASE("KEK: no dice, and bytes of another length, are refused") {
  CHECK(ca::Kek::random_mixed_with(base::SecretBytes(0)).error().message ==
        "the plan asks for dice to be mixed into the key, and no throws were given; enter them");
  for (const std::size_t size : {std::size_t{0}, std::size_t{16}, std::size_t{33}}) {
    const auto kek = ca::Kek::from_bytes(base::SecretBytes(size));
    REQUIRE(!kek.ok());
    CHECK(kek.error().code == ErrorCode::kInvalidArgument);
    CHECK(kek.error().message ==
          "what was rebuilt has not the length of a key-encryption key, so the shares are of "
          "something else; present the shares of this root key");
  }
}
