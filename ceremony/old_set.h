// ceremony/old_set.h - a share set that is to be replaced or destroyed: who holds it, and what is
// known to be gone of it.
//
// What there was of it before this ceremony is proven by the records (set_inventory.h); what was
// destroyed since stands in the journal, before and after each act.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "shamir/quorum.h"
#include "shamir/set_header.h"

namespace ceremony {

// A set as it was when this ceremony began.
struct OldSet {
  shamir::SetHeader header;
  shamir::Quorum quorum;
  std::vector<PlannedHolder> holders;  // whose shares are not known to be destroyed
  std::vector<std::string> sites;      // whose blobs are not known to be destroyed
};

// The set that "check-old-set" or "check-retiring-set" has found. Errors: kInconsistent where that
// step was not done.
base::Result<OldSet> old_set_of(const Workplace& work);

// Where the blob of a site stands after what this ceremony did.
enum class BlobState {
  kThere,      // it was not touched, or its site is not here
  kBegun,      // its destruction has begun, and nobody saw the end of it
  kDestroyed,  // overwritten, read back, removed
};

// By this ceremony's journal, for the blob at `site` (its name) of that generation.
BlobState blob_state(const Workplace& work, const std::string& site, std::uint32_t generation);

// Notes that the destruction of a blob begins, or that it was seen to be done.
base::Result<void> note_blob(const Workplace& work,
                             const std::string& site,
                             std::uint32_t generation,
                             BlobState state);

// Type of the journal's entries about a share whose content is gone.
inline constexpr const char* kShareDestroyed = "share-destroyed";

// Type of the journal's entries about a blob that is not where it was left, or not what it was.
inline constexpr const char* kBlobUnseen = "blob-unseen";

// The sites of which the journal says so, of whatever generation, and not later that it was
// destroyed; each once.
std::vector<std::string> sites_with_unseen_blob(const Workplace& work);

// Whether the journal says `type` of this seat: "share-checked", "share-destroyed", "share-absent".
bool is_noted_of(const Workplace& work, std::string_view type, const std::string& seat);

// What is left of a set. Neither of the two answers says a number.
struct Remains {
  bool are_blobs_gone = false;   // destroyed at every site that had one, and none was seen altered
  bool are_shares_gone = false;  // fewer can exist than are needed
  std::vector<std::string> open_sites;
  std::vector<std::string> open_seats;
};

Remains remains_of(const Workplace& work, const OldSet& old);

// "gone" or "left": as long in every case.
const char* gone_or_left(bool is_gone);

// The hidden fact "left" of a public entry that says what became of a set: where a later ceremony
// goes on.
HiddenFact left_fact(const Remains& remains);

}  // namespace ceremony
