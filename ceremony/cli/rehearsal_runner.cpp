#include "ceremony/cli/rehearsal_runner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ceremony/cli/progress_line.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

base::SecretBytes copy_of(const base::SecretBytes& secret) {
  return base::SecretBytes::copy_of(secret.read().bytes());
}

// Answers the asks of one ceremony's steps.
class Answers {
 public:
  Answers(const RehearsedCeremony& ceremony, const RehearsedPeople& people)
      : ceremony_(ceremony), people_(people) {}

  Result<client::Input> to(const client::StepView& step) {
    client::Input input{.step = step.id,
                        .acted_by = step.actor,
                        .acknowledged_by = step.witness,
                        .texts = {},
                        .secrets = {}};
    const bool wants_quorum = std::any_of(step.asks.begin(), step.asks.end(), [](const auto& ask) {
      return ask.kind == client::AskKind::kDone;
    });
    if (wants_quorum) {
      answer_quorum(input);
      return input;
    }
    for (const client::Ask& ask : step.asks) {
      if (auto answered = answer(step, ask, input); !answered) {
        return std::move(answered).error();
      }
    }
    return input;
  }

  // After a refusal of the evaluation's first choice, the next one.
  bool try_next_choice() { return ++choice_ < kChoices.size(); }

 private:
  static constexpr std::array<std::string_view, 3> kChoices{"both", "spare", "at-least-one"};

  void answer_quorum(client::Input& input) {
    if (next_in_quorum_ >= ceremony_.quorum.size()) {
      input.texts.emplace("done", "yes");
      return;
    }
    const RehearsedHolder& holder = people_.holders[ceremony_.quorum[next_in_quorum_++]];
    input.texts.emplace("share", (ceremony_.room.holders / holder.planned.folder).string());
    input.secrets.emplace("passphrase", copy_of(holder.passphrase.text()));
  }

  Result<void> answer(const client::StepView& step, const client::Ask& ask, client::Input& input) {
    if (ask.kind == client::AskKind::kPhrase) {
      input.texts.emplace(ask.name, ask.expected);
      return {};
    }
    if (ask.name == "publish") {
      input.texts.emplace(ask.name, std::string(kChoices[choice_]));
      return {};
    }
    const base::SecretBytes* const secret = secret_for(step.subject);
    if (secret == nullptr) {
      return Error{ErrorCode::kInconsistent,
                   "the rehearsal has no answer to \"" + ask.prompt + "\" in the step \"" +
                       step.title + "\"; this is a fault of Conclave, please report it"};
    }
    input.secrets.emplace(ask.name, copy_of(*secret));
    return {};
  }

  [[nodiscard]] const base::SecretBytes* secret_for(const std::string& subject) const {
    for (const RehearsedHolder& holder : people_.holders) {
      if (subject == "Seat " + holder.planned.seat) {
        return &holder.passphrase.text();
      }
    }
    for (const RehearsedOfficer& officer : people_.officers) {
      if (subject == officer.role) {
        return &officer.seed;
      }
    }
    return nullptr;
  }

  const RehearsedCeremony& ceremony_;
  const RehearsedPeople& people_;
  std::size_t next_in_quorum_ = 0;
  std::size_t choice_ = 0;
};

// Does one turn of the step that waits.
Result<client::StepOutcome> do_turn(Player& player,
                                    const client::StepView& step,
                                    Answers& answers) {
  for (;;) {
    auto input = answers.to(step);
    if (!input) {
      return std::move(input).error();
    }
    auto outcome = player.perform(std::move(input).value());
    const bool may_choose_again = !outcome && step.id == "evaluate" &&
                                  outcome.error().code == ErrorCode::kRefusedByPolicy &&
                                  answers.try_next_choice();
    if (!may_choose_again) {
      return outcome;
    }
  }
}

void note(const client::StepView& step,
          const client::StepOutcome& outcome,
          RehearsedResult& result) {
  if (!outcome.public_note.empty()) {
    result.notes.push_back(outcome.public_note);
  }
  if (step.id == "stop-clock") {
    result.recovery_note = outcome.private_note;
  }
}

}  // namespace

Result<RehearsedResult> run_ceremony(const RehearsedCeremony& ceremony,
                                     const RehearsedPeople& people) {
  ProgressLine line(ceremony.title);
  Answers answers(ceremony, people);
  RehearsedResult result;
  auto player = ceremony.open(ceremony.room);
  while (player) {
    auto step = (*player)->current_step();
    if (!step) {
      return std::move(step).error();
    }
    line.show(*step);
    auto outcome = do_turn(**player, *step, answers);
    if (!outcome) {
      line.finish();
      return std::move(outcome).error().while_doing(step->title);
    }
    note(*step, *outcome, result);
    const bool is_done = outcome->progress == client::Progress::kCeremonyDone;
    if (!is_done && outcome->progress != client::Progress::kFreshEngine) {
      continue;
    }
    if (auto closed = (*player)->close(); !closed) {
      return std::move(closed).error();
    }
    if (is_done) {
      result.seconds = line.finish();
      return result;
    }
    player = ceremony.open(ceremony.room);
  }
  return std::move(player).error();
}

}  // namespace ceremony::cli
