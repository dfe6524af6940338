// shamir/share_set.h - shares gathered at a recovery: each checked as it comes, combined once.
//
// Every refusal names the card by the label that the caller chose and leaves the others as they
// are. No message says how many shares are there or how many are needed.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
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

// The shares of one recovery. Move-only; all shares are wiped with it.
class ShareSet {
 public:
  explicit ShareSet(const SetHeader& header) : header_(header) {}

  // Takes a share in. Errors: as verify_share(); kWrongState where this card is already entered;
  // kInconsistent where two cards that the dealer signed claim one place. After an error the set
  // is as it was.
  base::Result<void> present(const PresentedCard& card);

  // The same for a share that verify_share() has just given for this header: for a caller who also
  // needs its possession key, and should not ask its holder twice.
  base::Result<void> add(HeldShare held, std::string label);

  // The secret. Counts only because the commitment agrees. The set stays as it is, so that more
  // shares may be presented after a refusal.
  // Errors: kInsufficient, without numbers, where more shares are needed, a single one always;
  // kInconsistent where genuine shares give something that the commitment does not know.
  [[nodiscard]] base::Result<base::SecretBytes> combine() const;

 private:
  struct Entry {
    std::string label;
    HeldShare held;
  };

  SetHeader header_;
  std::vector<Entry> entries_;
};

}  // namespace shamir
