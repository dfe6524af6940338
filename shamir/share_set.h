// shamir/share_set.h - shares gathered at a recovery: each checked as it comes, combined once.
//
// Every refusal names the card by the label that the caller chose and leaves the others as they
// are. No message says how many shares are there or how many are needed.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/held_share.h"
#include "shamir/set_header.h"
#include "shamir/verify_share.h"

namespace shamir {

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
