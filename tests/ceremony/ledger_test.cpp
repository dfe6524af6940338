#include "ceremony/ledger.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/temporary_folder.h"

using namespace ceremony;
using base::ErrorCode;
using support::content_of;
using support::plant;
using support::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

struct NewRecord {
  std::uint32_t sequence = 1;
  std::string head = std::string(64, '0');  // of the record before it
  std::string mode = "REHEARSAL";
  std::vector<std::pair<std::string, Json>> entries = {};  // behind the opening
};

Transcript made(const NewRecord& wanted) {
  Transcript record;
  const auto add = [&](const std::string& type, Json data) {
    const auto line = build_public_line({.i = record.entries().size(),
                                         .prev = record.head(),
                                         .date = "2026-11-27",
                                         .type = type,
                                         .data = std::move(data),
                                         .journal = std::string(64, '0')},
                                        {});
    REQUIRE(line.ok());
    REQUIRE(record.add(line->text).ok());
  };
  add("open",
      {{"ceremony", "crl"},
       {"mode", wanted.mode},
       {"sequence", wanted.sequence},
       {"previous_head", wanted.head}});
  for (const auto& [type, data] : wanted.entries) {
    add(type, data);
  }
  return record;
}

// A closed record's folder, as a ceremony leaves it behind.
void plant_record(const fs::path& folder, const Transcript& record) {
  std::string text;
  for (const TranscriptEntry& entry : record.entries()) {
    text += entry.sha256 + " " + entry.text + "\n";
  }
  plant(folder / "transcript.log", text);
  plant(folder / "head.txt", record.head() + "\n");
  plant(folder / "seal.note", "seal of " + record.head() + "\n");
}

// Two records in a row at `site`: a certificate and a CRL of number 7.
void plant_site(const fs::path& site) {
  const Transcript first = made(
      {.entries = {{"cert.issue",
                    {{"serial", "01aa"}, {"public_key", "11"}, {"issuer_public_key", "22"}}}}});
  const Transcript second = made({.sequence = 2,
                                  .head = first.head(),
                                  .entries = {{"crl.issue", {{"number", 7}, {"crl", "abc"}}}}});
  plant_record(site / "ledger" / "0001-subordinate-signing", first);
  plant_record(site / "ledger" / "0002-crl", second);
  plant(site / "crl" / "7.crl", "a CRL");
  plant(site / "ca" / "one.pem", "a certificate");
}

bool says(const base::Error& error, const std::string& words) {
  INFO(error.message);
  return error.message.find(words) != std::string::npos;
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
  LedgerState state;
  state.head = std::string(64, '0');
  const Transcript drill =
      made({.mode = "DRILL", .entries = {{"crl.issue", {{"number", 99}, {"crl", "abc"}}}}});
  REQUIRE(fold_record(drill, state).ok());
  CHECK(state.crl_number == 0);
  CHECK(state.sequence == 1);
  CHECK(state.head == drill.head());
}

TEST_CASE("ledger: a record out of its place is refused") {
  LedgerState state;
  state.head = std::string(64, '0');
  CHECK(says(fold_record(made({.head = std::string(64, '1')}), state).error(),
             "does not name the record before it"));
  CHECK(says(fold_record(made({.sequence = 2}), state).error(), "have a gap"));
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
  for (const int files : {0, 1, 2, 3}) {
    const fs::path to = folder.path() / std::to_string(files);
    fs::create_directory(to);
    int copied = 0;
    for (const char* const name : {"head.txt", "transcript.log", "seal.note"}) {
      if (copied++ < files) {
        fs::copy_file(from / name, to / name);
      }
    }
    CHECK(copy_record({.from = from, .to = to}).ok());
    CHECK(content_of(to / "seal.note") == content_of(from / "seal.note"));
    CHECK(content_of(to / "transcript.log") == content_of(from / "transcript.log"));
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
  CHECK(content_of(other / "crl" / "7.crl") == "a CRL");
  CHECK(content_of(other / "ca" / "one.pem") == "a certificate");
}

TEST_CASE("ledger: a site that has a record of its own is not touched") {
  const TemporaryFolder folder;
  plant_site(folder / "site-1");
  const fs::path other = folder / "site-2";
  plant_record(other / "ledger" / "0002-backup-activation", made({}));
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
  const Transcript own = made({.sequence = 2, .head = std::string(64, '2')});
  plant_record(other / "ledger" / "0002-crl", own);
  plant(folder / "site-1" / "crl" / "8.crl", "a newer CRL");
  const auto brought = bring_up_to_date({.home = folder / "site-1", .other = other});
  REQUIRE(!brought.ok());
  CHECK(says(brought.error(), "site-2 has another record 0002-crl"));
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
  LedgerState state;
  state.head = std::string(64, '0');
  state.crl_number = 8;
  state.epoch = 3;
  LedgerState behind = state;
  CHECK(says(fold_record(made({.entries = {{"crl.issue", {{"number", 7}, {"crl", "abc"}}}}}), state)
                 .error(),
             "a lower number than one before it"));
  CHECK(says(fold_record(made({.entries = {{"site.activate", {{"epoch", 2}}}}}), behind).error(),
             "goes back to an earlier epoch"));
}
