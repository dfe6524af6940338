#include "ceremony/ledger.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/ledger_files.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"

using namespace ceremony;
using base::ErrorCode;
using support::certificate;
using support::content_of;
using support::crl;
using support::make_record;
using support::plant;
using support::plant_record;
using support::says;
using support::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// Two records in a row at `site`: a certificate and a CRL of number 7.
void plant_site(const fs::path& site) {
  const Transcript first =
      make_record({.ceremony = "subordinate-signing", .entries = {certificate("01aa")}});
  const Transcript second = make_record({.sequence = 2, .head = first.head(), .entries = {crl(7)}});
  plant_record(site / "ledger" / "0001-subordinate-signing", first);
  plant_record(site / "ledger" / "0002-crl", second);
  plant(site / "crl" / "7.crl", "CRL 7");
  plant(site / "ca" / "one.pem", "a certificate");
}

}  // namespace

TEST_CASE("ledger: the state is the fold over the records") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const auto state = read_ledger(folder / "site-1" / "ledger");
  REQUIRE(state.ok());
  CHECK(state->sequence == 2);
  CHECK(state->crl_number == 7);
  CHECK(state->issued.size() == 1);
  CHECK(state->records == std::vector<std::string>{"0001-subordinate-signing", "0002-crl"});
}

TEST_CASE("ledger: what a drill writes changes nothing but the chain") {
  LedgerState state = empty_state();
  const Transcript drill = make_record({.mode = "DRILL", .entries = {crl(99)}});
  REQUIRE(fold_record(drill, state).ok());
  CHECK(state.crl_number == 0);
  CHECK(state.sequence == 1);
  CHECK(state.head == drill.head());
}

TEST_CASE("ledger: a signing key's chain names its key and request, and no other key's") {
  const auto born = [](char key) {
    return std::pair<std::string, Json>{"key.request",
                                        {{"subject", "CN=x"},
                                         {"public_key", std::string(64, key)},
                                         {"request", std::string(64, 'b')}}};
  };
  LedgerState state = empty_state();
  const Transcript birth = make_record({.entries = {born('a')}});
  REQUIRE(fold_record(birth, state).ok());
  CHECK(state.signing_key == std::string(64, 'a'));
  CHECK(state.signing_request == std::string(64, 'b'));
  CHECK(state.root_certificate.empty());
  LedgerState other = empty_state();
  CHECK(says(join_branch(other, state).error(), "have different roots"));
  CHECK(says(
      fold_record(make_record({.sequence = 2, .head = birth.head(), .entries = {born('c')}}), state)
          .error(),
      "was born in the chain of another key"));
}

TEST_CASE("ledger: a record out of its place is refused") {
  LedgerState state = empty_state();
  CHECK(says(fold_record(make_record({.head = std::string(64, '1')}), state).error(),
             "does not name the record before it"));
  CHECK(says(fold_record(make_record({.sequence = 2}), state).error(), "have a gap"));
  CHECK(says(fold_record(Transcript(), state).error(), "does not begin with its opening"));
  CHECK(state.sequence == 0);
}

TEST_CASE("ledger: a copy that was cut off before its seal is named, and nothing goes on") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  fs::remove(folder / "site-1" / "ledger" / "0002-crl" / "seal.note");
  const auto state = read_ledger(folder / "site-1" / "ledger");
  REQUIRE(!state.ok());
  CHECK(says(state.error(), "the copy of the record 0002-crl in this ledger was cut off"));
}

TEST_CASE("ledger: a copy that was cut off anywhere is completed, and the seal comes last") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path from = folder / "site-1" / "ledger" / "0002-crl";
  for (const int files : {0, 1, 2}) {
    const fs::path to = folder.path() / std::to_string(files);
    fs::create_directory(to);
    int copied = 0;
    for (const char* const name : {"transcript.log", "seal.note"}) {
      if (copied++ < files) {
        fs::copy_file(from / name, to / name);
      }
    }
    CHECK(copy_record({.from = from, .to = to}).ok());
    CHECK(content_of(to / "seal.note") == content_of(from / "seal.note"));
    CHECK(content_of(to / "transcript.log") == content_of(from / "transcript.log"));
  }
}

TEST_CASE("ledger: a seal that was cut off is none, wherever the cut is, and is completed") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path home = folder / "site-1" / "ledger" / "0001-subordinate-signing";
  const std::string seal = content_of(home / "seal.note");
  REQUIRE(read_ledger(folder / "site-1" / "ledger").ok());
  const fs::path other = folder / "site-2";
  for (std::size_t size = 0; size < seal.size(); ++size) {
    fs::remove_all(other);
    fs::create_directories(other / "ledger");
    fs::copy(home, other / "ledger" / "0001-subordinate-signing");
    plant(other / "ledger" / "0001-subordinate-signing" / "seal.note", seal.substr(0, size));
    plant(other / "ca" / "one.pem", "a cert");
    CHECK(says(read_ledger(other / "ledger").error(), "was cut off before its seal"));
    CHECK(bring_up_to_date({.home = folder / "site-1", .other = other}).ok());
    CHECK(content_of(other / "ledger" / "0001-subordinate-signing" / "seal.note") == seal);
    CHECK(content_of(other / "ca" / "one.pem") == "a certificate");
  }
}

TEST_CASE("ledger: a copy that holds something else is refused and stays as it is") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path to = folder / "other";
  plant(to / "transcript.log", "another record\n");
  const auto copied = copy_record({.from = folder / "site-1" / "ledger" / "0002-crl", .to = to});
  REQUIRE(!copied.ok());
  CHECK(copied.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(says(copied.error(), "transcript.log"));
  CHECK(content_of(to / "transcript.log") == "another record\n");
  CHECK(!fs::exists(to / "seal.note"));
}

TEST_CASE("ledger: a site is brought up to date, and half a copy there is completed") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path other = folder / "site-2";
  fs::create_directories(other / "ledger" / "0001-subordinate-signing");
  CHECK(bring_up_to_date({.home = folder / "site-1", .other = other}).ok());
  const auto state = read_ledger(other / "ledger");
  REQUIRE(state.ok());
  CHECK(state->sequence == 2);
  CHECK(content_of(other / "crl" / "7.crl") == "CRL 7");
  CHECK(content_of(other / "ca" / "one.pem") == "a certificate");
}

TEST_CASE("ledger: a site that has a record of its own is not touched") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path other = folder / "site-2";
  plant_record(other / "ledger" / "0002-backup-activation", make_record({}));
  const auto brought = bring_up_to_date({.home = folder / "site-1", .other = other});
  REQUIRE(!brought.ok());
  CHECK(says(brought.error(), "site-2 has the record 0002-backup-activation"));
  CHECK(!fs::exists(other / "ledger" / "0002-crl"));
}

TEST_CASE("ledger: a record of the same name that says something else is a fork, and is found") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path other = folder / "site-2";
  plant_site(other);
  const Transcript own = make_record({.sequence = 2, .head = std::string(64, '2')});
  plant_record(other / "ledger" / "0002-crl", own);
  plant(folder / "site-1" / "crl" / "8.crl", "a newer CRL");
  const auto brought = bring_up_to_date({.home = folder / "site-1", .other = other});
  REQUIRE(!brought.ok());
  CHECK(says(brought.error(), "site-2 has the record 0002-crl"));
  CHECK(!fs::exists(other / "crl" / "8.crl"));
}

TEST_CASE("ledger: another CRL of the same number is a fork, and no record is copied after it") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path other = folder / "site-2";
  plant(other / "crl" / "7.crl", "a CRL of this site");
  const auto brought = bring_up_to_date({.home = folder / "site-1", .other = other});
  REQUIRE(!brought.ok());
  CHECK(says(brought.error(), "another file crl/7.crl"));
  CHECK(!fs::exists(other / "ledger"));
  CHECK(content_of(other / "crl" / "7.crl") == "a CRL of this site");
}

TEST_CASE("ledger: CRL numbers and epochs never go back") {
  LedgerState state = empty_state();
  state.crl_number = 8;
  state.epoch = 3;
  LedgerState same = state;
  LedgerState behind = state;
  CHECK(says(fold_record(make_record({.entries = {crl(7)}}), state).error(),
             "a lower number than one before it"));
  CHECK(says(fold_record(make_record({.entries = {crl(8)}}), same).error(),
             "the number of one before it"));
  CHECK(says(
      fold_record(make_record({.entries = {{"site.activate", {{"epoch", 2}}}}}), behind).error(),
      "goes back to an earlier epoch"));
}

TEST_CASE("ledger: a step that was done again in one record says the same") {
  LedgerState state = empty_state();
  CHECK(fold_record(make_record({.entries = {crl(1), crl(1)}}), state).ok());
  CHECK(state.crl_number == 1);
}

TEST_CASE("ledger: a CRL may leave out a certificate that has ended, and no other") {
  LedgerState state = empty_state();
  REQUIRE(
      fold_record(make_record({.entries = {certificate("01aa"), crl(1, {"01aa"})}}), state).ok());
  CHECK(state.revoked.contains("01aa"));
  LedgerState later = state;
  const auto dropped =
      fold_record(make_record({.sequence = 2, .head = state.head, .entries = {crl(2)}}), state);
  REQUIRE(!dropped.ok());
  CHECK(says(dropped.error(), "no longer lists 01aa, which was revoked for good"));
  auto last = crl(2);
  last.second["this_update"] = "2036-11-27";
  CHECK(
      fold_record(make_record({.sequence = 2, .head = later.head, .entries = {last}}), later).ok());
  CHECK(later.revoked.empty());
}

TEST_CASE("ledger: an activation and a return say who is live, and what may be done") {
  LedgerState state = empty_state();
  const Transcript activated = make_record(
      {.entries = {{"site.activate",
                    {{"epoch", 2}, {"site", "site-2"}, {"allowed", Json::array({"crl"})}}}}});
  REQUIRE(fold_record(activated, state).ok());
  CHECK(state.epoch == 2);
  CHECK(state.live_site == "site-2");
  CHECK(state.allowed == std::vector<std::string>{"crl"});
  const Transcript back =
      make_record({.sequence = 2,
                   .head = state.head,
                   .entries = {{"site.return", {{"epoch", 3}, {"site", "site-1"}}}}});
  REQUIRE(fold_record(back, state).ok());
  CHECK(state.live_site == "site-1");
  CHECK(state.allowed.empty());
}

TEST_CASE("ledger: what a cut-off copy left under a name that is taken does not count") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path ledger = folder / "site-2" / "ledger";
  plant(ledger / "0002-crl" / "transcript.log", "torn");
  CHECK(bring_up_to_date({.home = folder / "site-1", .other = folder / "site-2"}).ok());
  CHECK(content_of(ledger / "0002-crl" / "transcript.log") == "torn");
  const auto torn = read_ledger(ledger);
  REQUIRE(!torn.ok());
  CHECK(says(torn.error(), "the record 0002-crl in this ledger was cut off"));
  const std::string whole =
      content_of(folder / "site-1" / "ledger" / "0002-crl" / "transcript.log");
  plant(ledger / "0002-crl" / "transcript.log", whole.substr(0, 40));
  const auto state = read_ledger(ledger);
  REQUIRE(state.ok());
  CHECK(state->sequence == 2);
}
