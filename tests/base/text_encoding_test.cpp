#include "base/text_encoding.h"

#include <array>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "base/random.h"

using namespace base;

namespace {

// RFC 4648 section 10.
struct Vector {
  std::string_view plain;
  std::string_view base64;
  std::string_view base32;
  std::string_view base16;
};
constexpr std::array<Vector, 7> kRfc4648 = {{{"", "", "", ""},
                                             {"f", "Zg==", "MY", "66"},
                                             {"fo", "Zm8=", "MZXQ", "666f"},
                                             {"foo", "Zm9v", "MZXW6", "666f6f"},
                                             {"foob", "Zm9vYg==", "MZXW6YQ", "666f6f62"},
                                             {"fooba", "Zm9vYmE=", "MZXW6YTB", "666f6f6261"},
                                             {"foobar", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172"}}};

using Decoder = Result<Bytes> (*)(std::string_view);
using Encoder = std::string (*)(ByteView);

// Every text of up to two characters, and every last byte of a longer one: what is accepted must
// be what encoding gives.
void check_that_only_canonical_text_is_accepted(Decoder decode, Encoder encode) {
  std::size_t accepted = 0;
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      if (const auto bytes = decode(text); bytes.ok()) {
        ++accepted;
        REQUIRE(encode(*bytes) == text);
      } else {
        REQUIRE(bytes.error().code == ErrorCode::kMalformed);
      }
    }
  }
  // base16, base32 and base64url say one byte with two characters; base64 needs four.
  const bool padded = decode("Zg==").ok();
  CHECK(accepted == (padded ? 0 : 256));
}

void check_round_trip(Decoder decode, Encoder encode) {
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes bytes = random_bytes(size);
    const auto again = decode(encode(bytes));
    REQUIRE(again.ok());
    REQUIRE(*again == bytes);
  }
}

}  // namespace

TEST_CASE("text encoding: the vectors of RFC 4648 section 10") {
  for (const Vector& vector : kRfc4648) {
    CAPTURE(vector.plain);
    CHECK(to_hex(bytes_of(vector.plain)) == vector.base16);
    CHECK(to_base64(bytes_of(vector.plain)) == vector.base64);
    CHECK(to_base32(bytes_of(vector.plain)) == vector.base32);
    CHECK(text_of(*from_hex(vector.base16)) == vector.plain);
    CHECK(text_of(*from_base64(vector.base64)) == vector.plain);
    CHECK(text_of(*from_base32(vector.base32)) == vector.plain);
  }
}

TEST_CASE("text encoding: base64url differs from base64 in two characters and has no padding") {
  const Bytes bytes = {0xfb, 0xef, 0xff, 0xfe};
  CHECK(to_base64(bytes) == "++///g==");
  CHECK(to_base64url(bytes) == "--___g");
  CHECK(*from_base64url("--___g") == bytes);
  CHECK_FALSE(from_base64url("++///g").ok());
  CHECK_FALSE(from_base64("--___g==").ok());
}

TEST_CASE("text encoding: whatever is encoded is decoded again") {
  check_round_trip(from_hex, to_hex);
  check_round_trip(from_base64, to_base64);
  check_round_trip(from_base64url, to_base64url);
  check_round_trip(from_base32, to_base32);
}

TEST_CASE("text encoding: of all texts of two characters only canonical ones are accepted") {
  check_that_only_canonical_text_is_accepted(from_hex, to_hex);
  check_that_only_canonical_text_is_accepted(from_base64, to_base64);
  check_that_only_canonical_text_is_accepted(from_base64url, to_base64url);
  check_that_only_canonical_text_is_accepted(from_base32, to_base32);
}

TEST_CASE("text encoding: what is not canonical is refused") {
  const std::map<std::string, Decoder> texts = {
      {"66F0", from_hex},          {"666", from_hex},         {" 66", from_hex},
      {"66 ", from_hex},           {"6:66", from_hex},        {"Zg", from_base64},
      {"Zg=", from_base64},        {"Zh==", from_base64},     {"Zg==\n", from_base64},
      {"Zm9v====", from_base64},   {"Zg==Zg==", from_base64}, {"Zm 9v", from_base64},
      {"Zg==url", from_base64url}, {"Zh", from_base64url},    {"Z", from_base64url},
      {"my", from_base32},         {"MY======", from_base32}, {"MZ", from_base32},
      {"M", from_base32},          {"MZX", from_base32},      {"MZXW6Y", from_base32},
      {"M1", from_base32}};
  for (const auto& one : texts) {
    CAPTURE(one.first);
    const auto bytes = one.second(one.first);
    REQUIRE_FALSE(bytes.ok());
    CHECK(bytes.error().code == ErrorCode::kMalformed);
  }
  CHECK(from_hex("6").error().message ==
        "The text is not proper hexadecimal: a character is wrong, missing or too many. Copy it "
        "again.");
}

TEST_CASE("text encoding: a NUL inside a text is a wrong character") {
  using namespace std::string_view_literals;
  CHECK_FALSE(from_hex("66\0\0"sv).ok());
  CHECK_FALSE(from_base64("Zm9\0"sv).ok());
  CHECK_FALSE(from_base64url("Zm9\0"sv).ok());
  CHECK_FALSE(from_base32("MY\0\0"sv).ok());
}

TEST_CASE("text encoding: a secret becomes hex digits and comes back") {
  for (std::size_t size = 0; size < 40; ++size) {
    const SecretBytes secret = SecretBytes::random(size);
    const SecretBytes digits = secret_to_hex(secret);
    REQUIRE(digits.size() == 2 * size);
    REQUIRE(text_of(digits.read().bytes()) == to_hex(secret.read().bytes()));
    const auto again = secret_from_hex(digits);
    REQUIRE(again.ok());
    REQUIRE(again->equals(secret));
  }
}

TEST_CASE("text encoding: hex digits of a secret are strict too, and no message shows them") {
  for (const std::string_view text : {"c0ffeE", "c0ffe", "c0ffe ", "zoffee"}) {
    const auto secret = secret_from_hex(SecretBytes::copy_of(bytes_of(text)));
    REQUIRE_FALSE(secret.ok());
    CHECK(secret.error().code == ErrorCode::kMalformed);
    CHECK(secret.error().message.find("ffe") == std::string::npos);
  }
}
