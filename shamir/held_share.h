// shamir/held_share.h - a share as its holder keeps it: the SLIP-39 fields, the set, the signature.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/mode.h"
#include "shamir/slip39.h"

namespace shamir {

using SetId = std::array<std::uint8_t, 16>;            // random; public
using DealerSignature = std::array<std::uint8_t, 64>;  // Ed25519; stays inside the lock

// Which set a share is of. Nothing in it depends on k or n.
struct SetIdentity {
  SetId id{};
  std::uint32_t generation = 1;  // changes only at a re-share; from 1
  Mode mode = Mode::kProduction;

  friend bool operator==(const SetIdentity&, const SetIdentity&) = default;
};

// A set id drawn at random.
SetId draw_set_id();

// One share, opened. `share.threshold` is not known here and means nothing.
struct HeldShare {
  SetIdentity set;
  Slip39Share share;
  DealerSignature signature{};
};

// The longest value that a locked share has room for, in bytes; all envelopes are of one size.
inline constexpr std::size_t kLongestLockedValue = 32;

// Sizes of the body of an envelope, in bytes.
inline constexpr std::size_t kShareFactsSize = 58;
inline constexpr std::size_t kShareBodySize = 128;

// The first 58 bytes of the body: set id 16, generation 4, SLIP-39 identifier 2, extendable 1,
// iteration exponent 1, index 1, length of the value 1, value 32 (zeros behind it). Numbers are
// big-endian. It is what the dealer signs.
// Errors: kInvalidArgument for a field out of its range, a value that is not an even number of 16
// to 32 bytes, or more than one group.
base::Result<base::SecretBytes> write_share_facts(const SetIdentity& set, const Slip39Share& share);

// The whole body: the facts, 6 zeros, the dealer's signature. Errors: as write_share_facts().
base::Result<base::SecretBytes> write_share_body(const HeldShare& held);

// The share of a body. `mode` is that of the envelope around it.
// Errors: kMalformed, naming the field that is out of its range.
base::Result<HeldShare> read_share_body(const base::SecretBytes& body, Mode mode);

}  // namespace shamir
