// Ceremonies that are cut off, refused half-way, or offered media that do not fit.

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "ceremony/session.h"
#include "ceremony/vault.h"
#include "session/stage.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::count_of;
using support::has;
using support::plant;
namespace fs = std::filesystem;

constexpr const char* kFirst = "0001-root-generation";

// The serial numbers among the lines that people agree to.
void note_serials(const StepView& view, std::vector<std::string>& serials) {
  const std::string label = "Serial number: ";
  for (const std::string& line : view.shown) {
    if (line.starts_with(label)) {
      serials.push_back(line.substr(label.size()));
    }
  }
}

TEST_CASE("what is signed has the serial numbers that people agreed to") {
  std::vector<std::string> root;
  std::vector<std::string> subordinates;
  stage::Stage stage([&](const StepView& view, Input& /*input*/) {
    if (view.id == "consent-root") {
      note_serials(view, root);
    } else if (view.id == "consent-certificates") {
      note_serials(view, subordinates);
    }
  });
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  REQUIRE(root.size() == 1);
  CHECK(has(transcript_of(stage, kFirst), root.front()));
  REQUIRE(subordinates.size() == 2);
  for (const std::string& serial : subordinates) {
    CHECK(fs::exists(stage.out() / "site-1" / "ca" / (serial + ".pem")));
  }
}

TEST_CASE("a root that was signed before the power was cut is not signed again") {
  stage::Stage stage({.cut = {.before = "sign-crl"}}, {});
  CHECK(stage.generate_root() == "");
  const std::string transcript = transcript_of(stage, kFirst);
  CHECK(count_of(transcript, R"("type":"restore.prove")") == 2);
  CHECK(count_of(transcript, R"("type":"cert.issue")") == 1);
  CHECK(ceremony::read_vault(stage.out() / "site-2").ok());
}

TEST_CASE("a cut after the last signature asks no holder again: the key is gone already") {
  stage::Stage stage({.cut = {.before = "destroy-key"}}, {});
  CHECK(stage.generate_root() == "");
  const std::string transcript = transcript_of(stage, kFirst);
  CHECK(count_of(transcript, R"("type":"restore.prove")") == 1);
  CHECK(count_of(transcript, R"("type":"crl.issue")") == 1);
  CHECK(count_of(transcript, R"("type":"key.destroy")") == 1);
}

TEST_CASE("a split that was cut off is made anew, and only what it wrote itself gives way") {
  int turns = 0;
  stage::Stage stage({.cut = {.before = "lock-shares", .after_turns = 2}},
                     [&](const StepView& view, Input& /*input*/) {
                       turns +=
                           view.id == "lock-shares" && view.ceremony == "root-generation" ? 1 : 0;
                     });
  const auto done = stage.rehearsal().run();
  CHECK_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(turns == 2 + 3);
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / kFirst / "journal.log");
  CHECK(count_of(journal, R"("type":"voided")") == 2 + 2 * 3);  // two blobs, two holders' files
  CHECK(count_of(transcript_of(stage, kFirst), R"("type":"cert.issue")") == 1);
}

TEST_CASE("a split that was cut off declares its cards void, and the new one is another set") {
  stage::Stage stage({.cut = {.before = "lock-shares", .after_turns = 1}}, {});
  CHECK(stage.generate_root() == "");
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / kFirst / "journal.log");
  CHECK(count_of(journal, R"("type":"set-void")") == 1);
  CHECK(count_of(transcript_of(stage, kFirst), R"("type":"shares.issue")") == 2);
}

TEST_CASE("a share and a blob that the power cut off within the write are set aside, whole") {
  fs::path out;
  std::string half;
  stage::Stage stage({.cut = {.before = "lock-shares",
                              .after_turns = 1,
                              .meanwhile =
                                  [&] {
                                    const fs::path share =
                                        out / "holders" / "amara-okafor" / "share.conclave";
                                    fs::resize_file(share, fs::file_size(share) / 2);
                                    half = content_of(share);
                                    fs::resize_file(out / "site-2" / "root-key.blob", 0);
                                  }}},
                     {});
  out = stage.out();
  CHECK(stage.generate_root() == "");
  const std::string journal = content_of(out / "record" / "confidential" / kFirst / "journal.log");
  CHECK(count_of(journal, R"("type":"set-aside")") == 2);
  CHECK(count_of(journal, R"("type":"voided")") == 1 + 2);  // the other blob, and the two cards
  const fs::path stick = out / "holders" / "amara-okafor";
  CHECK(content_of(stick / ("share.conclave.torn-" + base::sha256_hex(base::bytes_of(half)))) ==
        half);
  CHECK(ceremony::read_vault(out / "site-2").ok());
}

TEST_CASE("executives whose keys went with the power are told missing in the full seal") {
  stage::Stage stage({.cut = {.before = "write-vaults"}}, {});
  CHECK(stage.generate_root() == "");
  const fs::path record = stage.out() / "record" / "confidential" / kFirst;
  CHECK(count_of(content_of(record / "seal-full.note"), "/ke/") == 0);
  const std::string journal = content_of(record / "journal.log");
  CHECK(count_of(journal, R"("type":"share-entered")") == 2);
  CHECK(count_of(journal, R"("type":"seal-unsigned")") == 1);
}

TEST_CASE("a stick that was written half-way is written anew, and nobody else's file gives way") {
  fs::path card;
  int turns = 0;
  stage::Stage stage({.mend = [&] { return fs::remove(card); }},
                     [&](const StepView& view, Input& /*input*/) {
                       if (view.id == "lock-shares" && ++turns == 2) {
                         plant(card, "somebody else's card");
                       }
                     });
  card = stage.out() / "holders" / "bjorn-lindqvist" / "card.txt";
  CHECK(stage.generate_root() == "");
  CHECK(turns == 4);
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / kFirst / "journal.log");
  CHECK(count_of(journal, R"("type":"refused")") == 1);
  CHECK(count_of(journal, R"("type":"voided")") == 1);
}

TEST_CASE("a ceremony whose opening was cut off notes its plan and script all the same") {
  fs::path journal;
  stage::Stage stage(
      {.cut = {.before = "open-record",
               .meanwhile = [&] { fs::resize_file(journal, fs::file_size(journal) - 9); }}},
      {});
  journal = stage.out() / "record" / "confidential" / kFirst / "journal.log";
  CHECK(stage.generate_root() == "");
  CHECK(count_of(content_of(journal), R"("type":"recovered")") == 1);
  CHECK(count_of(content_of(journal), R"("type":"opened")") == 1);
}

TEST_CASE("vaults that were written half-way are completed at the next try") {
  fs::path in_the_way;
  stage::Stage stage(
      {.mend = [&] { return fs::remove(in_the_way); }},
      [&](const StepView& view, Input& /*input*/) {
        if (view.id == "write-vaults" && !fs::exists(in_the_way.parent_path() / "crl") &&
            !fs::exists(in_the_way.parent_path().parent_path() / "site-1/root.pem")) {
          plant(in_the_way, "another file");
        }
      });
  in_the_way = stage.out() / "site-2" / "root.pem";
  CHECK(stage.generate_root() == "");
  CHECK(ceremony::read_vault(stage.out() / "site-1").ok());
  CHECK(ceremony::read_vault(stage.out() / "site-2").ok());
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / kFirst / "journal.log");
  CHECK(count_of(journal, R"("type":"refused")") == 1);
}

TEST_CASE("a vault without a certificate that its records name signs nothing") {
  fs::path ca;
  stage::Stage stage([&](const StepView& view, Input& /*input*/) {
    if (view.ceremony == "crl" && view.id == "check-vault") {
      fs::remove(fs::directory_iterator(ca)->path());
    }
  });
  ca = stage.out() / "site-1" / "ca";
  const auto done = stage.rehearsal().run();
  REQUIRE(!done.ok());
  CHECK(has(done.error().message, "is missing from this vault or is not the same"));
  CHECK(!fs::exists(stage.out() / "site-1" / "crl" / "2.crl"));
}

TEST_CASE("a vault whose header names another key than its certificate has is refused") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  const fs::path site = stage.out() / "site-1";
  auto header = ceremony::read_vault_header(content_of(site / "vault.json"));
  REQUIRE(header.ok());
  header->public_key_info.back() ^= 1U;
  plant(site / "vault.json", *ceremony::write_vault_header(*header));
  const auto vault = ceremony::read_vault(site);
  REQUIRE(!vault.ok());
  CHECK(has(vault.error().message, "is not the one of its root certificate"));
}

TEST_CASE(
    "a PRODUCTION ceremony on a computer that may leak is refused before anything is written") {
  const support::TemporaryFolder folder;
  plant(folder / "plan.toml",
        "ceremony = \"crl\"\nmode = \"PRODUCTION\"\nsequence = 1\ndate = \"2026-11-23\"\n"
        "origin = \"pki.example/root-g1\"\nsite = \"site-1\"\nkdf = \"production\"\n"
        "previous_head = \"" +
            std::string(64, '0') +
            "\"\n[[signer]]\nrole = \"director\"\nvkey = "
            "\"pki.example/root-g1/director+0+0\"\n[[keeper]]\nname = \"archive\"\nkey = \"" +
            std::string(64, 'a') + "\"\n");
  for (const char* const name : {"confidential", "public"}) {
    fs::create_directory(folder / name);
  }
  ceremony::client::OpenRequest room;
  room.plan = folder / "plan.toml";
  room.data = DATA_FOLDER;
  room.confidential = folder / "confidential";
  room.published = folder / "public";
  const base::SystemClock clock;
  const auto leaky = [] {
    base::Surroundings surroundings = base::Surroundings::of_this_process();
    surroundings.core_limit_bytes = 1;
    return surroundings;
  };
  const auto session = ceremony::Session::open(room, {.clock = &clock, .surroundings = leaky});
  REQUIRE(!session.ok());
  CHECK(has(session.error().message, "this computer is not fit for a production ceremony"));
  CHECK(fs::is_empty(folder / "confidential"));
  CHECK(fs::is_empty(folder / "public"));
}

TEST_CASE("fault 45: rehearsal and drill warn on a computer that may leak, and are held") {
  const auto leaky = [] {
    base::Surroundings surroundings = base::Surroundings::of_this_process();
    surroundings.core_limit_bytes = 1;
    return surroundings;
  };
  std::map<std::string, int> warned;  // by mode
  int ceremonies = 0;
  stage::Stage stage(
      {.surroundings = leaky,
       .told =
           [&](const StepView& step, const ceremony::client::StepOutcome& outcome) {
             ceremonies += outcome.progress == ceremony::client::Progress::kCeremonyDone ? 1 : 0;
             const std::string& note = outcome.public_note;
             warned[step.mode] +=
                 note.starts_with("Warning: this computer would be refused for PRODUCTION: ") &&
                         has(note, "core")
                     ? 1
                     : 0;
           }},
      {});
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(warned["DRILL"] == 1);
  CHECK(warned["REHEARSAL"] + warned["DRILL"] == ceremonies);
}

TEST_CASE("a site that was pulled before its record came is asked for, and not made anew here") {
  for (const std::string site : {"site-1", "site-2"}) {
    CAPTURE(site);
    fs::path out;
    stage::Stage stage([&](const StepView& view, Input& /*input*/) {
      if (view.ceremony == "subordinate-signing" && view.id == "seal" && fs::exists(out / site)) {
        fs::rename(out / site, out / "pulled");
      }
    });
    out = stage.out();
    REQUIRE(stage.generate_root() == "");
    const auto done = stage.rehearsal().sign_subordinates();
    REQUIRE(!done.ok());
    CHECK_MESSAGE(done.error().message.find("Insert the medium") != std::string::npos,
                  done.error().message);
    CHECK(!fs::exists(out / site));
  }
}

}  // namespace
