// ceremony/session_body.h - what an open session consists of; for the session's own files alone.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ceremony/action.h"
#include "ceremony/record_guard.h"
#include "ceremony/session.h"
#include "ceremony/watches.h"

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

  // Writes a refusal down, and gives the error back. Where even that fails, it gives that failure
  // instead, unless the medium was at fault before.
  base::Error refuse(const Step& at, base::Error error);

  // A text of the current step that goes to the journal. Errors: as check_typed_text().
  [[nodiscard]] base::Result<void> check_typed(const TypedText& typed);

  [[nodiscard]] Workplace workplace(const Step& at);
  [[nodiscard]] ClockPair clocks() const {
    return {.clock = world.clock->now(), .steady = world.clock->steady()};
  }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_of(script, progress.part()); }
  [[nodiscard]] const Step& step() const { return steps()[progress.next_step()]; }
  [[nodiscard]] bool is_over() const { return progress.phase() == Phase::kClosed; }

  // Whether the two people of the current step have to prove who they are: from the attendance on,
  // once for each step.
  [[nodiscard]] bool wants_pins() const {
    return progress.facts().contains("pins") && proven_step != step().id;
  }
  [[nodiscard]] std::vector<client::Ask> pin_asks() const;
  [[nodiscard]] base::Result<void> check_pins(const Step& at, const client::Input& input);
  [[nodiscard]] bool wants_fresh_engine() const {
    return !is_over() && step().is_fresh && has_worked;
  }

  Plan plan;
  Annex annex;
  client::OpenRequest room;
  Script script;
  Journal journal;
  World world;
  Progress progress;
  Held held;
  bool has_worked = false;          // a step was completed by this process
  ClockPair opened = {};            // the clock when this process opened the ceremony
  TypedSecrets typed_secrets = {};  // to keep them out of the record
  std::size_t typed_before = 0;     // so many of them are of turns before this one
  std::string proven_step = {};     // whose two people have shown their PINs to this process
};

}  // namespace ceremony
