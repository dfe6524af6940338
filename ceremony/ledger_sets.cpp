#include "ceremony/ledger_sets.h"

#include <algorithm>
#include <cstdint>
#include <set>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What a branch knows of the sets that came before its live one.
struct KnownSets {
  std::uint32_t live = 0;
  std::set<std::uint32_t> retiring;
};

bool knows_dead(const KnownSets& branch, std::uint32_t generation) {
  return generation < branch.live && !branch.retiring.contains(generation);
}

}  // namespace

Result<void> fold_live_set(const LiveSet& live,
                           const std::string& record_head,
                           LedgerState& state) {
  const auto made_live = state.sets.find(live.generation);
  const bool is_same = made_live != state.sets.end() && made_live->second == record_head;
  if (!is_same && live.generation != state.generation + 1) {
    return Error{ErrorCode::kInconsistent,
                 "a share set of the records does not follow the one before it; nothing was done; "
                 "bring the missing records from the other site or from the published copies"};
  }
  if (!is_same) {
    state.retiring.insert(state.generation);
  }
  state.generation = live.generation;
  state.sets[live.generation] = record_head;
  return {};
}

Result<void> check_may_follow(const std::string& ceremony, const LedgerState& state) {
  if (state.ended.empty()) {
    return {};
  }
  if (state.ended != kNotComplete) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the key of this chain of records was destroyed, and its last record is " +
                     std::to_string(state.sequence) +
                     "; nothing was done, and no ceremony can follow; for a new key begin a new "
                     "chain, with empty vaults"};
  }
  if (ceremony == "key-destruction" || ceremony == "set-retirement") {
    return {};
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "the destruction of this key has begun and is not complete, so nothing else is done "
               "with it; hold the ceremony key-destruction again, or set-retirement for a set that "
               "was replaced"};
}

Result<void> join_sets(const LedgerState& other, LedgerState& state) {
  for (const auto& [generation, record] : other.sets) {
    const auto [there, is_new] = state.sets.emplace(generation, record);
    if (!is_new && there->second != record) {
      return Error{ErrorCode::kInconsistent,
                   "both branches have replaced the share set, so there are two sets of one "
                   "generation; nothing was merged; keep both copies and all shares, and call for "
                   "help"};
    }
  }
  const KnownSets own{.live = state.generation, .retiring = state.retiring};
  const KnownSets theirs{.live = other.generation, .retiring = other.retiring};
  state.retiring.clear();
  state.generation = std::max(state.generation, other.generation);
  for (const auto& [generation, record] : state.sets) {
    if (generation < state.generation && !knows_dead(own, generation) &&
        !knows_dead(theirs, generation)) {
      state.retiring.insert(generation);
    }
  }
  state.ended = state.ended.empty() ? other.ended : state.ended;
  return {};
}

}  // namespace ceremony
