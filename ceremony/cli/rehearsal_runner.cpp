#include "ceremony/cli/rehearsal_runner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ceremony/cli/progress_line.h"
#include "ceremony/keeper_key.h"
#include "ceremony/pins.h"

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
    }
    for (const client::Ask& ask : step.asks) {
      if (wants_quorum && ask.name != kActorPin && ask.name != kWitnessPin) {
        continue;
      }
      if (auto answered = answer(step, ask, input); !answered) {
        return std::move(answered).error();
      }
    }
    return input;
  }

  // What was printed when everybody left the room.
  void keep_ticket(std::string words) { ticket_ = std::move(words); }

  // After a refusal of the evaluation's first choice, the next one.
  bool try_next_choice() { return ++choice_ < kChoices.size(); }

 private:
  static constexpr std::array<std::string_view, 3> kChoices{"both", "spare", "at-least-one"};

  void answer_quorum(client::Input& input) {
    if (next_in_quorum_ >= ceremony_.quorum.size()) {
      input.texts.emplace("done", "yes");
      next_in_quorum_ = 0;  // who comes back after a power cut begins anew
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
    if (ask.name == "ticket") {
      input.texts.emplace(ask.name, ticket_);
      return {};
    }
    if (ask.name == "publish") {
      input.texts.emplace(ask.name, std::string(kChoices[choice_]));
      return {};
    }
    if (ask.name.ends_with("-watch")) {
      input.texts.emplace(ask.name, computer_clock(step));
      return {};
    }
    if (const auto text = text_for(step, ask.name)) {
      input.texts.emplace(ask.name, *text);
      return {};
    }
    if (ask.kind == client::AskKind::kText && !ask.is_optional) {
      input.texts.emplace(ask.name, ask.name == "until" ? "2099-12-31" : "the director");
      return {};
    }
    const base::SecretBytes* const secret = secret_for(step, ask);
    if (secret == nullptr && ask.is_optional) {
      return {};
    }
    if (secret == nullptr) {
      return Error{ErrorCode::kInconsistent,
                   "the rehearsal has no answer to \"" + ask.prompt + "\" in the step \"" +
                       step.title + "\"; this is a fault of Conclave, please report it"};
    }
    input.secrets.emplace(ask.name, copy_of(*secret));
    return {};
  }

  // Everybody's watch goes as this computer's clock does, which the step shows.
  static std::string computer_clock(const client::StepView& step) {
    const std::string shown = step.shown.empty() ? "" : step.shown.front();
    const std::size_t colon = shown.find(": ");
    return colon == std::string::npos ? std::string() : shown.substr(colon + 2);
  }

  // What is typed where a text is asked for.
  [[nodiscard]] std::optional<std::string> text_for(const client::StepView& step,
                                                    const std::string& name) const {
    if (name == "slips") {
      return ceremony_.slips;
    }
    if (name == "bag-state") {
      return "whole";
    }
    if (name == "bag" || name == "seal") {
      return rehearsed_bag(step.subject.substr(step.subject.find(' ') + 1)) +
             (name == "seal" ? "-SEAL" : "");
    }
    if (name == "storage") {
      return "bank-box";
    }
    if (name == "reason") {
      return "retired";
    }
    return name.starts_with("way-") ? std::optional(std::string("no answer")) : std::nullopt;
  }

  [[nodiscard]] const base::SecretBytes* pin_of(const std::string& role) const {
    for (const RehearsedOfficer& officer : people_.officers) {
      if (role == officer.role) {
        return &officer.pin;
      }
    }
    return nullptr;
  }

  [[nodiscard]] const base::SecretBytes* secret_for(const client::StepView& step,
                                                    const client::Ask& ask) const {
    if (ask.name == kActorPin || ask.name == kWitnessPin || ask.name == kNewPin) {
      return pin_of(ask.name == kActorPin     ? step.actor
                    : ask.name == kWitnessPin ? step.witness
                                              : step.subject);
    }
    if (ask.name == kKeeperKey || ask.name == kKeeperPassphrase) {
      return ask.name == kKeeperKey ? &people_.keeper.key_file : &people_.keeper.passphrase.text();
    }
    const std::string& subject = step.subject;
    for (const RehearsedHolder& holder : people_.holders) {
      if (subject == "Seat " + holder.planned.seat) {
        return &holder.passphrase.text();
      }
    }
    return officer_secret(subject, ask.kind);
  }

  // The key file or its passphrase.
  [[nodiscard]] const base::SecretBytes* officer_secret(const std::string& role,
                                                        client::AskKind kind) const {
    for (const RehearsedOfficer& officer : people_.officers) {
      if (role != officer.role) {
        continue;
      }
      if (kind == client::AskKind::kSecretFile) {
        return &officer.key_file;
      }
      return kind == client::AskKind::kSecret ? &officer.passphrase.text() : nullptr;
    }
    return nullptr;
  }

  const RehearsedCeremony& ceremony_;
  const RehearsedPeople& people_;
  std::size_t next_in_quorum_ = 0;
  std::size_t choice_ = 0;
  std::string ticket_;
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

// What the next engine needs to go on.
client::RecordKeys keys_of(const Player& player) {
  client::RecordKeys keys;
  if (player.journal_key() != nullptr) {
    keys.journal_key = copy_of(*player.journal_key());
  }
  return keys;
}

}  // namespace

Result<RehearsedResult> run_ceremony(const RehearsedCeremony& ceremony,
                                     const RehearsedPeople& people) {
  ProgressLine line(ceremony.title);
  Answers answers(ceremony, people);
  RehearsedResult result;
  auto player = ceremony.open(ceremony.room, {});
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
    if (outcome->progress == client::Progress::kPaused) {
      answers.keep_ticket(outcome->public_note);
    }
    const bool is_done = outcome->progress == client::Progress::kCeremonyDone;
    if (outcome->progress == client::Progress::kStepDone ||
        outcome->progress == client::Progress::kAskAgain) {
      continue;
    }
    client::RecordKeys keys = keys_of(**player);
    if (auto closed = (*player)->close(); !closed) {
      return std::move(closed).error();
    }
    if (is_done) {
      result.seconds = line.finish();
      return result;
    }
    player = ceremony.open(ceremony.room, std::move(keys));
  }
  return std::move(player).error();
}

}  // namespace ceremony::cli
