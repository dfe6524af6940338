#include "shamir/possession.h"

#include <string>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "support/shamir_custody.h"

using base::bytes_of;
using shamir::HeldShare;
using shamir::PossessionKey;
using shamir::PossessionMessage;

namespace {

HeldShare some_held() {
  return HeldShare{.set = custody::some_set(), .share = custody::some_share()};
}

const PossessionMessage some_plan{.context = "plan", .message = bytes_of("abc")};

}  // namespace

// Source: Python 3.11 hashlib.blake2b and PyNaCl 1.5 SigningKey, from the definition in the header.
TEST_CASE("possession: key and signature are those of the definition") {
  const PossessionKey key = PossessionKey::of(some_held());
  CHECK(base::to_hex(key.public_key()) ==
        "491d96ea50bc46dd38953ba9c47a9fe8d99f544d6274dffc0a15385e0a9c367b");
  const auto signature = key.sign(some_plan);
  REQUIRE(signature.ok());
  CHECK(base::to_hex(*signature) ==
        "e7e90c9198cf13b576c4391693afb635c40191296fd295655a12b7d9618c3b26"
        "8d13e623eb501c9abdc3de64cda75cc295214916ad2a5353bdb48a040773b909");
  CHECK(shamir::verify_possession(key.public_key(), some_plan, *signature).ok());
}

TEST_CASE("possession: the key is another for each set, generation, place and value") {
  const auto key = PossessionKey::of(some_held()).public_key();
  const auto differs = [&key](auto change) {
    HeldShare held = some_held();
    change(held);
    return PossessionKey::of(held).public_key() != key;
  };
  CHECK_FALSE(differs([](HeldShare& /*same*/) {}));
  CHECK(differs([](HeldShare& h) { h.set.id[0] ^= 1U; }));
  CHECK(differs([](HeldShare& h) { h.set.generation = 8; }));
  CHECK(differs([](HeldShare& h) { h.share.index = 3; }));
  CHECK(differs([](HeldShare& h) { h.share.value.write().bytes()[31] ^= 1U; }));
}

TEST_CASE("possession: a signature holds for its purpose, its message and its key alone") {
  const PossessionKey key = PossessionKey::of(some_held());
  const auto signature = key.sign(some_plan);
  REQUIRE(signature.ok());
  const auto refused = [&](const PossessionMessage& message) {
    const auto verdict = shamir::verify_possession(key.public_key(), message, *signature);
    return !verdict.ok() &&
           verdict.error().message ==
               "this proof was not made with the share that it is said to come from; ask the "
               "holder to make it again";
  };
  CHECK(refused({.context = "seal", .message = bytes_of("abc")}));
  CHECK(refused({.context = "plan", .message = bytes_of("abd")}));
  CHECK(refused({.context = "pla", .message = bytes_of("nabc")}));
  CHECK(refused({.context = "plana", .message = bytes_of("bc")}));
  CHECK(refused({.context = "", .message = bytes_of("planabc")}));
  HeldShare other = some_held();
  other.share.index = 1;
  CHECK_FALSE(
      shamir::verify_possession(PossessionKey::of(other).public_key(), some_plan, *signature).ok());
}

TEST_CASE("possession: a purpose of no or more than 255 bytes is refused") {
  const PossessionKey key = PossessionKey::of(some_held());
  CHECK(key.sign({.context = std::string(255, 'x'), .message = {}}).ok());
  for (const std::size_t size : {0U, 256U}) {
    const std::string context(size, 'x');
    const auto signature = key.sign({.context = context, .message = {}});
    REQUIRE_FALSE(signature.ok());
    CHECK(signature.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(signature.error().message ==
          "a proof of possession needs a purpose of 1 to 255 bytes; nothing was signed");
  }
}
