#include "ceremony/session_body.h"

#include <utility>

#include "ceremony/pins.h"
#include "ceremony/recorded_words.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What a step without an act does: people do it, and the record says that they did.
constexpr Action kByPeople{
    .name = "",
    .ask = ask_nothing,
    .act = [](Workplace& /*work*/, client::Input& /*input*/) -> Result<Turn> { return Turn{}; }};

Result<void> check_seats(const Step& step, const client::Input& input) {
  if (input.step != step.id) {
    return Error{ErrorCode::kWrongState,
                 "the ceremony is at the step \"" + step.id + "\" and not at \"" + input.step +
                     "\"; do the step that is shown"};
  }
  if (input.acted_by == input.acknowledged_by) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the same person would act and acknowledge; let another person acknowledge"};
  }
  if (input.acted_by != step.actor || input.acknowledged_by != step.witness) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this step is done by the " + step.actor + " and acknowledged by the " +
                     step.witness + "; let these two do it"};
  }
  return {};
}

Result<void> check_phrase(const Step& step, const client::Input& input) {
  if (step.phrase.empty()) {
    return {};
  }
  const auto typed = input.texts.find("phrase");
  if (typed == input.texts.end() || typed->second != step.phrase) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "what was typed is not \"" + step.phrase +
                     "\", letter by letter; nothing was done; type it exactly, or raise an "
                     "exception"};
  }
  return {};
}

}  // namespace

const Action& action_of(const Step& step) {
  const Action* const action = step.act.empty() ? &kByPeople : find_action(step.act);
  return action == nullptr ? kByPeople : *action;  // the script check has found unknown names
}

Result<void> Session::Body::catch_up() {
  auto replayed = Progress::replay(script, journal.entries());
  if (!replayed) {
    return std::move(replayed).error();
  }
  progress = std::move(replayed).value();
  const std::size_t before = journal.entries().size();
  if (auto published = journal.publish_all(progress.unpublished()); !published) {
    return published;
  }
  for (std::size_t i = before; i < journal.entries().size(); ++i) {
    if (auto added = progress.add(script, journal.entries()[i]); !added) {
      return std::move(added).error();
    }
  }
  return {};
}

Result<void> Session::Body::append(std::string_view type, const Json& data) {
  if (auto appended = journal.append(type, data); !appended) {
    return std::move(appended).error();
  }
  return progress.add(script, journal.entries().back());
}

Workplace Session::Body::workplace(const Step& at) {
  return {.plan = plan,
          .annex = annex,
          .room = room,
          .script = script,
          .clock = *world.clock,
          .surroundings = world.surroundings,
          .progress = progress,
          .journal = journal,
          .facts = progress.facts(),
          .held = held,
          .step = at,
          .typed_secrets = typed_secrets};
}

Result<void> Session::Body::check_typed(const TypedText& typed) {
  const Step at = step();
  return check_typed_text(workplace(at), typed);
}

std::vector<client::Ask> Session::Body::pin_asks() const {
  if (!wants_pins()) {
    return {};
  }
  std::vector<client::Ask> asks;
  for (const PinOf& one : {PinOf{.role = step().actor, .ask = kActorPin},
                           PinOf{.role = step().witness, .ask = kWitnessPin}}) {
    asks.push_back({.name = std::string(one.ask),
                    .kind = client::AskKind::kSecret,
                    .prompt = "The PIN of the " + one.role,
                    .expected = {}});
  }
  return asks;
}

Result<void> Session::Body::check_pins(const Step& at, const client::Input& input) {
  if (!wants_pins()) {
    return {};
  }
  const Json& pins = progress.facts().at("pins");
  for (const PinOf& one :
       {PinOf{.role = at.actor, .ask = kActorPin}, PinOf{.role = at.witness, .ask = kWitnessPin}}) {
    if (auto shown = check_pin(pins, one, input); !shown) {
      return shown;
    }
  }
  proven_step = at.id;
  return {};
}

Result<void> Session::Body::begin(const Step& at) {
  if (progress.phase() == Phase::kInStep) {
    return {};
  }
  held.turn = 0;
  return append("begin", {{"step", at.id}});
}

Error Session::Body::refuse(const Step& at, Error error) {
  // Judged while it is known what was typed; what was refused is no secret that counts later.
  const Json data = {{"step", at.id}, {"why", without_secrets(workplace(at), error.message)}};
  typed_secrets.forget_behind(typed_before);
  auto noted = append("refused", data);
  if (noted || error.code == ErrorCode::kStorageFailure) {
    return error;  // it says what happened to the medium; that no more can be noted follows from it
  }
  return std::move(noted).error();
}

Result<client::StepOutcome> Session::Body::complete(const Step& at,
                                                    const client::Input& input,
                                                    Turn turn) {
  for (const std::string& thing : at.drops) {
    held.drop(thing);
  }
  const Completion completion{.step = at.id,
                              .acted_by = input.acted_by,
                              .acknowledged_by = input.acknowledged_by,
                              .facts = std::move(turn.facts),
                              .publications = std::move(turn.publications)};
  std::vector<std::string> recorded = recorded_words(at, completion);
  if (auto written = append("complete", completion_data(completion)); !written) {
    return std::move(written).error();
  }
  if (auto caught_up = catch_up(); !caught_up) {
    return std::move(caught_up).error();
  }
  has_worked = true;
  proven_step.clear();
  held.turn = 0;  // what the next step asks is for whoever comes first
  auto next = client::Progress::kStepDone;
  if (is_over()) {
    next = client::Progress::kCeremonyDone;
  } else if (wants_fresh_engine()) {
    next = client::Progress::kFreshEngine;
  }
  return client::StepOutcome{.progress = next,
                             .public_note = std::move(turn.public_note),
                             .private_note = std::move(turn.private_note),
                             .recorded = std::move(recorded)};
}

Result<client::StepOutcome> Session::Body::perform(client::Input& input) {
  if (is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  if (wants_fresh_engine()) {
    return Error{
        ErrorCode::kWrongState,
        "this step begins in a new process, so that nothing is left in memory from before; "
        "open the ceremony again"};
  }
  const Step at = step();
  typed_before = typed_secrets.count();
  for (const auto& [name, typed] : input.secrets) {
    typed_secrets.remember(typed);
  }
  if (auto seats = check_seats(at, input); !seats) {
    return refuse(at, std::move(seats).error());
  }
  if (auto pins = check_pins(at, input); !pins) {
    return refuse(at, std::move(pins).error());
  }
  if (auto unmoved = check_clock_unmoved(opened, clocks()); !unmoved) {
    return refuse(at, std::move(unmoved).error());
  }
  if (auto phrase = check_phrase(at, input); !phrase) {
    return refuse(at, std::move(phrase).error());
  }
  Workplace work = workplace(at);
  if (auto clean = check_typed_texts(work, input); !clean) {
    return refuse(at, std::move(clean).error());
  }
  if (auto begun = begin(at); !begun) {
    return std::move(begun).error();
  }
  auto turn = action_of(at).act(work, input);
  if (!turn) {
    return refuse(at, std::move(turn).error());
  }
  if (turn->progress == client::Progress::kAskAgain) {
    ++held.turn;
    return client::StepOutcome{.progress = client::Progress::kAskAgain,
                               .public_note = turn->public_note,
                               .private_note = turn->private_note};
  }
  return complete(at, input, std::move(turn).value());
}

}  // namespace ceremony
