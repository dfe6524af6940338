// ceremony/open_item.h - what is left of a share set: somebody sees to it, until a date.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/old_set.h"

namespace ceremony {

// Asks for both, as texts "owner" and "until"; the step can go on without them. `what` stands
// within the sentence.
std::vector<client::Ask> owner_asks(const std::string& what);

struct OpenItem {
  std::string owner;
  std::string until;  // YYYY-MM-DD
};

// Asks who sees to the encrypted keys at the sites that are left, where any are. Errors: as
// old_set_of().
base::Result<Asking> ask_open_sites(const Workplace& work);

// Notes that in the journal; seats have got theirs in their turn. Errors: as open_item_of().
base::Result<void> note_open_sites(const Workplace& work,
                                   const client::Input& input,
                                   const Remains& remains);

// What was typed. Errors: kInsufficient where owner or date is missing; kInvalidArgument for no
// date, or one before the ceremony's.
base::Result<OpenItem> open_item_of(const Workplace& work, const client::Input& input);

}  // namespace ceremony
