#include "shamir/dealer.h"

#include <utility>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "support/shamir_custody.h"

using custody::some_set;
using custody::some_share;
using shamir::Dealer;
using shamir::HeldShare;

namespace {

constexpr const char* kForged =
    "this card was altered or forged: it is not as it was made when the secret was split; nothing "
    "was changed; keep it as evidence and go on with another card";

HeldShare signed_share(const Dealer& dealer) {
  auto held = dealer.sign(some_set(), some_share());
  REQUIRE(held.ok());
  return std::move(held).value();
}

}  // namespace

TEST_CASE("dealer: what it signs verifies with its public key and with no other") {
  const Dealer dealer = Dealer::make();
  const HeldShare held = signed_share(dealer);
  CHECK(shamir::verify_dealer(held, dealer.public_key()).ok());
  const auto other = shamir::verify_dealer(held, Dealer::make().public_key());
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == base::ErrorCode::kInconsistent);
  CHECK(other.error().message == kForged);
}

TEST_CASE("dealer: a change of any field of the share is found") {
  const Dealer dealer = Dealer::make();
  const auto found = [&dealer](auto change) {
    HeldShare held = signed_share(dealer);
    change(held);
    const auto verdict = shamir::verify_dealer(held, dealer.public_key());
    return !verdict.ok() && verdict.error().message == kForged;
  };
  CHECK_FALSE(found([](HeldShare& /*same*/) {}));
  CHECK(found([](HeldShare& h) { h.set.id[15] ^= 1U; }));
  CHECK(found([](HeldShare& h) { h.set.generation += 1; }));
  CHECK(found([](HeldShare& h) { h.set.mode = shamir::Mode::kProduction; }));
  CHECK(found([](HeldShare& h) { h.share.identifier ^= 1U; }));
  CHECK(found([](HeldShare& h) { h.share.extendable = shamir::Extendable::kNo; }));
  CHECK(found([](HeldShare& h) { h.share.iteration_exponent += 1; }));
  CHECK(found([](HeldShare& h) { h.share.index -= 1; }));
  CHECK(found([](HeldShare& h) { h.share.index = 16; }));
  CHECK(found([](HeldShare& h) { h.share.group_count = 2; }));
  CHECK(found([](HeldShare& h) { h.share.value = some_share(30).value; }));
  for (std::size_t byte = 0; byte < 32; ++byte) {
    CHECK(found([byte](HeldShare& h) { h.share.value.write().bytes()[byte] ^= 0x10U; }));
  }
  for (std::size_t byte = 0; byte < 64; ++byte) {
    CHECK(found([byte](HeldShare& h) { h.signature.at(byte) ^= 1U; }));
  }
}

TEST_CASE("dealer: a share that cannot be written cannot be signed") {
  auto share = some_share();
  share.index = 16;
  const auto held = Dealer::make().sign(some_set(), std::move(share));
  REQUIRE_FALSE(held.ok());
  CHECK(held.error().code == base::ErrorCode::kInvalidArgument);
}

// Source: Python 3.11, hashlib.blake2b(id + secret, digest_size=32, person=b"conclave-kek-com")
TEST_CASE("commitment: is the personalised BLAKE2b-256 over set id and secret") {
  CHECK(base::to_hex(shamir::commit_to(some_set().id, some_share().value)) ==
        "112e69977e6b28e1580891beae92da3839572e8a12541c9247fad93b4d4a8f8b");
}

TEST_CASE("commitment: differs with the set and with the secret") {
  auto other_set = some_set().id;
  other_set[0] ^= 1U;
  const auto commitment = shamir::commit_to(some_set().id, some_share().value);
  CHECK(commitment != shamir::commit_to(other_set, some_share().value));
  CHECK(commitment != shamir::commit_to(some_set().id, some_share(30).value));
}
