// The journal alone gives the state that the engine has come to, in every ceremony and turn. The
// stage compares them; here is seen that it does, for each ceremony, up to the seal.

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/action.h"
#include "ceremony/session.h"
#include "session/stage.h"

namespace {

using ceremony::JournalEntry;
using ceremony::Phase;
using ceremony::Progress;
using ceremony::client::Input;
using ceremony::client::StepView;
namespace fs = std::filesystem;

// How many turns of each ceremony were replayed, and how many of its seals.
struct Counts {
  std::size_t turns = 0;
  std::size_t seals = 0;
};
using CountsByCeremony = std::map<std::string, Counts>;

stage::Setting counting(CountsByCeremony& counts) {
  stage::Setting setting;
  setting.replayed = [&counts](const std::string& ceremony, const Progress& progress) {
    Counts& count = counts[ceremony];
    ++count.turns;
    count.seals += progress.phase() == Phase::kClosed ? 1U : 0U;
  };
  return setting;
}

void succeed(const base::Result<void>& done) {
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
}

void check_sealed(const CountsByCeremony& counts, const std::map<std::string, std::size_t>& seals) {
  CHECK(counts.size() == seals.size());
  for (const auto& entry : counts) {
    const std::string& ceremony = entry.first;
    const Counts& count = entry.second;
    CAPTURE(ceremony);
    REQUIRE(seals.contains(ceremony));
    CHECK(count.seals == seals.at(ceremony));
    CHECK(count.turns >= 8 * count.seals);
  }
}

TEST_CASE("replay: every turn of a root key's life, to its destruction, is in the journal") {
  CountsByCeremony counts;
  stage::Setting setting = counting(counts);
  setting.is_all = true;
  stage::Stage stage(setting, {});
  succeed(stage.rehearsal().run());
  check_sealed(counts,
               {{"root-generation", 1},
                {"share-hand-over", 1},
                {"subordinate-signing", 1},
                {"crl", 2},
                {"share-verification", 1},
                {"re-share", 1},
                {"backup-activation", 1},
                {"backup-return", 1},
                {"recovery-drill", 1},
                {"evaluation", 1},
                {"key-destruction", 1},
                {"signing-key-generation", 1},
                {"artefact-signing", 1}});
}

// Of the old set too much is left: nobody but one holder comes, and a blob is not as it was.
void leave_old_set(const StepView& view, Input& input, const fs::path& blob) {
  if (view.ceremony != "re-share") {
    return;
  }
  if (view.id == "destroy-old-blobs") {
    stage::flip_byte(blob);
  }
  if (view.id == "collect-old-shares" && view.subject != "Seat A") {
    input.secrets.erase("passphrase");
    input.texts["owner"] = "the director";
    input.texts["until"] = "2099-12-31";
  }
}

TEST_CASE("replay: so are the hand-over, and the retirement of a set of which much was left") {
  CountsByCeremony counts;
  fs::path blob;
  stage::Stage stage(counting(counts),
                     [&](const StepView& view, Input& input) { leave_old_set(view, input, blob); });
  blob = stage.out() / "site-2" / "root-key.blob";
  REQUIRE(stage.generate_root() == "");
  succeed(stage.rehearsal().hand_over());
  succeed(stage.rehearsal().replace_set());
  stage::flip_byte(blob);
  succeed(stage.rehearsal().retire_set());
  check_sealed(
      counts,
      {{"root-generation", 1}, {"share-hand-over", 1}, {"re-share", 1}, {"set-retirement", 1}});
}

TEST_CASE("replay: so is the merge of two branches") {
  CountsByCeremony counts;
  stage::Stage stage(counting(counts), {});
  ceremony::cli::Rehearsal& rehearsal = stage.rehearsal();
  REQUIRE(stage.generate_root() == "");
  succeed(rehearsal.sign_subordinates());
  succeed(rehearsal.activate_backup());
  rehearsal.lose_slips();
  succeed(rehearsal.go_on_at("site-1", ceremony::cli::SitesInRoom::kOwn));
  succeed(rehearsal.revoke(0));
  succeed(rehearsal.go_on_at("site-2", ceremony::cli::SitesInRoom::kBoth));
  succeed(rehearsal.merge_with("site-1"));
  check_sealed(counts,
               {{"root-generation", 1},
                {"subordinate-signing", 1},
                {"backup-activation", 1},
                {"crl", 1},
                {"ledger-merge", 1}});
}

TEST_CASE("replay: so is a ceremony that was paused, and one that was given up") {
  for (const stage::How how : {stage::How::kPause, stage::How::kAbort, stage::How::kPowerCut}) {
    CountsByCeremony counts;
    stage::Setting setting = counting(counts);
    setting.cut = {.before = "draw-quorum", .how = how};
    stage::Stage stage(setting, {});
    CHECK(stage.generate_root() == "");
    check_sealed(counts, {{"root-generation", 1}});
  }
}

JournalEntry entry_of(const std::string& type, ceremony::Json data) {
  JournalEntry entry;
  entry.type = type;
  entry.data = std::move(data);
  return entry;
}

// The first step, done with these facts and publications.
JournalEntry opened(ceremony::Json facts, std::vector<ceremony::Publication> publications) {
  return entry_of("complete",
                  ceremony::completion_data({.step = "open-record",
                                             .acted_by = "director",
                                             .acknowledged_by = "internal-witness",
                                             .facts = std::move(facts),
                                             .publications = std::move(publications)}));
}

TEST_CASE("replay: states that differ are told apart, and the difference is named") {
  const auto script =
      ceremony::load_script(fs::path(DATA_FOLDER) / "scripts", "crl", ceremony::action_names());
  REQUIRE(script.ok());
  const auto state = [&](const std::vector<JournalEntry>& entries) {
    auto progress = Progress::replay(*script, entries);
    REQUIRE_MESSAGE(progress.ok(), (progress ? std::string() : progress.error().message));
    return std::move(progress).value();
  };
  const ceremony::Json first = {{"step", "open-record"}};
  const JournalEntry begin = entry_of("begin", first);
  const Progress start = state({});
  const Progress done = state({begin, opened({}, {})});
  CHECK(stage::difference(start, start) == "");
  CHECK(stage::difference(start, state({begin})) == "another step");
  CHECK(stage::difference(start, done) == "another step");
  CHECK(stage::difference(done, state({begin, opened({{"record", 1}}, {})})) == "other facts");
  const ceremony::Publication publication{
      .type = "record", .data = ceremony::Json::object(), .hidden = {}};
  CHECK(stage::difference(done, state({begin, opened({}, {publication})})) == "other publications");
  CHECK(stage::difference(start, state({entry_of("exception", first)})) ==
        "another word on exceptions");
}

}  // namespace
