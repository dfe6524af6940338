// What reserve CRLs and OCSP responses in the records change.

#include "ceremony/ledger_crls.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "ceremony/site_facts.h"
#include "support/ledger_records.h"
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

TEST_CASE("merge: reserve CRLs of both branches are known, and the next number is above them") {
  LedgerState one = with_reserve();
  const LedgerState two =
      after(with_reserve(), {crl(8, {"01aa"}), reserve(9, "2027-04-26", {"01aa"})}).value();
  REQUIRE(join_branch(two, one).ok());
  CHECK(one.crl_number == 8);
  CHECK(one.reserve_crls.size() == 3);
  CHECK(highest_crl_number(one) == 9);
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
}
