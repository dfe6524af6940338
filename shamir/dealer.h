// shamir/dealer.h - the key that signs every share of a set at its making, and the commitment to
// the secret.
//
// The digest inside SLIP-39 has 32 bits and proves nothing to somebody who saw the other shares; a
// signature by a key that no longer exists does. So one share alone can be checked, without the
// quorum, and a forged one is named even where exactly as many are there as are needed.
// Sources: Ed25519, RFC 8032; BLAKE2b, RFC 7693, with libsodium's personalisation.

#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/held_share.h"

namespace shamir {

using DealerKey = std::array<std::uint8_t, 32>;         // Ed25519 public key
using SecretCommitment = std::array<std::uint8_t, 32>;  // BLAKE2b-256

// An Ed25519 key that is made for one split, and wiped with this object. It is never written.
class Dealer {
 public:
  static Dealer make();

  [[nodiscard]] const DealerKey& public_key() const { return public_key_; }

  // The share with the dealer's signature over "conclave-dealer-share-v1", the mode's letter and
  // write_share_facts(): 24 + 1 + 58 bytes. Errors: as write_share_facts().
  [[nodiscard]] base::Result<HeldShare> sign(const SetIdentity& set, Slip39Share share) const;

 private:
  Dealer();

  DealerKey public_key_{};
  base::SecretBytes secret_key_;
};

// Whether the dealer of this key signed this share. Errors: kInconsistent where not.
base::Result<void> verify_dealer(const HeldShare& held, const DealerKey& dealer);

// BLAKE2b-256, person "conclave-kek-com", over set id and secret. Public, so the secret must be
// one that nobody can guess: a key, and never a password.
SecretCommitment commit_to(const SetId& set, const base::SecretBytes& secret);

}  // namespace shamir
