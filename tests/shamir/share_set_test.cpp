#include "shamir/share_set.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "support/shamir_custody.h"

using base::Bytes;
using base::ErrorCode;
using base::Result;
using custody::cards;
using shamir::HeldShare;
using shamir::Mode;
using shamir::ShareSet;

namespace {

constexpr const char* kMoreNeeded =
    "more shares are needed; nothing was changed; present another card, as often as it takes";

Result<void> present(ShareSet& set,
                     const Bytes& envelope,
                     std::string_view label,
                     std::string_view passphrase = custody::kPassphrase) {
  const auto typed = custody::passphrase_of(passphrase);
  return set.present({.envelope = envelope, .passphrase = typed, .label = label});
}

void enter(ShareSet& set, std::size_t card) {
  REQUIRE(present(set, cards().envelopes.at(card), "card " + std::to_string(card)).ok());
}

// The card that the dealer of cards() never made: one of its shares, changed.
template <typename Change>
Bytes altered_card(Change change) {
  const HeldShare& original = cards().dealt.held[0];
  HeldShare held{.set = original.set, .share = custody::some_share(32)};
  held.share.identifier = original.share.identifier;
  held.share.iteration_exponent = original.share.iteration_exponent;
  held.share.index = original.share.index;
  held.share.value = base::SecretBytes::copy_of(original.share.value.read().bytes());
  held.signature = original.signature;
  change(held);
  return custody::lock(held);
}

std::string combine_refusal(const ShareSet& set) {
  const auto secret = set.combine();
  REQUIRE_FALSE(secret.ok());
  CHECK(secret.error().code == ErrorCode::kInsufficient);
  return secret.error().message;
}

}  // namespace

TEST_CASE("share set: as many cards as are needed give the secret, and so do more") {
  ShareSet set(cards().dealt.header);
  CHECK(combine_refusal(set) == kMoreNeeded);
  enter(set, 4);
  CHECK(combine_refusal(set) == kMoreNeeded);  // a single share
  enter(set, 0);
  CHECK(combine_refusal(set) == kMoreNeeded);
  for (const std::size_t card : {2U, 1U, 3U}) {
    enter(set, card);
    const auto secret = set.combine();
    REQUIRE(secret.ok());
    CHECK(secret->equals(cards().dealt.secret));
  }
}

TEST_CASE("share set: the same card twice is refused, and not counted") {
  ShareSet set(cards().dealt.header);
  enter(set, 0);
  enter(set, 1);
  const auto again = present(set, cards().envelopes[0], "ALPHA");
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == ErrorCode::kWrongState);
  CHECK(again.error().message == "ALPHA: this card is already entered; present another one");
  // The same share locked anew is the same share.
  const auto relocked = present(set, custody::lock(cards().dealt.held[1]), "BRAVO");
  REQUIRE_FALSE(relocked.ok());
  CHECK(relocked.error().message == "BRAVO: this card is already entered; present another one");
  CHECK(combine_refusal(set) == kMoreNeeded);
  enter(set, 2);
  CHECK(set.combine().ok());
}

TEST_CASE("share set: a card of another set is refused with the words of both") {
  const custody::Dealt other = custody::deal(
      {.set = {.id = shamir::draw_set_id(), .generation = 7, .mode = Mode::kRehearsal}});
  ShareSet set(cards().dealt.header);
  const auto refused = present(set, custody::lock(other.held[0]), "CHARLIE");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kInconsistent);
  const auto words = [](const shamir::SetId& id) {
    return base::short_digest_words(base::sha256(id));
  };
  CHECK(refused.error().message ==
        "CHARLIE: this card is of another share set (its words are \"" +
            words(other.header.set.id) + "\", those wanted here are \"" +
            words(cards().dealt.header.set.id) +
            "\"); nothing was changed; put it back and present a card of this set");
}

TEST_CASE("share set: a card of another generation is refused with both generations") {
  shamir::SetHeader newer = cards().dealt.header;
  newer.set.generation = 8;
  ShareSet set(newer);
  const auto refused = present(set, cards().envelopes[0], "DELTA");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kInconsistent);
  CHECK(refused.error().message ==
        "DELTA: this card is of generation 7 of its set, and this record is generation 8; nothing "
        "was changed; present the card of this generation");
}

TEST_CASE(
    "share set: cards of a rehearsal and of a drill do not count in production, nor reverse") {
  for (const Mode wanted : {Mode::kProduction, Mode::kDrill}) {
    shamir::SetHeader header = cards().dealt.header;
    header.set.mode = wanted;
    ShareSet set(header);
    const auto refused = present(set, cards().envelopes[0], "ECHO");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::kRefusedByPolicy);
    const std::string name(name_of(wanted));
    CHECK(refused.error().message ==
          "ECHO: REHEARSAL card: it is not usable here, where only " + name +
              " cards count; nothing was changed; put it back and present a " + name + " card");
  }
}

TEST_CASE("share set: an altered card is named, and the others stay") {
  ShareSet set(cards().dealt.header);
  enter(set, 1);
  enter(set, 2);
  const std::string forged =
      "FOXTROT: this card was altered or forged: it is not as it was made when the secret was "
      "split; nothing was changed; keep it as evidence and go on with another card";
  const auto refused = [&](auto change) {
    const auto verdict = present(set, altered_card(change), "FOXTROT");
    REQUIRE_FALSE(verdict.ok());
    CHECK(verdict.error().code == ErrorCode::kInconsistent);
    return verdict.error().message;
  };
  CHECK(refused([](HeldShare& h) { h.share.value.write().bytes()[0] ^= 1U; }) == forged);
  CHECK(refused([](HeldShare& h) {
          h.share.index = static_cast<std::uint8_t>((h.share.index + 1) % 16);
        }) == forged);
  CHECK(refused([](HeldShare& h) { h.signature[0] ^= 1U; }) == forged);
  CHECK(combine_refusal(set) == kMoreNeeded);
  enter(set, 3);
  CHECK(set.combine().ok());
}

TEST_CASE("share set: a wrong passphrase is said as such, and may be tried again") {
  ShareSet set(cards().dealt.header);
  const auto refused = present(set, cards().envelopes[0], "GOLF", "SIX WORDS");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  CHECK(refused.error().message ==
        "GOLF: the passphrase does not open this card; nothing was changed; try again (mind "
        "keyboard layout and caps lock)");
  enter(set, 0);
}

TEST_CASE("share set: a damaged card is not taken for a wrong passphrase") {
  ShareSet set(cards().dealt.header);
  Bytes damaged = cards().envelopes[0];
  damaged[60] ^= 4U;
  const auto refused = present(set, damaged, "HOTEL");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kMalformed);
  CHECK(refused.error().message ==
        "HOTEL: this share is damaged, or mixed from two; nothing was changed; read it again or "
        "use another copy of it");
}

TEST_CASE("share set: two cards that a false dealer signed for one place are both named") {
  const shamir::Dealer dealer = shamir::Dealer::make();
  shamir::SetHeader header = cards().dealt.header;
  header.dealer = dealer.public_key();
  auto first = custody::some_share();
  auto second = custody::some_share();
  second.value.write().bytes()[5] ^= 1U;
  ShareSet set(header);
  REQUIRE(present(set, custody::lock(*dealer.sign(header.set, std::move(first))), "ALPHA").ok());
  const auto refused =
      present(set, custody::lock(*dealer.sign(header.set, std::move(second))), "CHARLIE");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::kInconsistent);
  CHECK(refused.error().message ==
        "two cards claim one place: ALPHA, CHARLIE; one is false; nothing was changed; keep both "
        "as evidence and begin anew with other cards");
}

TEST_CASE("share set: a secret that the commitment does not know is not given out") {
  shamir::SetHeader header = cards().dealt.header;
  header.commitment[0] ^= 1U;
  ShareSet set(header);
  for (const std::size_t card : {0U, 1U, 2U}) {
    enter(set, card);
  }
  const auto secret = set.combine();
  REQUIRE_FALSE(secret.ok());
  CHECK(secret.error().code == ErrorCode::kInconsistent);
  CHECK(secret.error().message ==
        "what these cards open is not the secret that this set was made for; it was wiped and "
        "nothing was changed; compare the set header with another copy of it");
}

TEST_CASE("verify share: one card alone is proven genuine without any other") {
  const auto typed = custody::passphrase_of(custody::kPassphrase);
  const auto held = shamir::verify_share(
      cards().dealt.header,
      {.envelope = cards().envelopes[3], .passphrase = typed, .label = "card"});
  REQUIRE(held.ok());
  CHECK(held->share.value.equals(cards().dealt.held[3].share.value));
}

TEST_CASE("share set: secrets of every length that fits come back") {
  for (const std::size_t size : {16U, 30U}) {
    const custody::Dealt dealt = custody::deal({.threshold = 2, .shares = 3, .secret_bytes = size});
    ShareSet set(dealt.header);
    for (const std::size_t card : {0U, 2U}) {
      REQUIRE(present(set, custody::lock(dealt.held[card]), "card").ok());
    }
    const auto secret = set.combine();
    REQUIRE(secret.ok());
    CHECK(secret->equals(dealt.secret));
  }
}
