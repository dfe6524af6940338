// ceremony/ledger_merge.h - a forked ledger: what each branch has done, and what a merge makes of
// it. docs/formats/ledger.md.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ceremony/ledger.h"

namespace ceremony {

// One of two branches.
struct LedgerBranch {
  std::vector<LedgerRecord> records;  // that the other branch does not have, in order
  LedgerState state;                  // at its end
};

// Which branch a merge goes on from, and which it takes in; heads.
struct MergeHeads {
  std::string kept;
  std::string joined;
};

struct LedgerMerge {
  LedgerBranch kept;
  LedgerBranch joined;
  LedgerRecord fork;   // the last record that both have
  LedgerState merged;  // of both, in the epoch that the merge opens: one above both
};

// Two tips of a forked ledger: the branch with the latest epoch is kept; of equals the longer one,
// then the one with the lower head. Errors: kWrongState where the ledger is not forked.
base::Result<MergeHeads> proposed_merge(const Ledger& ledger);

// What the merge of two branches comes to. Errors: kNotFound; kInconsistent where they are not two
// tips, or as join_branch(); kRefusedByPolicy where the branch that would be joined has the later
// epoch: its site is the live one, and the merge is held there.
base::Result<LedgerMerge> plan_merge(const Ledger& ledger, const MergeHeads& heads);

// For people: the artefacts of both branches, the union of revocations, and the next CRL number.
std::vector<std::string> merge_lines(const LedgerMerge& merge);

}  // namespace ceremony
