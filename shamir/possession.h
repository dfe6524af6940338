// shamir/possession.h - a key that each share yields, with which its holder proves to have it.
//
// Proves the health of a share every year without rebuilding the secret, signs the plan before a
// share takes part in it, and signs the seal for its holder: executives need no other key. The
// public halves stand in the confidential journal and nowhere else, because their number is n.
// Source: Ed25519, RFC 8032; seed = BLAKE2b-256 (RFC 7693), key = value of the share, person
// "conclave-possess", over set id 16, generation 4 (big-endian), index 1.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/held_share.h"

namespace shamir {

using PossessionPublicKey = std::array<std::uint8_t, 32>;
using PossessionSignature = std::array<std::uint8_t, 64>;

// What is signed: `context` says what for ("plan", "seal", "share verification"), so that a
// signature for one purpose is none for another. Signed bytes: "conclave-possession-v1", length of
// the context (1 byte), context, message.
struct PossessionMessage {
  std::string_view context;  // 1 to 255 bytes
  base::ByteView message;
};

// Move-only; wiped at its end.
class PossessionKey {
 public:
  static PossessionKey of(const HeldShare& held);

  [[nodiscard]] const PossessionPublicKey& public_key() const { return public_key_; }

  // The Ed25519 seed (32 bytes), for signing the seal in the form of a signed note.
  [[nodiscard]] base::SecretBytes seed() const;

  // Errors: kInvalidArgument for a context of no or more than 255 bytes.
  [[nodiscard]] base::Result<PossessionSignature> sign(const PossessionMessage& message) const;

 private:
  PossessionKey();

  PossessionPublicKey public_key_{};
  base::SecretBytes secret_key_;
};

// Errors: kInconsistent where the signature is not that of this key over this message.
base::Result<void> verify_possession(const PossessionPublicKey& key,
                                     const PossessionMessage& message,
                                     const PossessionSignature& signature);

}  // namespace shamir
