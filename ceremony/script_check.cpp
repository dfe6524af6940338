#include "ceremony/script_check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ceremony {

namespace {

using Faults = std::vector<ScriptFault>;
using Names = std::vector<std::string>;

bool has(const Names& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

ScriptFault at_step(const Step& step, std::string_view rule, std::string message) {
  return {.rule = std::string(rule), .step = step.id, .message = std::move(message)};
}

ScriptFault of_whole(std::string_view rule, std::string message) {
  return {.rule = std::string(rule), .step = {}, .message = std::move(message)};
}

const Step* step_with_act(const std::vector<Step>& steps, std::string_view act) {
  const auto found = std::ranges::find(steps, act, &Step::act);
  return found == steps.end() ? nullptr : &*found;
}

// A phrase typed by hand: somebody decides what comes next.
bool is_agreement(StepKind kind) {
  return kind == StepKind::kConsent || kind == StepKind::kPointOfNoReturn;
}

// What is known before a step while a script is walked through.
struct ScriptWalk {
  Names ids;
  Names given;
  Names held;
};

void walk_step(const Step& step, ScriptWalk& walk, Faults& faults) {
  if (has(walk.ids, step.id)) {
    faults.push_back(
        at_step(step, "script-step-twice", "this name stands twice; give each step its own"));
  }
  walk.ids.push_back(step.id);
  if (step.is_fresh) {
    walk.held.clear();
  }
  for (const std::string& need : step.needs) {
    if (!has(walk.given, need) && !has(walk.held, need)) {
      faults.push_back(
          at_step(step, "script-need", "it needs \"" + need + "\", which nothing before it gives"));
    }
  }
  for (const std::string& drop : step.drops) {
    if (!has(walk.held, drop)) {
      faults.push_back(
          at_step(step, "script-drop", "it wipes \"" + drop + "\", which is not held here"));
    }
    std::erase(walk.held, drop);
  }
  walk.given.insert(walk.given.end(), step.gives.begin(), step.gives.end());
  walk.held.insert(walk.held.end(), step.holds.begin(), step.holds.end());
}

void check_step_people(const Step& step, const ScriptRules& rules, Faults& faults) {
  if (step.actor == step.witness) {
    faults.push_back(at_step(
        step, "script-roles", "the same role acts and acknowledges; name two different roles"));
  }
  if (is_agreement(step.kind) == step.phrase.empty()) {
    faults.push_back(
        at_step(step, "script-phrase", "a phrase to type belongs to a consent, and only there"));
  }
  for (const OnlookerRole& onlooker : rules.never_act) {
    if (step.actor == onlooker.role && !has(onlooker.but, name_of(step.kind))) {
      faults.push_back(at_step(
          step, "script-separation", "the " + step.actor + " acts here; " + onlooker.sentence));
    }
  }
}

// One list of a step, with what the act's contract wants in it.
struct WantedNames {
  const char* list;
  const Names& wanted;
  const Names& listed;
};

void need_names(const Step& step, const WantedNames& names, Faults& faults) {
  for (const std::string& name : names.wanted) {
    if (!has(names.listed, name)) {
      faults.push_back(at_step(step,
                               "script-act",
                               "the act \"" + step.act + "\" wants \"" + name + "\" in \"" +
                                   names.list + "\", where it is missing; add it"));
    }
  }
}

bool speaks_of(const ActContract& contract, const Step& step) {
  return contract.act == step.act && (contract.purpose.empty() || contract.purpose == step.purpose);
}

void check_contract(const Step& step, const ScriptRules& rules, Faults& faults) {
  for (const ActContract& contract : rules.acts) {
    if (!speaks_of(contract, step)) {
      continue;
    }
    if (contract.kind != name_of(step.kind)) {
      faults.push_back(at_step(step,
                               "script-act",
                               "the act \"" + step.act + "\" is of the kind \"" + contract.kind +
                                   "\", and this step calls itself \"" +
                                   std::string(name_of(step.kind)) + "\"; correct the kind"));
    }
    need_names(step, {"needs", contract.needs, step.needs}, faults);
    need_names(step, {"gives", contract.gives, step.gives}, faults);
    need_names(step, {"holds", contract.holds, step.holds}, faults);
    need_names(step, {"drops", contract.drops, step.drops}, faults);
  }
}

// The fact that has the share set.
const char* fact_of(WhichSet set) {
  return set == WhichSet::kOld ? "old-set" : "set";
}

// Nobody guesses which of two share sets opens a key, and no step names one that it does not use.
void check_set(const Step& step, const ScriptWalk& walk, const ScriptRules& rules, Faults& faults) {
  const bool is_of_set = std::ranges::any_of(rules.acts, [&](const ActContract& contract) {
    return contract.is_of_set && speaks_of(contract, step);
  });
  if (is_of_set && !step.set && has(walk.given, fact_of(WhichSet::kOld))) {
    faults.push_back(at_step(step,
                             "script-set",
                             "an old share set is known here, and the step does not say with which "
                             "set it works; add set = \"old\" or set = \"new\""));
  }
  if (step.set && !is_of_set) {
    faults.push_back(at_step(step,
                             "script-set",
                             "the act \"" + step.act +
                                 "\" opens nothing with a share set, so \"set\" says nothing "
                                 "here; take it out"));
  }
  if (step.set && !has(step.needs, fact_of(*step.set))) {
    faults.push_back(at_step(step,
                             "script-set",
                             std::string("it works with the ") + std::string(name_of(*step.set)) +
                                 " share set, and \"" + fact_of(*step.set) +
                                 "\" is not among its needs; add it"));
  }
}

// One row of steps: the script's own, or one of the blocks that stand for themselves.
void check_row(const std::vector<Step>& steps,
               const ScriptRules& rules,
               const std::vector<std::string_view>& acts,
               Faults& faults) {
  ScriptWalk walk;
  for (const Step& step : steps) {
    if (!step.act.empty() && std::ranges::find(acts, step.act) == acts.end()) {
      faults.push_back(at_step(step, "script-act", "there is no act called \"" + step.act + "\""));
    }
    check_step_people(step, rules, faults);
    check_contract(step, rules, faults);
    check_set(step, walk, rules, faults);
    walk_step(step, walk, faults);
  }
  for (const std::string& secret : walk.held) {
    faults.push_back(at_step(steps.back(),
                             "script-secret-left",
                             "\"" + secret + "\" is still in memory when the record is sealed"));
  }
}

// Kinds whose work cannot be taken back once it is done.
bool is_irreversible(const Step& step) {
  const bool is_output = step.kind == StepKind::kWrite && step.act != "close-record";
  return step.kind == StepKind::kSign || step.kind == StepKind::kDestroy || is_output;
}

// The steps that guard `steps[index]`: those that it names, else the nearest agreement before it.
std::vector<const Step*> guards_of(const std::vector<Step>& steps, std::size_t index) {
  std::vector<const Step*> guards;
  const Step& step = steps[index];
  for (std::size_t i = index; i-- > 0;) {
    const bool is_named = has(step.guard, steps[i].id);
    const bool is_nearest = step.guard.empty() && is_agreement(steps[i].kind) && guards.empty();
    if (is_named || is_nearest) {
      guards.push_back(&steps[i]);
    }
  }
  return guards;
}

void check_guard(const std::vector<Step>& steps, std::size_t index, Faults& faults) {
  const Step& step = steps[index];
  const std::vector<const Step*> guards = guards_of(steps, index);
  for (const std::string& name : step.guard) {
    if (std::ranges::none_of(guards, [&](const Step* guard) { return guard->id == name; })) {
      faults.push_back(at_step(step,
                               "script-guard",
                               "its guard \"" + name +
                                   "\" is no step before it; correct the name, "
                                   "or put that step first"));
    }
  }
  if (is_irreversible(step) && guards.empty()) {
    faults.push_back(at_step(step,
                             "script-guard",
                             "it cannot be undone, and nobody has agreed to it before; put a "
                             "consent or a point of no return before it, or name its guard"));
  }
  for (const Step* const guard : guards) {
    if (step.kind == StepKind::kSign && is_agreement(guard->kind) && guard->actor == step.actor) {
      faults.push_back(at_step(step,
                               "script-separation",
                               "the " + step.actor + " agrees to this signature (step \"" +
                                   guard->id + "\") and makes it; whoever agrees does not sign"));
    }
  }
}

// A consent that nothing waits for, neither what cannot be undone nor a decision, is theatre.
void check_agreements(const std::vector<Step>& steps, Faults& faults) {
  Names guarding;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!is_irreversible(steps[i]) && steps[i].kind != StepKind::kDecide) {
      continue;
    }
    for (const Step* const guard : guards_of(steps, i)) {
      guarding.push_back(guard->id);
    }
  }
  for (const Step& step : steps) {
    if (step.kind == StepKind::kConsent && !has(guarding, step.id)) {
      faults.push_back(at_step(step,
                               "script-dead-end",
                               "nothing waits for this consent; take it out, "
                               "or name it as the guard of what it is for"));
    }
  }
}

// Facts of a step that nothing needs. What its act gives anyhow is excused where something else of
// the step is needed: the script has no choice there.
Names dead_facts(const Step& step, const Names& needed, const ScriptRules& rules) {
  Names dead;
  std::ranges::copy_if(step.gives, std::back_inserter(dead), [&](const std::string& fact) {
    return !has(needed, fact);
  });
  if (dead.size() == step.gives.size()) {
    return dead;
  }
  std::erase_if(dead, [&](const std::string& fact) {
    return std::ranges::any_of(rules.acts, [&](const ActContract& contract) {
      return speaks_of(contract, step) && has(contract.gives, fact);
    });
  });
  return dead;
}

// What a script's own steps give is needed later, or is what the ceremony is held for.
void check_ends(const Script& script, Faults& faults) {
  Names needed = script.final_facts;
  for (const Step& step : script.steps) {
    needed.insert(needed.end(), step.needs.begin(), step.needs.end());
  }
  Names given;
  for (const Step& step : script.steps) {
    given.insert(given.end(), step.gives.begin(), step.gives.end());
    if (!step.block.empty()) {
      continue;  // blocks serve several ceremonies
    }
    for (const std::string& fact : dead_facts(step, needed, script.rules)) {
      faults.push_back(at_step(step,
                               "script-dead-end",
                               "it gives \"" + fact +
                                   "\", which nothing needs; name it in "
                                   "\"final\", or take it out"));
    }
  }
  for (const std::string& fact : script.final_facts) {
    if (!has(given, fact)) {
      faults.push_back(of_whole("script-dead-end",
                                "the ceremony is held for \"" + fact +
                                    "\", which no step gives; correct \"final\" or add the step"));
    }
  }
}

void check_required_acts(const Script& script, Faults& faults) {
  std::size_t last = 0;
  for (const RequiredAct& required : script.rules.every) {
    const Step* const step = step_with_act(script.steps, required.act);
    if (step == nullptr) {
      faults.push_back(of_whole("script-required",
                                "no step does \"" + required.act + "\"; " + required.sentence));
      continue;
    }
    const auto place = static_cast<std::size_t>(step - script.steps.data());
    if (place < last) {
      faults.push_back(at_step(*step,
                               "script-required",
                               "\"" + required.act + "\" comes too early; " + required.sentence));
    }
    last = std::max(last, place);
  }
}

void check_separation(const Script& script, Faults& faults) {
  for (const SeparatedActs& pair : script.rules.differ) {
    const Step* const first = step_with_act(script.steps, pair.first);
    const Step* const second = step_with_act(script.steps, pair.second);
    if (first != nullptr && second != nullptr && first->actor == second->actor) {
      faults.push_back(at_step(*second,
                               "script-separation",
                               "the " + first->actor + " does this and the step \"" + first->id +
                                   "\"; " + pair.sentence));
    }
  }
}

void check_last(const Script& script, Faults& faults) {
  if (script.steps.empty() || script.steps.back().kind != StepKind::kSeal) {
    faults.push_back(of_whole("script-seal", "its last step must seal the record"));
  }
  if (!script.abort_steps.empty() && script.abort_steps.back().kind != StepKind::kSeal) {
    faults.push_back(
        of_whole("script-seal",
                 "the last step of blocks/abort.toml must seal the record of what was given "
                 "up"));
  }
}

}  // namespace

std::vector<ScriptFault> object_to_script(const Script& script,
                                          const std::vector<std::string_view>& acts) {
  Faults faults;
  check_last(script, faults);
  // What is held and known when a ceremony is given up or paused is anybody's guess: these steps
  // stand for themselves. Giving up is itself the decision that guards what is destroyed then.
  for (const auto* const steps : {&script.steps, &script.abort_steps, &script.resume_steps}) {
    check_row(*steps, script.rules, acts, faults);
  }
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    check_guard(script.steps, i, faults);
  }
  check_agreements(script.steps, faults);
  check_ends(script, faults);
  check_required_acts(script, faults);
  check_separation(script, faults);
  return faults;
}

}  // namespace ceremony
