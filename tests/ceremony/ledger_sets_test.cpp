// Share sets in the fold over the records: which is live, which retire, and what a merge makes of
// it.

#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "ceremony/live_vault.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"

using namespace ceremony;
using support::make_record;

namespace {

using Entry = std::pair<std::string, Json>;

Entry dealt(std::uint32_t generation) {
  return {"shares.issue", {{"generation", generation}}};
}

Entry live(std::uint32_t generation) {
  return {"set.live", {{"generation", generation}, {"retiring", generation - 1}}};
}

Entry retired(const char* blobs, const char* shares) {
  return {"set.retire", {{"generation", 1}, {"blobs", blobs}, {"shares", shares}}};
}

bool mentions(const base::Result<void>& done, const std::string& words) {
  REQUIRE(!done.ok());
  INFO(done.error().message);
  return done.error().message.find(words) != std::string::npos;
}

// The state after a birth: the first set was dealt.
LedgerState born() {
  LedgerState state = empty_state();
  REQUIRE(fold_record(make_record({.entries = {dealt(1)}}), state).ok());
  return state;
}

// The state after one more record with these entries.
LedgerState then(LedgerState state,
                 const std::vector<Entry>& entries,
                 const char* mode = "REHEARSAL") {
  REQUIRE(
      fold_record(
          make_record({.sequence = 2, .head = state.head, .mode = mode, .entries = entries}), state)
          .ok());
  return state;
}

LedgerState after(const std::vector<Entry>& entries, const char* mode = "REHEARSAL") {
  return then(born(), entries, mode);
}

}  // namespace

TEST_CASE("ledger: a later share set is live from its point of no return on, and not before") {
  CHECK(after({dealt(2)}).generation == 1);
  CHECK(after({dealt(2)}).retiring.empty());
  const LedgerState state = after({dealt(2), live(2)});
  CHECK(state.generation == 2);
  CHECK(state.retiring == std::set<std::uint32_t>{1});
  CHECK(after({dealt(2), live(2), live(2)}).retiring == std::set<std::uint32_t>{1});
  CHECK(after({dealt(2), live(2)}, "DRILL").generation == 1);
}

TEST_CASE(
    "ledger: a share set of a ceremony that was given up is none, unless it was live by then") {
  const auto given_up = [](const char* outputs) { return Entry{"abort", {{"outputs", outputs}}}; };
  CHECK(after({dealt(2), given_up("void")}).generation == 1);
  CHECK(after({dealt(2), live(2), given_up("live")}).generation == 2);
}

TEST_CASE("ledger: an old set retires until its blobs or enough of its shares are gone") {
  CHECK(after({dealt(2), live(2), retired("left", "left")}).retiring.contains(1));
  CHECK(after({dealt(2), live(2), retired("gone", "left")}).retiring.empty());
  CHECK(after({dealt(2), live(2), retired("left", "gone")}).retiring.empty());
  CHECK(after({dealt(2), live(2), retired("gone", "gone")}).retiring.empty());
}

TEST_CASE("ledger: a share set that leaves one out is refused") {
  LedgerState state = after({});
  CHECK(mentions(
      fold_record(make_record({.sequence = 3, .head = state.head, .entries = {live(3)}}), state),
      "does not follow the one before it"));
}

TEST_CASE("ledger: a merge takes the later set, and what either branch knows to be dead is dead") {
  const LedgerState birth = born();
  const LedgerState old = then(birth, {});
  LedgerState state = old;
  REQUIRE(join_branch(then(birth, {dealt(2), live(2)}), state).ok());
  CHECK(state.generation == 2);
  CHECK(state.retiring == std::set<std::uint32_t>{1});
  state = then(birth, {dealt(2), live(2), retired("gone", "left")});
  REQUIRE(join_branch(old, state).ok());
  CHECK(state.generation == 2);
  CHECK(state.retiring.empty());
}

TEST_CASE("ledger: two branches that have each replaced the share set are not merged") {
  const LedgerState birth = born();
  LedgerState state = then(birth, {dealt(2), live(2)});
  const LedgerState other = then(birth, {dealt(2), live(2), retired("left", "left")});
  CHECK(mentions(join_branch(other, state), "both branches have replaced the share set"));
}

TEST_CASE(
    "ledger: nothing follows the end of a key, but what goes on with one that is not complete") {
  const auto ended = [](const char* claim) {
    return after({{"key.end", {{"generation", 1}, {"claim", claim}}}});
  };
  const auto next = [](LedgerState state, const char* ceremony) {
    return fold_record(make_record({.sequence = 3, .head = state.head, .ceremony = ceremony}),
                       state);
  };
  for (const char* const claim : {"provably-gone", "out-of-use"}) {
    CHECK(mentions(next(ended(claim), "key-destruction"), "the key of this chain of records was"));
  }
  CHECK(mentions(next(ended("not-complete"), "crl"), "has begun and is not complete"));
  CHECK(next(ended("not-complete"), "key-destruction").ok());
  CHECK(next(ended("not-complete"), "set-retirement").ok());
}
