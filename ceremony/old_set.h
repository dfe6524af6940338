// ceremony/old_set.h - a share set that is to be replaced or destroyed: who holds it, and what is
// known to be gone of it.
//
// k, n and the holders of a set are hidden facts of the public entry "shares.issue". The keepers of
// the confidential record hand the strings that open them in (old-set.txt beside the plan); they
// count only because the chain of records commits to them, so nobody can make a set look dead by a
// smaller number. What was destroyed stands in the journal, before and after each act.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "shamir/quorum.h"
#include "shamir/set_header.h"

namespace ceremony {

// Lies in the ceremony's confidential folder: one disclosure a line.
inline constexpr const char* kOldSetFile = "old-set.txt";

struct OldSet {
  shamir::SetHeader header;
  shamir::Quorum quorum;
  std::vector<PlannedHolder> holders;
};

// The set that check-old-set has found. Errors: kInconsistent where that step was not done.
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
                             const std::filesystem::path& site,
                             std::uint32_t generation,
                             BlobState state);

// Whether the journal says `type` of this seat: "share-checked", "share-destroyed", "share-absent".
bool is_noted_of(const Workplace& work, std::string_view type, const std::string& seat);

// What is left of a set. Neither says a number.
struct Remains {
  bool are_blobs_gone = false;   // destroyed at every site of the annex
  bool are_shares_gone = false;  // fewer can exist than are needed
  std::vector<std::string> open_sites;
  std::vector<std::string> open_seats;
};

// Errors: kInconsistent where the annex names no site, so that nobody knows where blobs are.
base::Result<Remains> remains_of(const Workplace& work, const OldSet& old);

}  // namespace ceremony
