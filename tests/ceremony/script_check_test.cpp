#include "ceremony/script_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "ceremony/action.h"
#include "support/temporary_folder.h"

namespace ceremony {
namespace {

namespace fs = std::filesystem;

const fs::path scripts_folder = std::string(TEST_VECTORS) + "/../../ceremony/scripts";

std::vector<Script> shipped() {
  std::vector<Script> scripts;
  for (const auto& entry : fs::directory_iterator(scripts_folder)) {
    if (entry.path().extension() == ".toml") {
      auto script = load_script(scripts_folder, entry.path().stem().string(), action_names());
      REQUIRE_MESSAGE(script.ok(), (script ? "" : script.error().message));
      scripts.push_back(std::move(script).value());
    }
  }
  return scripts;
}

Script named(const std::string& name) {
  auto script = load_script(scripts_folder, name, action_names());
  REQUIRE_MESSAGE(script.ok(), (script ? "" : script.error().message));
  return std::move(script).value();
}

Step& step_of(Script& script, const std::string& id) {
  const auto found = std::ranges::find(script.steps, id, &Step::id);
  REQUIRE(found != script.steps.end());
  return *found;
}

// The rules that a script breaks.
std::set<std::string> broken(const Script& script) {
  std::set<std::string> rules;
  for (const ScriptFault& fault : object_to_script(script, action_names())) {
    rules.insert(fault.rule);
  }
  return rules;
}

bool is_refused(const Script& script) {
  return !object_to_script(script, action_names()).empty();
}

// What mutation has shown: how many changed scripts there were, and which of them passed.
struct Mutation {
  int count = 0;
  std::set<std::string> survivors;

  void judge(const Script& changed, const std::string& what) {
    ++count;
    if (!is_refused(changed)) {
      survivors.insert(what);
    }
  }
};

using NameList = std::vector<std::string> Step::*;

void drop_names(const Script& script, NameList list, const std::string& what, Mutation& mutation) {
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    for (const std::string& name : script.steps[i].*list) {
      Script changed = script;
      std::erase(changed.steps[i].*list, name);
      mutation.judge(changed, script.name + ": " + script.steps[i].id + " " + what + " " + name);
    }
  }
}

void remove_steps(const Script& script, Mutation& mutation) {
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    Script changed = script;
    changed.steps.erase(changed.steps.begin() + static_cast<std::ptrdiff_t>(i));
    mutation.judge(changed, script.name + ": without " + script.steps[i].id);
  }
}

void make_roles_equal(const Script& script, Mutation& mutation) {
  std::set<std::string> roles;
  for (const Step& step : script.steps) {
    roles.insert(step.actor);
    roles.insert(step.witness);
  }
  for (const std::string& kept : roles) {
    for (const std::string& replaced : roles) {
      if (kept >= replaced) {
        continue;
      }
      Script changed = script;
      for (Step& step : changed.steps) {
        step.actor = step.actor == replaced ? kept : step.actor;
        step.witness = step.witness == replaced ? kept : step.witness;
      }
      mutation.judge(changed, script.name + ": " + kept + " is " + replaced);
    }
  }
}

void make_pairs_equal(const Script& script, Mutation& mutation) {
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    Script changed = script;
    changed.steps[i].witness = changed.steps[i].actor;
    mutation.judge(changed, script.name + ": one role in " + script.steps[i].id);
  }
}

void forget_sets(const Script& script, Mutation& mutation) {
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    Script changed = script;
    if (std::exchange(changed.steps[i].set, std::nullopt)) {
      mutation.judge(changed, script.name + ": no set in " + script.steps[i].id);
    }
  }
}

TEST_CASE("script: each shipped script with one thing taken out of it is refused") {
  Mutation mutation;
  for (const Script& script : shipped()) {
    remove_steps(script, mutation);
    drop_names(script, &Step::needs, "needs", mutation);
    drop_names(script, &Step::gives, "gives", mutation);
    drop_names(script, &Step::holds, "holds", mutation);
    drop_names(script, &Step::drops, "drops", mutation);
    make_roles_equal(script, mutation);
    make_pairs_equal(script, mutation);
    forget_sets(script, mutation);
  }
  MESSAGE(mutation.count << " changed scripts, " << mutation.survivors.size() << " passed");
  for (const std::string& survivor : mutation.survivors) {
    CHECK_MESSAGE(false, survivor);
  }
  CHECK(mutation.count > 500);
}

TEST_CASE("script: what cannot be undone waits for its guard") {
  Script script = named("crl");
  std::erase_if(script.steps, [](const Step& step) { return step.id == "consent-crl"; });
  CHECK(broken(script).contains("script-guard"));

  script = named("crl");
  step_of(script, "sign-crl").guard = {"deliver"};  // a step behind it
  CHECK(broken(script).contains("script-guard"));

  script = named("crl");
  for (Step& step : script.steps) {
    step.guard.clear();  // then the nearest consent before it counts
  }
  CHECK(!is_refused(script));
  std::swap(step_of(script, "consent-crl"), step_of(script, "sign-crl"));
  CHECK(broken(script).contains("script-guard"));
}

TEST_CASE("script: an act is of its own kind, so that no signature hides as something else") {
  Script script = named("crl");
  step_of(script, "sign-crl").kind = StepKind::kCompute;
  CHECK(broken(script).contains("script-act"));
}

TEST_CASE("script: who agrees does not sign, who looks on does not act") {
  Script script = named("crl");
  step_of(script, "sign-crl").actor = "director";
  CHECK(broken(script) == std::set<std::string>{"script-separation"});

  script = named("crl");
  std::swap(step_of(script, "deliver").actor, step_of(script, "deliver").witness);
  CHECK(broken(script) == std::set<std::string>{"script-separation"});

  script = named("crl");
  step_of(script, "deliver").actor = "auditor";
  CHECK(broken(script) == std::set<std::string>{"script-separation"});

  script = named("crl");
  step_of(script, "check-machine").actor = "director";
  CHECK(broken(script).contains("script-separation"));
}

TEST_CASE("script: nothing leads nowhere") {
  Script script = named("crl");
  step_of(script, "deliver").gives.push_back("applause");
  CHECK(broken(script) == std::set<std::string>{"script-dead-end"});

  script = named("crl");
  script.final_facts.push_back("applause");
  CHECK(broken(script) == std::set<std::string>{"script-dead-end"});

  script = named("subordinate-signing");
  step_of(script, "sign-requests").guard = {"check-requests"};
  step_of(script, "deliver").guard = {"check-requests"};
  CHECK(broken(script) == std::set<std::string>{"script-dead-end"});
}

TEST_CASE("script: with two share sets at hand, a step says which of them opens the key") {
  Script script = named("re-share");
  CHECK(step_of(script, "open-old-key").set == WhichSet::kOld);
  CHECK(step_of(script, "restore-key").set == WhichSet::kNew);
  step_of(script, "open-old-key").set.reset();
  CHECK(broken(script) == std::set<std::string>{"script-set"});

  script = named("re-share");
  step_of(script, "gather-drawn").set = WhichSet::kOld;  // which it does not need
  CHECK(broken(script) == std::set<std::string>{"script-set"});

  script = named("re-share");
  step_of(script, "write-generation").set = WhichSet::kNew;  // whose act asks for none
  CHECK(broken(script) == std::set<std::string>{"script-set"});
}

TEST_CASE("script: the acts that no ceremony goes without come in their order") {
  Script script = named("crl");
  std::swap(step_of(script, "attendance"), step_of(script, "compare-plan"));
  CHECK(broken(script) == std::set<std::string>{"script-required"});
}

TEST_CASE("script: all faults are told, each with its step") {
  Script script = named("crl");
  step_of(script, "deliver").witness = "operator";
  step_of(script, "sign-crl").needs.clear();
  step_of(script, "open-key").act = "open-sesame";
  const auto faults = object_to_script(script, action_names());
  std::set<std::string> steps;
  for (const ScriptFault& fault : faults) {
    steps.insert(fault.step);
    CHECK(!fault.message.empty());
  }
  CHECK(steps.contains("deliver"));
  CHECK(steps.contains("sign-crl"));
  CHECK(steps.contains("open-key"));
}

TEST_CASE("script: every fact of a block is needed by a script, and every act has its contract") {
  std::set<std::string> needed;
  std::set<std::string> given;
  std::set<std::string> without_contract;
  for (const Script& script : shipped()) {
    for (const Step& step : script.steps) {
      needed.insert(step.needs.begin(), step.needs.end());
      if (!step.block.empty()) {
        given.insert(step.gives.begin(), step.gives.end());
      }
      if (!step.act.empty() && std::ranges::find(script.rules.acts, step.act, &ActContract::act) ==
                                   script.rules.acts.end()) {
        without_contract.insert(step.act);
      }
    }
  }
  given.erase("pins");  // every step reads them: roster.h
  given.erase("time");  // stands in the record
  for (const std::string& fact : given) {
    CHECK_MESSAGE(needed.contains(fact), fact);
  }
  for (const std::string& act : without_contract) {
    CHECK_MESSAGE(false, "add the act \"" << act << "\" to blocks/rules.toml");
  }
}

TEST_CASE("script: the example of the documentation is a script") {
  std::ifstream page(std::string(TEST_VECTORS) + "/../../docs/formats/script.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  const auto from = text.find("```toml\n");
  REQUIRE(from != std::string::npos);
  const support::TemporaryFolder folder;
  std::ofstream(folder / "example.toml")
      << text.substr(from + 8, text.find("```", from + 8) - from - 8);
  const auto script =
      read_script({.script = folder / "example.toml", .blocks = scripts_folder / "blocks"});
  REQUIRE_MESSAGE(script.ok(), (script ? "" : script.error().message));
  const auto sound = check_script(*script, action_names());
  CHECK_MESSAGE(sound.ok(), (sound ? "" : sound.error().message));
}

TEST_CASE("script: rules that cannot be read are refused") {
  const auto fault = [](const char* text) {
    const auto rules = parse_script_rules(text);
    return rules ? std::string() : rules.error().message;
  };
  CHECK(fault("").empty());
  CHECK(fault("[[every]]\nact = \"a\"\n").find("\"sentence\" is missing") != std::string::npos);
  CHECK(fault("[[differ]]\nacts = [\"a\"]\nsentence = \"s\"\n").find("exactly two acts") !=
        std::string::npos);
  CHECK(fault("[[maybe]]\nact = \"a\"\n").find("is not known here") != std::string::npos);
  CHECK(fault("[[").find("not proper TOML") != std::string::npos);
}

}  // namespace
}  // namespace ceremony
