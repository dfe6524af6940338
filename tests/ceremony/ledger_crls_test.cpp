// What reserve CRLs and OCSP responses in the records change.

#include "ceremony/ledger_crls.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "ceremony/ledger_files.h"
#include "ceremony/site_facts.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ceremony;
using support::certificate;
using support::crl;
using support::make_record;
using support::says;

using Entry = std::pair<std::string, Json>;

Entry reserve(std::uint64_t number,
              const std::string& this_update,
              const std::vector<std::string>& revoked = {}) {
  Entry entry = crl(number, revoked);
  entry.second["reserve"] = true;
  entry.second["this_update"] = this_update;
  return entry;
}

Entry answer(const std::string& serial, const std::string& status, const std::string& reason = "") {
  return {"ocsp.issue",
          {{"serial", serial},
           {"certificate", std::string(64, 'a')},
           {"response", std::string(64, 'b')},
           {"status", status},
           {"date", status == "good" ? "" : "2026-11-27"},
           {"reason", reason},
           {"next_update", "2027-05-26"}}};
}

// The state after a record of these entries that comes next.
base::Result<LedgerState> after(LedgerState state, std::vector<Entry> entries) {
  const auto record = make_record({.sequence = static_cast<std::uint32_t>(state.sequence) + 1,
                                   .head = state.head,
                                   .entries = std::move(entries)});
  auto folded = fold_record(record, state);
  return folded ? base::Result<LedgerState>(std::move(state))
                : base::Result<LedgerState>(std::move(folded).error());
}

LedgerState with_reserve() {
  return after(empty_state(),
               {certificate("01aa"),
                certificate("01bb"),
                crl(2, {"01aa"}),
                reserve(3, "2027-04-26", {"01aa"}),
                reserve(4, "2027-10-26", {"01aa"})})
      .value();
}

// The state where `kept` has joined the other branch.
LedgerState joined(LedgerState kept, const LedgerState& other) {
  REQUIRE(join_branch(other, kept).ok());
  return kept;
}

// Whether the reserve CRL of that number, which is there once, is void.
bool is_void_in(const LedgerState& state, std::uint64_t number) {
  REQUIRE(std::ranges::count(state.reserve_crls, number, &ReserveCrl::number) == 1);
  return std::ranges::find(state.reserve_crls, number, &ReserveCrl::number)->is_void;
}

}  // namespace

TEST_CASE("ledger: reserve CRLs stand beside the newest CRL, and their numbers are used") {
  const LedgerState state = with_reserve();
  CHECK(state.crl_number == 2);
  CHECK(highest_crl_number(state) == 4);
  REQUIRE(state.reserve_crls.size() == 2);
  CHECK(state.reserve_crls[1].this_update == "2027-10-26");
  CHECK(reserve_facts(state).dump() ==
        R"([{"number":3,"this_update":"2027-04-26"},{"number":4,"this_update":"2027-10-26"}])");
  CHECK(state.revoked.size() == 1);

  const auto next = after(state, {crl(5, {"01aa", "01bb"})});
  REQUIRE_MESSAGE(next.ok(), (next ? "" : next.error().message));
  CHECK(next->crl_number == 5);
  CHECK(next->reserve_crls.empty());
  for (const std::uint64_t number : {3U, 4U}) {
    CHECK(says(after(state, {crl(number, {"01aa"})}).error(),
               "a CRL of the records has the number of one before it"));
  }
}

TEST_CASE("ledger: a step that signed a row and was done again says the same again") {
  const auto state =
      after(empty_state(), {crl(1), reserve(2, "2027-04-26"), crl(1), reserve(2, "2027-04-26")});
  REQUIRE_MESSAGE(state.ok(), (state ? "" : state.error().message));
  CHECK(state->reserve_crls.size() == 1);
}

TEST_CASE("ledger: a reserve CRL that does not follow its CRL is refused") {
  const char* const stray = "a reserve CRL of the records does not follow";
  const LedgerState state = with_reserve();
  CHECK(says(after(state, {crl(5, {"01aa"}), reserve(5, "2027-04-26", {"01aa"})}).error(), stray));
  CHECK(says(after(state, {crl(5, {"01aa"}), reserve(6, "2027-04-26")}).error(), stray));
  CHECK(says(after(state, {crl(5, {"01aa"}), reserve(6, "2027-04-26", {"01bb"})}).error(), stray));
  CHECK(says(after(state, {reserve(5, "2028-04-26", {"01aa"})}).error(), stray));
  for (const char* const member : {"date", "reason"}) {
    Entry other = reserve(6, "2027-04-26", {"01aa"});
    other.second["revoked"][0][member] = "2026-11-26";
    CHECK(says(after(state, {crl(5, {"01aa"}), other}).error(), stray));
  }
  LedgerState spent = state;
  spent.void_crl_number = 9;
  CHECK(says(after(spent, {crl(10, {"01aa"}), reserve(9, "2027-04-26", {"01aa"})}).error(), stray));
}

TEST_CASE("ledger: a row that was given up is void, and its numbers are used all the same") {
  const auto state = after(with_reserve(),
                           {crl(5, {"01aa"}),
                            reserve(6, "2027-04-26", {"01aa"}),
                            {"abort", Json::object({{"outputs", "void"}})}});
  REQUIRE_MESSAGE(state.ok(), (state ? "" : state.error().message));
  CHECK(state->void_crl_number == 6);
  CHECK(state->reserve_crls.size() == 2);  // those before stand
  CHECK_FALSE(after(*state, {crl(6, {"01aa"})}).ok());
  CHECK(after(*state, {crl(7, {"01aa"})}).ok());
}

TEST_CASE("merge: reserve CRLs of both branches are known, and those of an older CRL are void") {
  const LedgerState one = with_reserve();
  const LedgerState two =
      after(with_reserve(), {crl(8, {"01aa"}), reserve(9, "2027-04-26", {"01aa"})}).value();
  for (const bool is_kept : {true, false}) {
    const LedgerState state = joined(is_kept ? one : two, is_kept ? two : one);
    CHECK(state.crl_number == 8);
    CHECK(state.reserve_crls.size() == 3);
    CHECK(is_void_in(state, 3));
    CHECK(is_void_in(state, 4));
    CHECK_FALSE(is_void_in(state, 9));
    CHECK(highest_crl_number(state) == 9);
  }
}

TEST_CASE("merge: reserve CRLs stand, each once, where neither branch has signed another CRL") {
  const LedgerState two = after(with_reserve(), {certificate("01cc")}).value();
  const LedgerState state = joined(with_reserve(), two);
  CHECK(state.reserve_crls.size() == 2);
  CHECK_FALSE(is_void_in(state, 3));
  CHECK_FALSE(is_void_in(state, 4));

  LedgerState again = state;
  again.reserve_crls[0].is_void = true;
  CHECK(is_void_in(joined(state, again), 3));  // what is void in either stays void
  CHECK(is_void_in(joined(again, state), 3));
}

TEST_CASE("merge: reserve CRLs that lack a revocation of the other branch are void for good") {
  const LedgerState one =
      after(with_reserve(), {crl(5, {"01aa", "01bb"}), reserve(6, "2027-04-26", {"01aa", "01bb"})})
          .value();
  const LedgerState two =
      after(with_reserve(), {crl(8, {"01aa"}), reserve(9, "2027-10-26", {"01aa"})}).value();
  const LedgerState state = joined(one, two);
  CHECK(is_void_in(state, 6));
  CHECK(is_void_in(state, 9));
  CHECK(reserve_facts(state).dump() == R"([{"number":6,"this_update":"2027-04-26","void":true},)"
                                       R"({"number":9,"this_update":"2027-10-26","void":true}])");

  CHECK(next_crl_number(state) == 10);
  CHECK(says(after(state, {crl(9, {"01aa", "01bb"})}).error(), "has the number of one before it"));
  const auto next = after(state, {crl(10, {"01aa", "01bb"})});
  REQUIRE_MESSAGE(next.ok(), (next ? "" : next.error().message));
  CHECK(next->reserve_crls.empty());
}

TEST_CASE("merge: a number that both branches have used for different CRLs is void") {
  LedgerState two = with_reserve();
  two.crl_sha256 = std::string(64, '7');
  const LedgerState state = joined(with_reserve(), two);
  CHECK(state.reserve_crls.size() == 2);
  CHECK(is_void_in(state, 3));
  CHECK(is_void_in(state, 4));
}

TEST_CASE("ledger: the next CRL has a number above all that were signed, void ones too") {
  LedgerState state = with_reserve();
  CHECK(next_crl_number(empty_state()) == 1);
  CHECK(next_crl_number(state) == 5);
  state.void_crl_number = 9;
  CHECK(next_crl_number(state) == 10);
}

TEST_CASE("ledger: a site gets the reserve CRLs that stand, and no void one back") {
  const support::TemporaryFolder folder;
  const auto home = folder / "site-1";
  const auto other = folder / "site-2";
  const Transcript first =
      make_record({.entries = {certificate("01aa"), crl(1), reserve(2, "2027-04-26")}});
  support::plant_record(home / "ledger" / "0001-crl", first);
  support::plant_record(
      home / "ledger" / "0002-crl",
      make_record({.sequence = 2,
                   .head = first.head(),
                   .entries = {crl(3, {"01aa"}), reserve(4, "2027-04-26", {"01aa"})}}));
  for (const char* const name : {"2.crl", "4.crl"}) {
    support::plant(home / "reserve" / name, name);
  }
  std::filesystem::create_directories(other);
  const auto brought = bring_up_to_date({.home = home, .other = other});
  REQUIRE_MESSAGE(brought.ok(), (brought ? "" : brought.error().message));
  CHECK(support::content_of(other / "reserve" / "4.crl") == "4.crl");
  CHECK_FALSE(std::filesystem::exists(other / "reserve" / "2.crl"));
}

TEST_CASE("ledger: what was signed in a ceremony that was given up was not issued") {
  const auto state =
      after(with_reserve(), {certificate("01cc"), {"abort", Json::object({{"outputs", "void"}})}});
  REQUIRE_MESSAGE(state.ok(), (state ? "" : state.error().message));
  CHECK(has_issued(*state, "01aa"));
  CHECK_FALSE(has_issued(*state, "01cc"));
  CHECK_FALSE(has_issued(*state, "01dd"));
}

TEST_CASE("merge: of two answers that say good, the one that lasts longer is kept") {
  const auto answered = [](Entry entry, const std::string& next_update) {
    entry.second["next_update"] = next_update;
    return after(with_reserve(), {crl(5, {"01aa"}), std::move(entry)}).value();
  };
  const LedgerState early = answered(answer("01bb", "good"), "2027-05-26");
  const LedgerState late = answered(answer("01bb", "good"), "2027-11-26");
  CHECK(joined(early, late).answers.at("01bb").next_update == "2027-11-26");
  CHECK(joined(late, early).answers.at("01bb").next_update == "2027-11-26");
  CHECK(joined(with_reserve(), late).answers.at("01bb").next_update == "2027-11-26");

  const LedgerState first = answered(answer("01aa", "revoked", "keyCompromise"), "2027-05-26");
  const LedgerState second = answered(answer("01aa", "revoked", "keyCompromise"), "2027-11-26");
  CHECK(joined(first, second).answers.at("01aa").next_update == "2027-05-26");
}

TEST_CASE("ledger: an OCSP response says what the CRL of its record says") {
  const auto state = after(empty_state(),
                           {certificate("01aa"),
                            certificate("01bb"),
                            crl(1, {"01aa"}),
                            answer("01aa", "revoked", "keyCompromise"),
                            answer("01bb", "good")});
  REQUIRE_MESSAGE(state.ok(), (state ? "" : state.error().message));
  CHECK(state->answers.size() == 2);
  CHECK(state->answers.at("01bb").status == "good");
  CHECK(state->answers.at("01aa").next_update == "2027-05-26");

  const char* const contradicts = "and the CRL says otherwise";
  CHECK(says(after(*state, {crl(2, {"01aa"}), answer("01aa", "good")}).error(), contradicts));
  CHECK(says(after(*state, {crl(2, {"01aa"}), answer("01bb", "revoked", "superseded")}).error(),
             contradicts));
  CHECK(says(after(*state, {crl(2, {"01aa"}), answer("01aa", "revoked", "superseded")}).error(),
             contradicts));
  Entry other_day = answer("01aa", "revoked", "keyCompromise");
  other_day.second["date"] = "2026-11-26";
  CHECK(says(after(*state, {crl(2, {"01aa"}), other_day}).error(), contradicts));
  CHECK(says(after(*state, {crl(2, {"01aa"}), answer("01bb", "unknown")}).error(), contradicts));
  CHECK(
      says(after(*state, {answer("01bb", "good")}).error(), "has no CRL before it in its record"));
}
