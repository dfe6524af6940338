// shamir/verify_share.h - one share checked alone; nothing here can combine, nor links what can.

#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "shamir/held_share.h"
#include "shamir/passphrase.h"
#include "shamir/set_header.h"

namespace shamir {

// A card as it is handed over.
struct PresentedCard {
  base::ByteView envelope;
  const Passphrase& passphrase;
  std::string_view label;  // what people call it; never a holder's name, it goes into messages
};

// One share alone: whole, of this set, generation and mode, opened by its passphrase, and signed by
// the dealer. No secret is rebuilt and nothing here could.
// Errors, the label first: kMalformed where damaged; kRefusedByPolicy for another mode or too weak
// a lock; kInvalidArgument where the passphrase does not open it; kInconsistent for another set
// (the words of both are named), another generation, or a signature that is not the dealer's.
base::Result<HeldShare> verify_share(const SetHeader& header, const PresentedCard& card);

// Three words that stay the same on every copy of a share, whatever locks it: the holder notes them
// at the hand-over, so that a swapped medium is noticed later. They tell nothing of the value and
// catch slips, not an adversary. From BLAKE2b-256, person "conclave-chkname", over the public half
// of the possession key; the first three words of digest_words().
std::string check_name(const HeldShare& held);

}  // namespace shamir
