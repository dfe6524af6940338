#include "support/shamir_custody.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "shamir/slip39.h"

namespace custody {

base::SecretBytes secret_of(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

std::string text_of(const base::SecretBytes& secret) {
  const auto reader = secret.read();
  return std::string(base::text_of(reader.bytes()));
}

shamir::Passphrase passphrase_of(std::string_view text) {
  auto passphrase = shamir::Passphrase::from_typed(secret_of(text));
  REQUIRE(passphrase.ok());
  return std::move(passphrase).value();
}

shamir::Slip39Share some_share(std::size_t value_bytes) {
  shamir::Slip39Share share{.identifier = 0x1234,
                            .iteration_exponent = 2,
                            .index = 11,
                            .value = base::SecretBytes(value_bytes)};
  const auto writer = share.value.write();
  std::uint8_t next = 1;
  for (std::uint8_t& byte : writer.bytes()) {
    byte = next++;
  }
  return share;
}

shamir::SetIdentity some_set(shamir::Mode mode) {
  shamir::SetIdentity set{.generation = 7, .mode = mode};
  std::uint8_t next = 0xA0;
  for (std::uint8_t& byte : set.id) {
    byte = next++;
  }
  return set;
}

void fix_check(base::Bytes& envelope) {
  const base::Digest digest = base::sha256(base::ByteView(envelope).first(196));
  std::copy_n(digest.begin(), 4, envelope.begin() + 196);
}

Dealt deal(const Wanted& wanted) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  const auto quorum = shamir::Quorum::of({.threshold = wanted.threshold, .shares = wanted.shares});
  REQUIRE(quorum.ok());
  Dealt dealt{.secret = base::SecretBytes::random(wanted.secret_bytes)};
  const base::SecretBytes no_passphrase(0);
  auto shares = shamir::split_master_secret({.secret = dealt.secret, .passphrase = no_passphrase},
                                            shamir::one_group(*quorum, access));
  REQUIRE(shares.ok());
  const shamir::Dealer dealer = shamir::Dealer::make();
  for (shamir::Slip39Share& share : *shares) {
    auto held = dealer.sign(wanted.set, std::move(share));
    REQUIRE(held.ok());
    dealt.held.push_back(std::move(held).value());
  }
  dealt.header = {.set = wanted.set,
                  .secret_bytes = wanted.secret_bytes,
                  .commitment = shamir::commit_to(wanted.set.id, dealt.secret),
                  .dealer = dealer.public_key()};
  return dealt;
}

base::Bytes lock(const shamir::HeldShare& held) {
  auto envelope = shamir::lock_share(held, passphrase_of(kPassphrase), shamir::kFastKdf);
  REQUIRE(envelope.ok());
  return std::move(envelope).value();
}

const Cards& cards() {
  static const Cards all = [] {
    Cards made{.dealt = deal(), .envelopes = {}};
    for (const shamir::HeldShare& held : made.dealt.held) {
      made.envelopes.push_back(lock(held));
    }
    return made;
  }();
  return all;
}

}  // namespace custody
