#include "shamir/held_share.h"

#include <string>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "support/shamir_custody.h"

using base::SecretBytes;
using custody::some_set;
using custody::some_share;
using shamir::HeldShare;
using shamir::Mode;

namespace {

HeldShare some_held(std::size_t value_bytes = 32) {
  HeldShare held{.set = some_set(), .share = some_share(value_bytes)};
  held.signature.fill(0x5C);
  return held;
}

SecretBytes body_of(const HeldShare& held) {
  auto body = shamir::write_share_body(held);
  REQUIRE(body.ok());
  return std::move(body).value();
}

std::string hex_of(const SecretBytes& secret) {
  const auto reader = secret.read();
  return base::to_hex(reader.bytes());
}

}  // namespace

TEST_CASE("share body: the bytes stand where the header says") {
  CHECK(hex_of(body_of(some_held(16))) ==
        "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
        "00000007"
        "1234"
        "01"
        "02"
        "0b"
        "10"
        "0102030405060708090a0b0c0d0e0f10"
        "00000000000000000000000000000000"
        "000000000000" +
            std::string(128, '?').replace(0, 128, [] {
              std::string signature;
              for (int i = 0; i < 64; ++i) {
                signature += "5c";
              }
              return signature;
            }()));
}

TEST_CASE("share body: reading gives what was written, for every length") {
  for (std::size_t size = 16; size <= 32; size += 2) {
    const SecretBytes body = body_of(some_held(size));
    const auto held = shamir::read_share_body(body, Mode::kRehearsal);
    REQUIRE(held.ok());
    CHECK(held->set == some_set());
    CHECK(held->share.identifier == 0x1234);
    CHECK(held->share.extendable == shamir::Extendable::kYes);
    CHECK(held->share.iteration_exponent == 2);
    CHECK(held->share.index == 11);
    CHECK(held->share.value.equals(some_share(size).value));
    CHECK(body_of(*held).equals(body));
  }
}

TEST_CASE("share body: the older form of SLIP-39 stays the older form") {
  HeldShare held = some_held();
  held.share.extendable = shamir::Extendable::kNo;
  const auto read = shamir::read_share_body(body_of(held), Mode::kRehearsal);
  REQUIRE(read.ok());
  CHECK(read->share.extendable == shamir::Extendable::kNo);
}

TEST_CASE("share body: a field out of its range is not written") {
  const auto refusal = [](auto change) {
    HeldShare held = some_held();
    change(held);
    const auto body = shamir::write_share_body(held);
    REQUIRE_FALSE(body.ok());
    CHECK(body.error().code == base::ErrorCode::kInvalidArgument);
    return body.error().message;
  };
  const auto no_room = [](const std::string& field) {
    return "a locked share has no room for this " + field + "; nothing was written";
  };
  CHECK(refusal([](HeldShare& h) { h.set.generation = 0; }) == no_room("generation"));
  CHECK(refusal([](HeldShare& h) { h.share.identifier = 0x8000; }) == no_room("identifier"));
  CHECK(refusal([](HeldShare& h) { h.share.iteration_exponent = 16; }) == no_room("exponent"));
  CHECK(refusal([](HeldShare& h) { h.share.index = 16; }) == no_room("index"));
  for (const std::size_t size : {0U, 14U, 17U, 34U, 64U}) {
    CHECK(refusal([size](HeldShare& h) { h.share.value = SecretBytes(size + (size == 0)); }) ==
          no_room("length"));
  }
  const char* const groups = "a locked share is of a set with one group; nothing was written";
  CHECK(refusal([](HeldShare& h) { h.share.group_index = 1; }) == groups);
  CHECK(refusal([](HeldShare& h) { h.share.group_threshold = 2; }) == groups);
  CHECK(refusal([](HeldShare& h) { h.share.group_count = 2; }) == groups);
}

TEST_CASE("share body: a field out of its range is named when reading") {
  const auto refusal = [](std::size_t at, std::uint8_t byte) {
    SecretBytes body = body_of(some_held(16));
    body.write().bytes()[at] = byte;
    const auto held = shamir::read_share_body(body, Mode::kRehearsal);
    REQUIRE_FALSE(held.ok());
    CHECK(held.error().code == base::ErrorCode::kMalformed);
    return held.error().message;
  };
  const auto damaged = [](const std::string& field) {
    return "damaged card (" + field +
           "): it opens, but what is in it makes no sense; nothing was changed; use another card";
  };
  CHECK(refusal(19, 0) == damaged("generation"));
  CHECK(refusal(20, 0x80) == damaged("identifier"));
  CHECK(refusal(22, 2) == damaged("form"));
  CHECK(refusal(23, 16) == damaged("exponent"));
  CHECK(refusal(24, 16) == damaged("index"));
  CHECK(refusal(24, 255) == damaged("index"));
  for (const std::uint8_t length : std::initializer_list<std::uint8_t>{0, 15, 17, 34, 255}) {
    CHECK(refusal(25, length) == damaged("length"));
  }
  for (std::size_t at = 42; at < 64; ++at) {  // behind a value of 16 bytes
    CHECK(refusal(at, 1) == damaged("padding"));
  }
  const auto short_body = shamir::read_share_body(SecretBytes(127), Mode::kRehearsal);
  REQUIRE_FALSE(short_body.ok());
  CHECK(short_body.error().message == damaged("size"));
}

TEST_CASE("set id: two draws differ") {
  CHECK(shamir::draw_set_id() != shamir::draw_set_id());
}
