// ceremony/evaluation_chain.h - the ceremonies whose records are evaluated: which belong together,
// in which order, and whether they are all there. For evaluation_facts.cpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation_facts.h"
#include "ceremony/mode.h"

namespace ceremony {

// A ceremony as its own record tells it, before it is put beside the others. The record is
// borrowed.
struct CeremonySummary {
  const PublicRecord* record = nullptr;
  std::uint64_t sequence = 0;
  std::string ceremony;
  std::string previous_head;
  std::string head;
  std::string joined;  // head of the branch that a merge takes in; "" where it is none
  Mode mode = Mode::kRehearsal;
  bool is_drill = false;
  bool is_completed = false;
  bool outputs_live = false;            // given up, but behind its point of no return
  bool has_health = false;              // it says how the shares are
  std::set<std::uint64_t> generations;  // of share sets that it says became live (set.live)
  std::set<std::string> root_keys;      // that it made or used
};

// All ceremonies, sorted by number, origin and head. Errors: kMalformed; kInconsistent for a record
// that was given twice.
base::Result<std::vector<CeremonySummary>> summarise_all(const std::vector<PublicRecord>& records);

// Those who speak of one root key, by chain and by key: places in `ceremonies`, rising. Errors:
// kInconsistent for a record that none of the root keys given has a part in, named.
base::Result<std::vector<std::vector<std::size_t>>> grouped(
    const std::vector<CeremonySummary>& ceremonies);

// The mode of all but the drills. Errors: kInconsistent where there are two.
base::Result<Mode> common_mode(const std::vector<CeremonySummary>& ceremonies);

// Both sites have acted, and nobody has merged: such a chain has no state. Errors: kInconsistent,
// naming two records.
base::Result<void> check_not_forked(const std::vector<CeremonySummary>& chain);

// The whole chain is there when exactly the first has nothing before it and the rest link up.
bool is_whole(const std::vector<CeremonySummary>& chain);

}  // namespace ceremony
