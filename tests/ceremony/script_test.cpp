#include "ceremony/script.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/action.h"
#include "ceremony/progress.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace ceremony {
namespace {

using support::has;

Step step(const std::string& id) {
  Step made;
  made.id = id;
  made.actor = "operator";
  made.witness = "internal-witness";
  return made;
}

Script script_of(std::vector<Step> steps) {
  Step seal = step("seal");
  seal.kind = StepKind::kSeal;
  steps.push_back(seal);
  return {.name = "test",
          .title = "Test",
          .modes = {Mode::kRehearsal},
          .steps = std::move(steps),
          .sha256 = {}};
}

std::string fault_of(const Script& script) {
  const auto checked = check_script(script, {"known"});
  return checked ? "" : checked.error().message;
}

TEST_CASE("script: all that are shipped are sound, and know no act that does not exist") {
  const std::filesystem::path folder = std::string(TEST_VECTORS) + "/../../ceremony/scripts";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") {
      continue;
    }
    const auto script = load_script(folder, entry.path().stem().string(), action_names());
    CHECK_MESSAGE(script.ok(), (script ? "" : script.error().message));
    ++count;
  }
  CHECK(count == 16);
}

TEST_CASE("script: a need that nothing gives is named") {
  Step one = step("one");
  one.needs = {"key"};
  CHECK(has(fault_of(script_of({one})), "it needs \"key\", which nothing before it gives"));
}

TEST_CASE("script: what is held in memory is gone in a fresh process") {
  Step one = step("one");
  one.holds = {"key"};
  Step two = step("two");
  two.needs = {"key"};
  two.drops = {"key"};
  CHECK(fault_of(script_of({one, two})).empty());
  two.is_fresh = true;
  CHECK(has(fault_of(script_of({one, two})), "it needs \"key\""));
}

TEST_CASE("script: no secret may be held when the record is sealed") {
  Step one = step("one");
  one.holds = {"kek"};
  CHECK(has(fault_of(script_of({one})), "\"kek\" is still in memory when the record is sealed"));
}

TEST_CASE("script: roles differ, names are unique, acts exist, phrases belong to consents") {
  Step one = step("one");
  one.witness = one.actor;
  CHECK(has(fault_of(script_of({one})), "the same role acts and acknowledges"));
  CHECK(has(fault_of(script_of({step("one"), step("one")})), "this name stands twice"));
  one = step("one");
  one.act = "unknown";
  CHECK(has(fault_of(script_of({one})), "there is no act called \"unknown\""));
  one = step("one");
  one.phrase = "YES";
  CHECK(has(fault_of(script_of({one})), "a phrase to type belongs to a consent"));
  one.kind = StepKind::kPointOfNoReturn;
  CHECK(fault_of(script_of({one})).empty());
  one.kind = StepKind::kConsent;
  CHECK(has(fault_of(script_of({one})), "nothing waits for this consent"));
  one.phrase.clear();
  CHECK(has(fault_of(script_of({one})), "a phrase to type belongs to a consent"));
}

TEST_CASE("script: the last step must seal") {
  Script script = script_of({});
  script.steps.back().kind = StepKind::kWrite;
  CHECK(has(fault_of(script), "its last step must seal the record"));
}

TEST_CASE("script: a file with unknown keys, kinds or blocks is refused by name") {
  const support::TemporaryFolder folder;
  const std::string seal =
      "[[step]]\nid = \"s\"\nkind = \"seal\"\ntitle = \"S\"\nactor = \"a\"\nwitness = \"b\"\n";
  std::filesystem::create_directory(folder / "blocks");
  for (const char* const block : {"abort", "resume"}) {
    std::ofstream(folder / "blocks" / (std::string(block) + ".toml")) << seal;
  }
  std::ofstream(folder / "blocks" / "rules.toml") << "# none\n";
  const auto refusal = [&](const std::string& steps) {
    std::ofstream(folder / "bad.toml")
        << "script = \"bad\"\ntitle = \"Bad\"\nmodes = [\"REHEARSAL\"]\n"
        << steps;
    const auto loaded = load_script(folder.path(), "bad", {});
    return loaded ? std::string() : loaded.error().message;
  };
  CHECK(refusal(seal).empty());
  CHECK(has(refusal(seal + "hurry = true\n"), "\"hurry\" is not known here"));
  CHECK(has(refusal("[[step]]\nid = \"s\"\nkind = \"dance\"\ntitle = \"S\"\nactor = \"a\"\n"
                    "witness = \"b\"\n"),
            "is of a kind that does not exist, \"dance\""));
  CHECK(has(refusal("[[step]]\nblock = \"../x\"\n"), "a block stands alone"));
  CHECK(!refusal("[[step]]\nblock = \"missing\"\n").empty());
}

JournalEntry entry(std::uint64_t i, const std::string& type, const Json& data) {
  return {.i = i, .type = type, .time = "2026-11-23T10:00:00Z", .data = data};
}

Json complete(const std::string& id) {
  return completion_data({.step = id,
                          .acted_by = "operator",
                          .acknowledged_by = "internal-witness",
                          .facts = {{"fact-" + id, 1}},
                          .publications = {{.type = "note", .data = {{"a", 1}}, .hidden = {}}}});
}

TEST_CASE("progress: a replay gives the step, the facts and what is still to be published") {
  const Script script = script_of({step("one"), step("two")});
  auto progress = Progress::replay(script,
                                   {entry(0, "journal", Json::object()),
                                    entry(1, "begin", {{"step", "one"}}),
                                    entry(2, "complete", complete("one"))});
  REQUIRE(progress.ok());
  CHECK(progress->next_step() == 1);
  CHECK(progress->facts().contains("fact-one"));
  REQUIRE(progress->unpublished().size() == 1);
  CHECK(progress->unpublished().front().type == "note");
  CHECK(progress->add(script, entry(3, "public", Json::object())).ok());
  CHECK(progress->unpublished().empty());
}

TEST_CASE("progress: entries of another script, or after an abort, are refused") {
  const Script script = script_of({step("one")});
  const auto wrong = Progress::replay(script, {entry(0, "begin", {{"step", "zero"}})});
  CHECK(!wrong.ok());
  const auto late = Progress::replay(
      script, {entry(0, "abort", {{"why", "fire"}}), entry(1, "begin", {{"step", "one"}})});
  CHECK(!late.ok());
}

TEST_CASE("progress: a restart goes back to the step that holds what is needed") {
  Step make = step("make");
  make.holds = {"key"};
  make.gives = {"public"};
  Step use = step("use");
  use.needs = {"key", "public"};
  use.drops = {"key"};
  const Script script = script_of({step("open"), make, use});
  auto progress = Progress::replay(script,
                                   {entry(0, "begin", {{"step", "open"}}),
                                    entry(1, "complete", complete("open")),
                                    entry(2, "begin", {{"step", "make"}}),
                                    entry(3,
                                          "complete",
                                          completion_data({.step = "make",
                                                           .acted_by = "operator",
                                                           .acknowledged_by = "internal-witness",
                                                           .facts = {{"public", "x"}},
                                                           .publications = {}}))});
  REQUIRE(progress.ok());
  CHECK(progress->next_step() == 2);
  CHECK(progress->restart_step(script) == 1);
}

TEST_CASE("progress: nobody is asked again for a key that is only to be destroyed") {
  Step make = step("make");
  make.holds = {"key"};
  Step destroy = step("destroy");
  destroy.kind = StepKind::kZeroise;
  destroy.needs = {"key"};
  destroy.drops = {"key"};
  const Script script = script_of({make, destroy});
  auto progress = Progress::replay(
      script, {entry(0, "begin", {{"step", "make"}}), entry(1, "complete", complete("make"))});
  REQUIRE(progress.ok());
  CHECK(progress->restart_step(script) == 1);
}

}  // namespace
}  // namespace ceremony
