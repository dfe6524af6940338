#include "ceremony/ledger_slip.h"

#include <string>

#include <doctest/doctest.h>

using namespace ceremony;
using base::ErrorCode;

namespace {

// A head that is told apart by its first byte.
std::string head_of(char digit) {
  return std::string(64, digit);
}

LedgerRecord record(std::uint64_t sequence, char digit) {
  return {.name = {},
          .ceremony = "crl",
          .date = "2026-11-27",
          .sequence = sequence,
          .previous = sequence == 1 ? std::string(64, '0') : head_of(static_cast<char>(digit - 1)),
          .head = head_of(digit),
          .events = {}};
}

Ledger two_records() {
  return Ledger::of({record(1, '1'), record(2, '2')}).value();
}

Slip slip(std::uint64_t sequence, char digit, std::uint64_t epoch = 1) {
  LedgerState state = empty_state();
  state.sequence = sequence;
  state.head = head_of(digit);
  state.epoch = epoch;
  return slip_of(state).value();
}

base::Result<void> check(const std::vector<Slip>& slips) {
  const Ledger ledger = two_records();
  return check_slips(ledger, ledger.state().value(), slips);
}

}  // namespace

TEST_CASE("slip: it is typed as it was printed, in whatever case and with whatever marks") {
  const Slip given = slip(57, '5', 2);
  const std::string line = slip_line(given);
  CHECK(line.starts_with("57 epoch 2 "));
  for (const std::string& typed :
       {line, "  " + line + " ", "57, EPOCH: 2 - " + given.words, "57: " + given.words}) {
    const auto parsed = parse_slips(typed);
    REQUIRE_MESSAGE(parsed.ok(), typed);
    REQUIRE(parsed->size() == 1);
    CHECK(parsed->front().sequence == 57);
    CHECK(parsed->front().words == given.words);
  }
}

TEST_CASE("slip: several are separated by semicolons, and none is an answer too") {
  CHECK(parse_slips("")->empty());
  CHECK(parse_slips(" None ; ")->empty());
  CHECK(parse_slips(slip_line(slip(1, '1')) + "; " + slip_line(slip(2, '2')))->size() == 2);
}

TEST_CASE("slip: what is no slip is quoted") {
  for (const char* const typed : {"57",
                                  "57 one two three",
                                  "57 one two three four five",
                                  "one two three four five",
                                  "0 one two three four",
                                  "99999999999999999999 one two three four",
                                  "57 epoch x one two three four",
                                  "-5 one two three four five"}) {
    const auto parsed = parse_slips(typed);
    REQUIRE_MESSAGE(!parsed.ok(), typed);
    CHECK(parsed.error().code == ErrorCode::kMalformed);
    CHECK(parsed.error().message.find(typed) != std::string::npos);
  }
}

TEST_CASE("slip: those of the records that are here agree, old ones too") {
  CHECK(check({}).ok());
  CHECK(check({slip(1, '1'), slip(2, '2')}).ok());
}

TEST_CASE("slip: the highest one shows a ledger that is behind") {
  const auto checked = check({slip(3, '3'), slip(57, '7'), slip(2, '9')});
  REQUIRE(!checked.ok());
  CHECK(checked.error().code == ErrorCode::kInconsistent);
  CHECK(checked.error().message ==
        "This copy of the CA record ends at entry 2; holder slip says 57. Find the newer copy. "
        "Nothing was signed.");
}

TEST_CASE("slip: one of the same length with other words shows a fork") {
  const auto checked = check({slip(2, '9')});
  REQUIRE(!checked.ok());
  CHECK(checked.error().code == ErrorCode::kInconsistent);
  CHECK(checked.error().message.find("both sites have acted") != std::string::npos);
}

TEST_CASE("slip: a later epoch fences the site, whatever else the slips say") {
  const auto checked = check({slip(57, '7'), slip(3, '3', 2)});
  REQUIRE(!checked.ok());
  CHECK(checked.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(checked.error().message ==
        "Another site is live: a holder slip says epoch 2, and this copy of the CA record ends in "
        "epoch 1. This site may only import (conclave ledger import). Nothing was signed.");
}

TEST_CASE("slip: a ledger whose head is none gives none") {
  LedgerState state = empty_state();
  state.head = "not a head";
  CHECK(slip_of(state).error().code == ErrorCode::kMalformed);
}
