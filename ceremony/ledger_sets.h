// ceremony/ledger_sets.h - what the fold over the records makes of share sets: which is live, which
// are replaced, and which of those may not be dead yet.

#pragma once

#include <string>

#include "base/result.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_record.h"

namespace ceremony {

// A re-share's point of no return, in the record with that head: the set is live, and the one
// before it retires. Said twice in one record it changes nothing more. Errors: kInconsistent where
// the generation is not the next one.
base::Result<void> fold_live_set(const LiveSet& live,
                                 const std::string& record_head,
                                 LedgerState& state);

// Whether a ceremony of that type may be held after all that `state` knows: none follows the
// destruction of the key, but where that was not complete, those that go on with it.
// Errors: kRefusedByPolicy.
base::Result<void> check_may_follow(const std::string& ceremony, const LedgerState& state);

// Takes in what another branch knows of share sets and of the end of the key: what either branch
// knows to be dead is dead. Errors: kInconsistent where both have made a set of one generation.
base::Result<void> join_sets(const LedgerState& other, LedgerState& state);

}  // namespace ceremony
