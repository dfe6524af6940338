// ceremony/set_inventory.h - who holds a share set, where its blobs are, and what is left of both,
// as the chain of records commits to it.
//
// k, n, the holders and the sites of a set are hidden facts of the public entry "shares.issue";
// what an earlier ceremony could not destroy is one of "set.retire" or "key.end". The keepers of
// the confidential record hand the strings that open them in (old-set.txt beside the plan). They
// count only because the records commit to them, so nobody can make a set look dead by a smaller
// number, or by forgetting a site.

#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"

namespace ceremony {

// Lies in the ceremony's confidential folder: one disclosure a line.
inline constexpr const char* kOldSetFile = "old-set.txt";

// {"threshold", "shares", "holders": [as in the journal's entry "holders"],
//  "left": {"sites": [name], "seats": [seat]}} of that generation, by the records below `home`.
// Errors: kNotFound without old-set.txt; kInconsistent where it does not open what the records say.
base::Result<Json> read_set_inventory(const Workplace& work,
                                      const std::filesystem::path& home,
                                      std::uint32_t generation);

}  // namespace ceremony
