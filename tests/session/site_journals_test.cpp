// The journals that lie at the sites, and what a drill finds of them.

#include "ceremony/site_journals.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/journal_copy.h"
#include "ceremony/journal_reader.h"
#include "session/stage.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::open_site_journals;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
namespace fs = std::filesystem;

constexpr const char* kDrill = "0007-recovery-drill";

std::vector<fs::path> journals_at(const fs::path& site) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(site / "confidential")) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string message_of_run(stage::Stage& stage) {
  const auto done = stage.rehearsal().run();
  return done ? std::string() : done.error().message;
}

std::string drill_transcript(const stage::Stage& stage) {
  return content_of(stage.out() / "record" / "public" / kDrill / "transcript.log");
}

// What was noted of each site by the drill.
std::vector<ceremony::Json> notes_of_drill(const stage::Stage& stage) {
  const std::string text =
      content_of(stage.out() / "record" / "confidential" / kDrill / "journal.log");
  const auto entries = ceremony::read_stored_journal(text, {});
  REQUIRE(entries.ok());
  std::vector<ceremony::Json> notes;
  for (const ceremony::JournalEntry& entry : *entries) {
    if (entry.type == "journals-opened") {
      notes.push_back(entry.data);
    }
  }
  return notes;
}

TEST_CASE("every site has the journal of every record but a drill's, also of one that it missed") {
  stage::Stage stage;
  REQUIRE(message_of_run(stage) == "");
  for (const char* const name : {"site-1", "site-2"}) {
    const fs::path site = stage.out() / name;
    const auto found = open_site_journals(site, {});
    REQUIRE(found.ok());
    CHECK(found->opened == 7);
    CHECK(found->unopened.empty());
    for (const fs::path& file : journals_at(site)) {
      const std::string record =
          file.filename().string().substr(0, file.stem().string().size() - 9);
      CAPTURE(record);
      const std::string whole =
          content_of(stage.out() / "record" / "confidential" / record / "journal.log");
      CHECK(whole.starts_with(content_of(file)));
      CHECK(ceremony::read_stored_journal(content_of(file), {})->back().type == "public");
    }
  }
  CHECK(drill_transcript(stage).find(R"("result":"all-opened")") != std::string::npos);
}

TEST_CASE("a journal that is gone or altered at one site is a finding of the drill, and no more") {
  fs::path out;
  stage::Stage stage([&](const StepView& view, Input& /*input*/) {
    if (view.ceremony == "recovery-drill" && view.id == "generate-key") {
      fs::remove(journals_at(out / "site-2").at(0));
      stage::flip_byte(journals_at(out / "site-2").at(0));
    }
  });
  out = stage.out();
  REQUIRE(message_of_run(stage) == "");
  CHECK(drill_transcript(stage).find(R"("result":"not-all-opened")") != std::string::npos);
  const auto notes = notes_of_drill(stage);
  REQUIRE(notes.size() == 2);
  CHECK(notes.at(0).at("unopened").empty());
  const std::string unopened = notes.at(1).at("unopened").dump();
  CHECK(unopened.find("the record 0001-root-generation") != std::string::npos);
  CHECK(unopened.find("the record 0002-subordinate-signing") != std::string::npos);
  CHECK(unopened.find("0003") == std::string::npos);
}

TEST_CASE("a power cut while the copies are written leaves one whole copy at each site") {
  for (const int turns : {0, 3}) {
    CAPTURE(turns);
    stage::Stage stage({.cut = {.before = "seal", .after_turns = turns}}, {});
    REQUIRE(stage.generate_root() == "");
    for (const char* const name : {"site-1", "site-2"}) {
      CHECK(journals_at(stage.out() / name).size() == 1);
      CHECK(open_site_journals(stage.out() / name, {})->unopened.empty());
    }
  }
}

TEST_CASE("a ceremony that is given up leaves its journal at the sites, too") {
  stage::Stage stage({.cut = {.before = "lock-shares", .how = stage::How::kAbort}}, {});
  REQUIRE(stage.generate_root() == "");
  for (const char* const name : {"site-1", "site-2"}) {
    CHECK(journals_at(stage.out() / name).size() == 1);
    CHECK(open_site_journals(stage.out() / name, {})->unopened.empty());
  }
}

}  // namespace
