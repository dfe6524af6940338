#include "ceremony/progress.h"

#include <algorithm>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error does_not_fit(const JournalEntry& entry) {
  return Error{ErrorCode::kInconsistent,
               "the journal's entry " + std::to_string(entry.i) + " (" + entry.type +
                   ") does not fit the script of this ceremony; use the script that the ceremony "
                   "was begun with, and if it is the same, keep the journal and call for help"};
}

std::string text_in(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json publication_data(const Publication& publication) {
  Json hidden = Json::array();
  for (const HiddenFact& fact : publication.hidden) {
    hidden.push_back({{"name", fact.name}, {"value", fact.value}});
  }
  return {{"type", publication.type}, {"data", publication.data}, {"hidden", std::move(hidden)}};
}

Publication publication_of(const Json& data) {
  Publication publication{
      .type = text_in(data, "type"), .data = data.value("data", Json::object()), .hidden = {}};
  for (const Json& fact : data.value("hidden", Json::array())) {
    publication.hidden.push_back({.name = text_in(fact, "name"), .value = fact.at("value")});
  }
  return publication;
}

// Whether `step` holds, and does not yet wipe, `thing`.
bool holds(const Step& step, const std::string& thing) {
  return std::find(step.holds.begin(), step.holds.end(), thing) != step.holds.end();
}

// Whether `step` does nothing with `thing` but wipe it, which a restart has done by itself.
bool wipes(const Step& step, const std::string& thing) {
  return step.kind == StepKind::kZeroise &&
         std::find(step.drops.begin(), step.drops.end(), thing) != step.drops.end();
}

// The last step before `from` that holds `thing`; `from` where none does.
std::size_t holder_before(const Script& script, std::size_t from, const std::string& thing) {
  for (std::size_t i = from; i > 0; --i) {
    if (holds(script.steps[i - 1], thing)) {
      return i - 1;
    }
  }
  return from;
}

}  // namespace

const std::vector<Step>& steps_of(const Script& script, ScriptPart part) {
  switch (part) {
    case ScriptPart::kResume:
      return script.resume_steps;
    case ScriptPart::kAbort:
      return script.abort_steps;
    case ScriptPart::kScript:
      break;
  }
  return script.steps;
}

Json completion_data(const Completion& completion) {
  Json publications = Json::array();
  for (const Publication& publication : completion.publications) {
    publications.push_back(publication_data(publication));
  }
  return {{"step", completion.step},
          {"acted_by", completion.acted_by},
          {"acknowledged_by", completion.acknowledged_by},
          {"facts", completion.facts.is_null() ? Json::object() : completion.facts},
          {"publish", std::move(publications)}};
}

Result<Progress> Progress::replay(const Script& script, const std::vector<JournalEntry>& entries) {
  Progress progress;
  for (const JournalEntry& entry : entries) {
    if (auto added = progress.add(script, entry); !added) {
      return std::move(added).error();
    }
  }
  return progress;
}

Result<void> Progress::add_complete(const Script& script, const Json& data) {
  const std::vector<Step>& steps = steps_of(script, part_);
  if (next_ >= steps.size() || text_in(data, "step") != steps[next_].id) {
    return Error{ErrorCode::kInconsistent, ""};
  }
  const Json facts = data.value("facts", Json::object());
  for (const auto& [name, value] : facts.items()) {
    facts_.insert_or_assign(name, value);
  }
  for (const Json& publication : data.value("publish", Json::array())) {
    unpublished_.push_back(publication_of(publication));
  }
  ++next_;
  phase_ = Phase::kRunning;
  if (next_ < steps.size()) {
    return {};
  }
  if (part_ == ScriptPart::kResume) {
    part_ = ScriptPart::kScript;
    next_ = left_at_;
  } else {
    phase_ = Phase::kClosed;
  }
  return {};
}

// The script's own steps wait meanwhile.
void Progress::turn_to(ScriptPart part) {
  left_at_ = script_step();
  part_ = part;
  next_ = 0;
  phase_ = Phase::kRunning;
}

bool Progress::is_past_return(const Script& script) const {
  const auto done = script.steps.begin() +
                    static_cast<std::ptrdiff_t>(std::min(script_step(), script.steps.size()));
  return std::any_of(script.steps.begin(), done, [](const Step& step) {
    return step.kind == StepKind::kPointOfNoReturn;
  });
}

Result<void> Progress::go_back(const Script& script, const JournalEntry& entry) {
  const std::string id = text_in(entry.data, "step");
  const auto step = std::find_if(
      script.steps.begin(), script.steps.end(), [&](const Step& one) { return one.id == id; });
  if (step == script.steps.end()) {
    return does_not_fit(entry);
  }
  std::size_t& waiting = part_ == ScriptPart::kScript ? next_ : left_at_;
  waiting = std::min(waiting, static_cast<std::size_t>(step - script.steps.begin()));
  phase_ = phase_ == Phase::kPaused ? Phase::kPaused : Phase::kRunning;
  return {};
}

Result<void> Progress::add(const Script& script, const JournalEntry& entry) {
  if (entry.type == "begin") {
    const std::vector<Step>& steps = steps_of(script, part_);
    if (next_ >= steps.size() || text_in(entry.data, "step") != steps[next_].id) {
      return does_not_fit(entry);
    }
    phase_ = Phase::kInStep;
  } else if (entry.type == "complete") {
    if (!add_complete(script, entry.data)) {
      return does_not_fit(entry);
    }
  } else if (entry.type == "public") {
    if (!unpublished_.empty()) {
      unpublished_.erase(unpublished_.begin());
    }
  } else if (entry.type == "back") {
    return go_back(script, entry);
  } else if (entry.type == "exception") {
    any_exception_ = true;
    phase_ = Phase::kRunning;
  } else if (entry.type == "pause") {
    phase_ = Phase::kPaused;
  } else if (entry.type == "return") {
    turn_to(ScriptPart::kResume);
  } else if (entry.type == "abort") {
    turn_to(ScriptPart::kAbort);
  }
  return {};
}

// The first step that must be done again so that step `at` has all that it needs in memory.
std::size_t Progress::first_needed_for(const Script& script, std::size_t at) const {
  std::size_t earliest = at;
  for (const std::string& need : script.steps[at].needs) {
    if (!facts_.contains(need) && !wipes(script.steps[at], need)) {
      earliest = std::min(earliest, holder_before(script, at, need));
    }
  }
  return earliest;
}

std::size_t Progress::restart_step(const Script& script) const {
  std::size_t step = script_step();
  // A step that begins in a new process needs nothing from memory; nor does what comes after the
  // end of the script.
  while (step < script.steps.size() && !script.steps[step].is_fresh) {
    const std::size_t earliest = first_needed_for(script, step);
    if (earliest == step) {
      break;
    }
    step = earliest;
  }
  return step;
}

}  // namespace ceremony
