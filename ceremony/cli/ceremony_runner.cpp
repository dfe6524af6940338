#include "ceremony/cli/ceremony_runner.h"

#include <optional>
#include <utility>

namespace ceremony::cli {

namespace {

using base::Result;

// Tells the desk that work goes on, for as long as it lives.
class AtWork {
 public:
  AtWork(Desk& desk, const client::StepView& step) : desk_(desk) { desk_.work_begins(step); }
  ~AtWork() { desk_.work_ends(); }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  Desk& desk_;
};

// One step at a time, with one engine.
class Holder {
 public:
  Holder(Player& player, Desk& desk) : player_(player), desk_(desk) {}

  // Until the engine has to end: gives why.
  Result<client::Progress> go_on() {
    for (;;) {
      auto step = player_.current_step();
      if (!step) {
        return std::move(step).error();
      }
      auto said = desk_.hear(*step);
      if (!said) {
        return std::move(said).error();
      }
      auto progress =
          std::visit([&](auto& one) { return carry_out(*step, std::move(one)); }, *said);
      if (!progress) {
        return progress;
      }
      if (*progress != client::Progress::kStepDone && *progress != client::Progress::kAskAgain) {
        return progress;
      }
    }
  }

 private:
  Result<client::Progress> carry_out(const client::StepView& step, client::Input input) {
    auto outcome = perform(step, std::move(input));
    if (!outcome) {
      return refused(step, outcome.error());
    }
    desk_.tell(step, *outcome);
    return outcome->progress;
  }

  Result<client::Progress> carry_out(const client::StepView& step, const PauseWish& wish) {
    auto outcome = player_.pause(wish.reason);
    if (!outcome) {
      return refused(step, outcome.error());
    }
    desk_.tell_ticket(outcome->public_note);
    return outcome->progress;
  }

  Result<client::Progress> carry_out(const client::StepView& step,
                                     const client::ExceptionSheet& sheet) {
    if (auto raised = player_.raise_exception(sheet); !raised) {
      return refused(step, raised.error());
    }
    desk_.tell_noted("The exception is in the journal. The step is to be done again.");
    return client::Progress::kAskAgain;
  }

  Result<client::Progress> carry_out(const client::StepView& step, const AbortWish& wish) {
    if (auto given_up = player_.abort(wish.reason); !given_up) {
      return refused(step, given_up.error());
    }
    desk_.tell_noted(
        "The ceremony is given up, and every secret is wiped. The steps that close its record "
        "follow.");
    return client::Progress::kStepDone;
  }

  Result<client::StepOutcome> perform(const client::StepView& step, client::Input input) {
    const AtWork working(desk_, step);
    return player_.perform(std::move(input));
  }

  Result<client::Progress> refused(const client::StepView& step, const base::Error& error) {
    if (auto again = desk_.tell_refusal(step, error); !again) {
      return std::move(again).error();
    }
    return client::Progress::kAskAgain;
  }

  Player& player_;
  Desk& desk_;
};

}  // namespace

client::RecordKeys keys_for_next(const Player& player) {
  client::RecordKeys keys;
  if (player.journal_key() != nullptr) {
    keys.journal_key = base::SecretBytes::copy_of(player.journal_key()->read().bytes());
  }
  return keys;
}

Result<Ending> hold_ceremony(const HeldCeremony& ceremony,
                             std::unique_ptr<Player> player,
                             Desk& desk) {
  for (;;) {
    auto progress = Holder(*player, desk).go_on();
    client::RecordKeys keys = keys_for_next(*player);
    const Result<void> closed = player->close();
    if (!progress) {
      return std::move(progress).error();  // says more than an engine that is gone already
    }
    if (*progress == client::Progress::kPaused) {
      return Ending::kPaused;
    }
    if (*progress == client::Progress::kCeremonyDone) {
      return Ending::kSealed;
    }
    if (!closed) {
      return closed.error();
    }
    auto next = ceremony.open(ceremony.room, std::move(keys));
    if (!next) {
      return std::move(next).error();
    }
    player = std::move(next).value();
  }
}

}  // namespace ceremony::cli
