// ceremony/session_body.h - what an open session consists of; for the session's own files alone.

#pragma once

#include <memory>
#include <string_view>

#include "ceremony/action.h"
#include "ceremony/session.h"

namespace ceremony {

// The action of a step; one that does nothing where people do it without the machine.
const Action& action_of(const Step& step);

// Everything of one open session.
struct Session::Body {
  // Brings `progress` up to date with the journal, and the transcript with `progress`.
  base::Result<void> catch_up();

  // Adds to the journal and to `progress`.
  base::Result<void> append(std::string_view type, const Json& data);

  // Notes in the journal that the ceremony is opened, or to which step it goes back.
  base::Result<void> note_opening(const Json& opening);

  // One turn of the current step.
  base::Result<client::StepOutcome> perform(client::Input& input);

  base::Result<client::StepOutcome> complete(const Step& at, const client::Input& input, Turn turn);
  base::Result<void> begin(const Step& at);

  // Writes a refusal down; where even that fails, gives that error instead.
  base::Error refuse(const Step& at, base::Error error);

  [[nodiscard]] Workplace workplace(const Step& at);
  [[nodiscard]] const Step& step() const { return script.steps[progress.next_step()]; }
  [[nodiscard]] bool is_over() const {
    return progress.phase() == Phase::kClosed || progress.phase() == Phase::kAborted;
  }
  [[nodiscard]] bool wants_fresh_engine() const {
    return !is_over() && step().is_fresh && has_worked;
  }

  Plan plan;
  Annex annex;
  client::OpenRequest room;
  Script script;
  Journal journal;
  const base::Clock* clock = nullptr;
  Progress progress;
  Held held;
  bool has_worked = false;  // a step was completed by this process
};

}  // namespace ceremony
