// ceremony/ledger_slip.h - the slip that everybody takes home from a ceremony, and what it proves.
//
// It says how long the CA record was, in which epoch, and the first words of its head. Slips that
// are brought to the next ceremony show a copy that is behind, or a second branch, without any
// network. docs/formats/ledger.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/ledger.h"

namespace ceremony {

struct Slip {
  std::uint64_t sequence = 0;  // number of the last record
  std::uint64_t epoch = 0;     // 0: the slip does not say
  std::string words;           // first four words of its head, base::short_digest_words()
};

// The slip of a ledger in that state. Errors: kMalformed for a head that is none.
base::Result<Slip> slip_of(const LedgerState& state);

// "57 epoch 2 adroitness atmosphere adult bookseller".
std::string slip_line(const Slip& slip);

// Slips as people type them, separated by ';': each a number, perhaps "epoch" and its number, and
// four words, in upper or lower case. An empty text or "none": no slips.
// Errors: kMalformed, quoting the slip that is not understood.
base::Result<std::vector<Slip>> parse_slips(std::string_view text);

// Whether the ledger, whose state is `state`, knows of everything that the slips tell.
// Errors: kInconsistent for a ledger that is behind (the highest slip decides) or that has another
// record than a slip (both sites acted); kRefusedByPolicy where a slip has a later epoch (this site
// is fenced, and may only import).
base::Result<void> check_slips(const Ledger& ledger,
                               const LedgerState& state,
                               const std::vector<Slip>& slips);

// The highest number of a record that slips tell of and `state` does not reach, in no later epoch;
// 0 where there is none. An activation may declare these records lost.
std::uint64_t lost_up_to(const LedgerState& state, const std::vector<Slip>& slips);

// The refusal of a site whose epoch is behind. `seen` is the later epoch, `where` it was seen: "a
// holder slip".
base::Error fenced(const LedgerState& state, std::uint64_t seen, std::string_view where);

}  // namespace ceremony
