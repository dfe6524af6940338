#include "ceremony/ledger_merge.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "ceremony/ledger_files.h"
#include "ceremony/ledger_import.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"

using namespace ceremony;
using base::ErrorCode;
using support::certificate;
using support::content_of;
using support::crl;
using support::make_record;
using support::NewRecord;
using support::plant;
using support::plant_record;
using support::says;
using support::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// Both sites have the first record. Then the old primary signs CRL 2 and a certificate, and the
// backup, which was activated, CRL 101 with another revocation.
struct Fork {
  Transcript first = make_record(
      {.ceremony = "subordinate-signing",
       .entries = {certificate("01aa"), certificate("02bb"), certificate("03cc"), crl(1)}});
  Transcript at_1 = make_record(
      {.sequence = 2, .head = first.head(), .entries = {certificate("04dd"), crl(2, {"01aa"})}});
  Transcript at_2 = make_record(
      {.sequence = 2,
       .head = first.head(),
       .entries = {{"site.activate", {{"epoch", 2}, {"site", "site-2"}}}, crl(101, {"02bb"})}});
  Transcript later =
      make_record({.sequence = 3, .head = at_1.head(), .entries = {crl(3, {"01aa", "02bb"})}});

  // Gives each branch's newest CRL, 3 and 101, a reserve CRL; that of the backup lists these.
  void sign_reserve(const std::vector<std::string>& revoked) {
    const auto reserve = [](std::uint64_t number, const std::vector<std::string>& listed) {
      auto entry = crl(number, listed);
      entry.second["reserve"] = true;
      entry.second["this_update"] = "2027-04-26";
      return entry;
    };
    later = make_record({.sequence = 3,
                         .head = at_1.head(),
                         .entries = {crl(3, {"01aa", "02bb"}), reserve(4, {"01aa", "02bb"})}});
    at_2 = make_record({.sequence = 2,
                        .head = first.head(),
                        .entries = {{"site.activate", {{"epoch", 2}, {"site", "site-2"}}},
                                    crl(101, revoked),
                                    reserve(102, revoked)}});
  }

  [[nodiscard]] Ledger ledger() const {
    std::vector<LedgerRecord> records;
    for (const Transcript* const record : {&later, &at_2, &at_1, &first}) {
      records.push_back(ledger_record_of(*record).value());
    }
    return Ledger::of(std::move(records)).value();
  }

  [[nodiscard]] Transcript merge() const {
    return make_record({.sequence = 3,
                        .head = at_2.head(),
                        .ceremony = "ledger-merge",
                        .entries = {{"ledger.merge",
                                     {{"kept", at_2.head()},
                                      {"joined", later.head()},
                                      {"epoch", 3},
                                      {"site", "site-2"}}}}});
  }

  void plant_at(const fs::path& site_1, const fs::path& site_2) const {
    for (const fs::path& site : {site_1, site_2}) {
      plant_record(site / "ledger" / "0001-subordinate-signing", first);
      plant(site / "crl" / "1.crl", "CRL 1");
    }
    plant_record(site_1 / "ledger" / "0002-crl", at_1);
    plant_record(site_1 / "ledger" / "0003-crl", later);
    plant_record(site_2 / "ledger" / "0002-crl", at_2);
    plant(site_1 / "crl" / "2.crl", "CRL 2");
    plant(site_1 / "crl" / "3.crl", "CRL 3");
    plant(site_2 / "crl" / "101.crl", "CRL 101");
    plant(site_1 / "ca" / "04dd.pem", "certificate 04dd");
  }
};

}  // namespace

TEST_CASE("merge: two records with one before them are a fork, and the ledger gives no state") {
  const Fork fork;
  const Ledger ledger = fork.ledger();
  CHECK(ledger.tips().size() == 2);
  const auto state = ledger.state();
  REQUIRE(!state.ok());
  CHECK(state.error().code == ErrorCode::kInconsistent);
  CHECK(says(state.error(), "both sites have acted"));
  CHECK(ledger.state_at(fork.later.head())->crl_number == 3);
  CHECK(ledger.state_at(std::string(64, '7')).error().code == ErrorCode::kNotFound);
}

TEST_CASE(
    "merge: the branch of the latest epoch is kept, and the report lists what both have done") {
  const Fork fork;
  const Ledger ledger = fork.ledger();
  const auto heads = proposed_merge(ledger);
  REQUIRE(heads.ok());
  CHECK(heads->kept == fork.at_2.head());
  CHECK(heads->joined == fork.later.head());
  const auto merge = plan_merge(ledger, *heads);
  REQUIRE(merge.ok());
  CHECK(merge->fork.head == fork.first.head());
  CHECK(merge->joined.records.size() == 2);
  CHECK(merge->merged.epoch == 3);
  CHECK(merge->merged.crl_number == 101);
  CHECK(merge->merged.revoked.size() == 2);
  std::string all;
  for (const std::string& line : merge_lines(*merge)) {
    all += line + "\n";
  }
  INFO(all);
  for (const char* const wanted : {"certificate 04dd",
                                   "CRL number 101",
                                   "CRL number 3",
                                   "epoch 2 opened at site-2",
                                   "  01aa, 2026-11-27, keyCompromise",
                                   "  02bb, 2026-11-27, keyCompromise",
                                   "The next CRL has the number 102",
                                   "The merge opens epoch 3"}) {
    CHECK(all.find(wanted) != std::string::npos);
  }
}

TEST_CASE("merge: of equal epochs the longer branch is kept") {
  const Fork fork;
  const Transcript short_branch =
      make_record({.sequence = 2, .head = fork.first.head(), .entries = {crl(5)}});
  Ledger ledger;
  for (const Transcript* const record : {&fork.first, &fork.at_1, &fork.later, &short_branch}) {
    REQUIRE(ledger.add(ledger_record_of(*record).value()).ok());
  }
  CHECK(proposed_merge(ledger)->kept == fork.later.head());
}

TEST_CASE("merge: a branch of a later epoch is never joined to one of an earlier") {
  const Fork fork;
  const auto merge =
      plan_merge(fork.ledger(), {.kept = fork.later.head(), .joined = fork.at_2.head()});
  REQUIRE(!merge.ok());
  CHECK(merge.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(says(merge.error(), "the later epoch"));
}

TEST_CASE("merge: heads that are no ends of branches are refused, and so is one branch alone") {
  const Fork fork;
  for (const MergeHeads& heads :
       {MergeHeads{.kept = fork.at_2.head(), .joined = fork.at_1.head()},
        MergeHeads{.kept = fork.at_2.head(), .joined = fork.at_2.head()},
        MergeHeads{.kept = std::string(64, '7'), .joined = fork.later.head()}}) {
    CHECK(plan_merge(fork.ledger(), heads).error().code == ErrorCode::kInconsistent);
  }
  const Ledger one = Ledger::of({ledger_record_of(fork.first).value()}).value();
  CHECK(proposed_merge(one).error().code == ErrorCode::kWrongState);
  CHECK(plan_merge(one, {.kept = fork.first.head(), .joined = {}}).error().code ==
        ErrorCode::kWrongState);
}

TEST_CASE("merge: after it the ledger has one end, and the next CRL must list the union") {
  const Fork fork;
  Ledger ledger = fork.ledger();
  REQUIRE(ledger.add(ledger_record_of(fork.merge()).value()).ok());
  const auto state = ledger.state();
  REQUIRE_MESSAGE(state.ok(), (state ? "" : state.error().message));
  CHECK(state->epoch == 3);
  CHECK(state->live_site == "site-2");
  CHECK(state->sequence == 3);
  CHECK(state->issued.size() == 4);
  CHECK(state->crl_number == 101);
  for (const auto& [number, revoked, is_fine] :
       {std::tuple<std::uint64_t, std::vector<std::string>, bool>{102, {"02bb"}, false},
        {101, {"01aa", "02bb"}, false},
        {4, {"01aa", "02bb"}, false},
        {102, {"01aa", "02bb"}, true}}) {
    LedgerState after = *state;
    const Transcript next =
        make_record({.sequence = 4, .head = after.head, .entries = {crl(number, revoked)}});
    CHECK(fold_record(next, after).ok() == is_fine);
  }
}

TEST_CASE("merge: one that keeps another branch than it goes on from, or lacks one, is refused") {
  const Fork fork;
  Ledger ledger = fork.ledger();
  const auto with = [&](const char* member, const std::string& head) {
    NewRecord wanted{.sequence = 3, .head = fork.at_2.head(), .ceremony = "ledger-merge"};
    Json data = {{"kept", fork.at_2.head()}, {"joined", fork.later.head()}, {"epoch", 3}};
    data[member] = head;
    wanted.entries = {{"ledger.merge", data}};
    return ledger_record_of(make_record(wanted)).value();
  };
  CHECK(
      says(ledger.add(with("joined", std::string(64, '7'))).error(), "a branch that is not here"));
  REQUIRE(ledger.add(with("kept", fork.first.head())).ok());
  CHECK(says(ledger.state().error(), "keeps another branch than it goes on from"));
}

TEST_CASE("merge: one serial number for two certificates is never merged in silence") {
  LedgerState one = empty_state();
  LedgerState other = empty_state();
  REQUIRE(fold_record(make_record({.entries = {certificate("01aa")}}), one).ok());
  other = one;
  other.issued.front().certificate = std::string(64, '7');
  CHECK(says(join_branch(other, one).error(), "serial number 01aa"));
  other.root_certificate = std::string(64, '8');
  CHECK(says(join_branch(other, one).error(), "different roots"));
}

TEST_CASE("merge: where both branches revoke a certificate, the newer CRL's entry stays") {
  LedgerState one = empty_state();
  LedgerState other = empty_state();
  one.crl_number = 5;
  other.crl_number = 7;
  one.revoked["01aa"] = {.serial = "01aa", .date = "2026-01-01", .reason = "superseded"};
  other.revoked["01aa"] = {.serial = "01aa", .date = "2026-02-02", .reason = "keyCompromise"};
  LedgerState older = other;
  REQUIRE(join_branch(other, one).ok());
  CHECK(one.revoked["01aa"].date == "2026-02-02");
  one.crl_number = 5;
  one.revoked["01aa"].date = "2026-01-01";
  REQUIRE(join_branch(one, older).ok());
  CHECK(older.revoked["01aa"].date == "2026-02-02");
}

TEST_CASE("import: both branches come together at first contact, under names of their own") {
  const TemporaryFolder folder;
  const Fork fork;
  const fs::path site_1 = folder / "site-1";
  const fs::path site_2 = folder / "site-2";
  fork.plant_at(site_1, site_2);
  const std::string own = content_of(site_2 / "ledger" / "0002-crl" / "transcript.log");
  for (int again = 0; again < 2; ++again) {
    const auto imported = import_records({.from = site_1, .to = site_2}, std::nullopt);
    REQUIRE_MESSAGE(imported.ok(), (imported ? "" : imported.error().message));
    CHECK(imported->records == (again == 0 ? 2U : 0U));
    CHECK(imported->tips.size() == 2);
  }
  CHECK(content_of(site_2 / "ledger" / "0002-crl" / "transcript.log") == own);
  CHECK(
      fs::exists(site_2 / "ledger" / ("0002-crl-" + fork.at_1.head().substr(0, 8)) / "seal.note"));
  CHECK(content_of(site_2 / "ca" / "04dd.pem") == "certificate 04dd");
  CHECK(says(read_ledger(site_2 / "ledger").error(), "both sites have acted"));
  const auto read = Ledger::read(site_2 / "ledger");
  REQUIRE(read.ok());
  CHECK(plan_merge(*read, *proposed_merge(*read)).ok());
}

TEST_CASE("import: one that was cut off after any file can be repeated") {
  const Fork fork;
  for (int cut = 0; cut < 6; ++cut) {
    const TemporaryFolder folder;
    const fs::path site_1 = folder / "site-1";
    const fs::path site_2 = folder / "site-2";
    fork.plant_at(site_1, site_2);
    REQUIRE(import_records({.from = site_1, .to = site_2}, std::nullopt).ok());
    const std::string digits = fork.at_1.head().substr(0, 8);
    const std::vector<fs::path> written{"crl/2.crl",
                                        "crl/3.crl",
                                        "ledger/0002-crl-" + digits + "/transcript.log",
                                        "ledger/0002-crl-" + digits + "/seal.note",
                                        "ledger/0003-crl/transcript.log",
                                        "ledger/0003-crl/seal.note"};
    for (std::size_t i = written.size(); i-- > static_cast<std::size_t>(cut);) {
      REQUIRE(fs::remove(site_2 / written[i]));
    }
    const auto again = import_records({.from = site_1, .to = site_2}, std::nullopt);
    REQUIRE_MESSAGE(again.ok(), (again ? "" : again.error().message));
    CHECK(again->tips.size() == 2);
    CHECK(Ledger::read(site_2 / "ledger")->records().size() == 4);
  }
}

TEST_CASE("import: a CRL whose number both branches used is kept twice, and found by its digest") {
  const TemporaryFolder folder;
  const Fork fork;
  const fs::path site_1 = folder / "site-1";
  const fs::path site_2 = folder / "site-2";
  fork.plant_at(site_1, site_2);
  auto own = crl(2, {"03cc"});
  own.second["crl"] = base::sha256_hex(base::bytes_of("CRL 2 of site-2"));
  plant_record(site_2 / "ledger" / "0003-crl",
               make_record({.sequence = 3, .head = fork.at_2.head(), .entries = {own}}));
  plant(site_2 / "crl" / "2.crl", "CRL 2 of site-2");
  REQUIRE(import_records({.from = site_1, .to = site_2}, std::nullopt).ok());
  CHECK(content_of(site_2 / "crl" / "2.crl") == "CRL 2 of site-2");
  const std::string theirs = base::sha256_hex(base::bytes_of("CRL 2"));
  const auto found = read_site_crl(site_2, 2, theirs);
  REQUIRE(found.ok());
  CHECK(base::text_of(*found) == "CRL 2");
  CHECK(read_site_crl(site_2, 2, own.second["crl"]).ok());
  CHECK(read_site_crl(site_2, 2, std::string(64, '7')).error().code == ErrorCode::kInconsistent);
  CHECK(read_site_crl(site_2, 9, theirs).error().code == ErrorCode::kNotFound);
}

TEST_CASE("import: a CRL that no record names is found as another site's act") {
  const TemporaryFolder folder;
  const Fork fork;
  const fs::path site_1 = folder / "site-1";
  const fs::path site_2 = folder / "site-2";
  fork.plant_at(site_1, site_2);
  plant(site_2 / "crl" / "2.crl", "signed in a ceremony without a record");
  const auto imported = import_records({.from = site_1, .to = site_2}, std::nullopt);
  REQUIRE(!imported.ok());
  CHECK(says(imported.error(), "another file crl/2.crl"));
  CHECK(!fs::exists(site_2 / "ledger" / "0003-crl"));
}

TEST_CASE("import: what does not hold, does not follow, or is another CA's, is not copied") {
  const TemporaryFolder folder;
  const Fork fork;
  const fs::path site_1 = folder / "site-1";
  const fs::path site_2 = folder / "site-2";
  fork.plant_at(site_1, site_2);
  const auto error_of = [&](const fs::path& from,
                            const std::optional<std::vector<PaperSigner>>& paper = {}) {
    const auto imported = import_records({.from = from, .to = site_2}, paper);
    REQUIRE(!imported.ok());
    CHECK(!fs::exists(site_2 / "ledger" / "0003-crl"));
    return imported.error();
  };
  CHECK(error_of(folder / "nowhere").code == ErrorCode::kNotFound);
  CHECK(says(error_of(site_1 / "ledger" / "0003-crl"), "does not name the record before it"));
  plant_record(folder / "other" / "0001-crl", make_record({.entries = {certificate("99")}}));
  CHECK(says(error_of(folder / "other"), "the first of another CA"));
  const std::string seed(32, 't');
  const auto stranger =
      parse_signers(vkey_of({.name = "pki.example/root-g1/director",
                             .seed = base::SecretBytes::copy_of(base::bytes_of(seed))})
                        ->text());
  REQUIRE(stranger.ok());
  CHECK(says(error_of(site_1, *stranger), "does not hold"));
  const fs::path seal = site_1 / "ledger" / "0003-crl" / "seal.note";
  const std::string good = content_of(seal);
  plant(seal, good.substr(0, good.size() - 3) + "\n");
  CHECK(says(error_of(site_1), "the record 0003-crl does not hold"));
  fs::remove(seal);
  CHECK(says(error_of(site_1), "was cut off before its seal"));
  plant(seal, good);
  const auto paper = parse_signers(support::officer_vkey());
  REQUIRE(paper.ok());
  CHECK(import_records({.from = site_1, .to = site_2}, *paper).ok());
}

TEST_CASE("ledger: after a merge the other site gets all of both branches") {
  const TemporaryFolder folder;
  const Fork fork;
  const fs::path site_1 = folder / "site-1";
  const fs::path site_2 = folder / "site-2";
  fork.plant_at(site_1, site_2);
  CHECK(says(bring_up_to_date({.home = site_2, .other = site_1}).error(), "both sites have acted"));
  REQUIRE(import_records({.from = site_1, .to = site_2}, std::nullopt).ok());
  plant_record(folder / "0003-ledger-merge", fork.merge());
  REQUIRE(add_to_ledger({.from = folder / "0003-ledger-merge", .to = site_2 / "ledger"}).ok());
  REQUIRE(bring_up_to_date({.home = site_2, .other = site_1}).ok());
  const auto here = read_ledger(site_2 / "ledger");
  const auto there = read_ledger(site_1 / "ledger");
  REQUIRE(here.ok());
  REQUIRE_MESSAGE(there.ok(), (there ? "" : there.error().message));
  CHECK(here->head == there->head);
  CHECK(there->revoked.size() == 2);
  CHECK(content_of(site_1 / "crl" / "101.crl") == "CRL 101");
}

TEST_CASE("merge: its report names reserve CRLs that are void, and the number above them") {
  Fork fork;
  fork.sign_reserve({"02bb"});
  const Ledger ledger = fork.ledger();
  const auto merge = plan_merge(ledger, *proposed_merge(ledger));
  REQUIRE(merge.ok());
  std::string all;
  for (const std::string& line : merge_lines(*merge)) {
    all += line + "\n";
  }
  INFO(all);
  for (const char* const number : {"4", "102"}) {
    CHECK(all.find("Look at this: reserve CRL number " + std::string(number) +
                   " (to be published from 2027-04-26 on) is void with this merge; destroy it") !=
          std::string::npos);
  }
  CHECK(all.find("The next CRL has the number 103\n") != std::string::npos);
}

TEST_CASE("import: reserve CRLs stay where they are until a merge says which ones stand") {
  for (const bool lists_all : {true, false}) {
    CAPTURE(lists_all);
    const TemporaryFolder folder;
    Fork fork;
    fork.sign_reserve(lists_all ? std::vector<std::string>{"01aa", "02bb"}
                                : std::vector<std::string>{"02bb"});
    const fs::path site_1 = folder / "site-1";
    const fs::path site_2 = folder / "site-2";
    fork.plant_at(site_1, site_2);
    plant(site_1 / "reserve" / "4.crl", "CRL 4");
    plant(site_2 / "reserve" / "102.crl", "CRL 102");
    REQUIRE(import_records({.from = site_1, .to = site_2}, std::nullopt).ok());
    CHECK(!fs::exists(site_2 / "reserve" / "4.crl"));
    plant_record(folder / "0003-ledger-merge", fork.merge());
    REQUIRE(add_to_ledger({.from = folder / "0003-ledger-merge", .to = site_2 / "ledger"}).ok());
    REQUIRE(bring_up_to_date({.home = site_2, .other = site_1}).ok());
    CHECK(fs::exists(site_1 / "reserve" / "102.crl") == lists_all);
    REQUIRE(import_records({.from = site_1, .to = site_2}, std::nullopt).ok());
    CHECK(!fs::exists(site_2 / "reserve" / "4.crl"));
  }
}
