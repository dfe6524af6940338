#include "shamir/envelope.h"

#include <string>

#include <doctest/doctest.h>

#include "support/shamir_custody.h"

using base::Bytes;
using base::ErrorCode;
using custody::cards;
using custody::passphrase_of;
using shamir::HeldShare;
using shamir::KdfParameters;
using shamir::Mode;

namespace {

HeldShare some_held(Mode mode, std::size_t value_bytes = 32) {
  return HeldShare{.set = custody::some_set(mode), .share = custody::some_share(value_bytes)};
}

base::Error refusal(const Bytes& envelope) {
  const auto header = shamir::inspect_envelope(envelope);
  REQUIRE_FALSE(header.ok());
  return header.error();
}

base::Error refusal_to_open(const Bytes& envelope, std::string_view passphrase) {
  const auto held = shamir::open_share(envelope, passphrase_of(passphrase), Mode::kRehearsal);
  REQUIRE_FALSE(held.ok());
  return held.error();
}

Bytes first_bytes(const Bytes& bytes, std::size_t size) {
  const auto view = base::ByteView(bytes).first(size);
  return Bytes(view.begin(), view.end());
}

constexpr const char* kWrongPassphrase =
    "the passphrase does not open this card; nothing was changed; try again (mind keyboard layout "
    "and caps lock)";

}  // namespace

TEST_CASE("envelope: a locked share opens with its passphrase, in any form of its letters") {
  const HeldShare held = some_held(Mode::kDrill, 16);
  const auto envelope =
      shamir::lock_share(held, passphrase_of("d\u00e9j\u00e0 vu"), shamir::kFastKdf);
  REQUIRE(envelope.ok());
  CHECK(envelope->size() == shamir::kEnvelopeSize);
  const auto opened =
      shamir::open_share(*envelope, passphrase_of(" de\u0301ja\u0300  vu\n"), Mode::kDrill);
  REQUIRE(opened.ok());
  CHECK(opened->set == held.set);
  CHECK(opened->share.index == held.share.index);
  CHECK(opened->share.value.equals(held.share.value));
}

TEST_CASE("envelope: all have one size, and two of the same share have nothing else in common") {
  const Bytes& first = cards().envelopes[0];
  const Bytes second = custody::lock(cards().dealt.held[0]);
  CHECK(first.size() == 200);
  CHECK(second.size() == 200);
  CHECK(std::equal(first.begin(), first.begin() + 12, second.begin()));
  int equal = 0;
  for (std::size_t at = 12; at < 200; ++at) {
    equal += first[at] == second[at] ? 1 : 0;
  }
  CHECK(equal < 12);  // 188 / 256 expected
}

TEST_CASE("envelope: the clear header gives mode and cost, and the magic differs with the mode") {
  const auto header = shamir::inspect_envelope(cards().envelopes[0]);
  REQUIRE(header.ok());
  CHECK(header->mode == Mode::kRehearsal);
  CHECK(header->kdf == shamir::kFastKdf);
  CHECK(base::text_of(base::ByteView(cards().envelopes[0]).first(8)) == "CNCLVSHR");
}

TEST_CASE("envelope: a wrong passphrase has a sentence of its own and changes nothing") {
  const Bytes before = cards().envelopes[0];
  const base::Error error = refusal_to_open(before, "six words that nobody else knowz");
  CHECK(error.code == ErrorCode::kInvalidArgument);
  CHECK(error.message == kWrongPassphrase);
  CHECK(before == cards().envelopes[0]);
}

TEST_CASE("envelope: every flipped bit is found, and is not taken for a wrong passphrase") {
  int found = 0;
  for (std::size_t bit = 0; bit < std::size_t{200} * 8; ++bit) {
    Bytes envelope = cards().envelopes[0];
    envelope[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    found += refusal(envelope).code == ErrorCode::kMalformed ? 1 : 0;
  }
  CHECK(found == 1600);
}

TEST_CASE("envelope: what was altered with a new check does not open either") {
  for (const std::size_t at : {7U, 12U, 27U, 28U, 51U, 52U, 179U, 180U, 195U}) {
    Bytes envelope = cards().envelopes[0];
    envelope[at] = at == 7 ? 'D' : static_cast<std::uint8_t>(envelope[at] ^ 0x80U);
    custody::fix_check(envelope);
    const auto held = shamir::open_share(
        envelope, passphrase_of(custody::kPassphrase), at == 7 ? Mode::kDrill : Mode::kRehearsal);
    REQUIRE_FALSE(held.ok());
    CHECK(held.error().message == kWrongPassphrase);
  }
}

TEST_CASE("envelope: cut off, continued, damaged, foreign and future ones are told apart") {
  const Bytes& good = cards().envelopes[0];
  for (const std::size_t size : {8U, 51U, 199U}) {
    CHECK(refusal(first_bytes(good, size)).message ==
          "this share is cut off, so it is damaged; nothing was changed; use another copy of it");
  }
  for (const std::size_t size : {0U, 7U}) {
    CHECK(refusal(first_bytes(good, size)).message ==
          "this is not a share; look for the file or card that was handed to the holder");
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(refusal(longer).message ==
        "there is something behind the end of this share, so it is damaged; nothing was changed; "
        "use another copy of it");
  Bytes damaged = good;
  damaged[100] ^= 1U;
  CHECK(refusal(damaged).message ==
        "this share is damaged, or mixed from two; nothing was changed; read it again or use "
        "another copy of it");
  Bytes future = good;
  future[8] = 2;
  custody::fix_check(future);
  CHECK(refusal(future).message ==
        "this share is of a version that this program does not know; use the program that came "
        "with it, or a newer one");
}

TEST_CASE("envelope: a card of another mode is refused by name before its passphrase is tried") {
  const auto held = shamir::open_share(
      cards().envelopes[0], passphrase_of(custody::kPassphrase), Mode::kProduction);
  REQUIRE_FALSE(held.ok());
  CHECK(held.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(held.error().message ==
        "REHEARSAL card: it is not usable here, where only PRODUCTION cards count; nothing was "
        "changed; put it back and present a PRODUCTION card");
}

TEST_CASE("envelope: costs outside the limits are refused before anything is computed") {
  struct Cost {
    unsigned passes;
    unsigned memory_mib;
  };
  const auto with_kdf = [](char mode, Cost cost) {
    Bytes envelope = cards().envelopes[0];
    envelope[7] = static_cast<std::uint8_t>(mode);
    envelope[9] = static_cast<std::uint8_t>(cost.passes);
    envelope[10] = static_cast<std::uint8_t>(cost.memory_mib >> 8U);
    envelope[11] = static_cast<std::uint8_t>(cost.memory_mib & 0xFFU);
    custody::fix_check(envelope);
    return shamir::inspect_envelope(envelope);
  };
  for (const Cost cost :
       {Cost{0, 64}, {33, 64}, {255, 64}, {2, 63}, {2, 0}, {2, 4097}, {2, 65535}}) {
    const auto header = with_kdf('R', cost);
    REQUIRE_FALSE(header.ok());
    CHECK(header.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(header.error().message ==
          "the card asks for a cost of the passphrase that is outside the limits, so it was not "
          "made here; nothing was changed; find out where it comes from");
  }
  for (const Cost cost : {Cost{1, 64}, {32, 4096}}) {
    CHECK(with_kdf('R', cost).ok());
    CHECK(with_kdf('D', cost).ok());
  }
  CHECK(with_kdf('P', {1, 256}).ok());
  const auto weak = with_kdf('P', {4, 255});
  REQUIRE_FALSE(weak.ok());
  CHECK(weak.error().message ==
        "the passphrase of this card is protected too weakly for PRODUCTION, so it was not made "
        "here; nothing was changed; find out where it comes from");
}

TEST_CASE("envelope: PRODUCTION is never locked with the fast protection") {
  const auto lock = [](Mode mode, KdfParameters kdf) {
    return shamir::lock_share(some_held(mode), passphrase_of("x"), kdf);
  };
  const char* const fast =
      "the fast protection of passphrases is for rehearsals and drills, and this is PRODUCTION; "
      "choose the production one";
  for (const KdfParameters kdf : {shamir::kFastKdf, KdfParameters{3, 1024}, {4, 1023}}) {
    const auto refused = lock(Mode::kProduction, kdf);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(refused.error().message == fast);
  }
  const auto outside = lock(Mode::kRehearsal, {2, 63});
  REQUIRE_FALSE(outside.ok());
  CHECK(outside.error().code == ErrorCode::kInvalidArgument);
  CHECK(outside.error().message ==
        "the cost chosen for passphrases is outside what we would read again; choose one of the "
        "two that there are, production or fast");
}

TEST_CASE("envelope: a share that has no room in it is not locked") {
  HeldShare held = some_held(Mode::kRehearsal);
  held.share.index = 16;
  const auto refused = shamir::lock_share(held, passphrase_of("x"), shamir::kFastKdf);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message ==
        "a locked share has no room for this index; nothing was written");
}
