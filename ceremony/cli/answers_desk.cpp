#include "ceremony/cli/answers_desk.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/cli/terminal_text.h"
#include "ceremony/pins.h"
#include "ceremony/share_carrier.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLogIndent = 4;
constexpr std::size_t kLogWidth = 100;
constexpr std::size_t kLargestAnsweredFile = 16384;  // bytes

Error no_answer(const client::StepView& step, const std::string& ask, const std::string& who) {
  return Error{ErrorCode::kInsufficient,
               "the answers have no \"" + ask + "\" for the step \"" + step.id + "\" (" +
                   step.title + ")" + (who.empty() ? "" : ", where it is the turn of " + who) +
                   "; the ceremony stands at this step; add the answer, and resume it"};
}

bool takes_whoever_comes(const client::StepView& step) {
  return std::ranges::any_of(
      step.asks, [](const client::Ask& ask) { return ask.kind == client::AskKind::kDone; });
}

bool is_officers_pin(const client::Ask& ask) {
  return ask.name == kActorPin || ask.name == kWitnessPin;
}

void print_lines(const std::string& text, std::size_t indent) {
  std::cout << wrapped(text, {.width = kLogWidth, .indent = indent}) << std::flush;
}

// Files lie beside the answers; a card that is typed is no file.
std::string path_for(const std::filesystem::path& folder, const std::string& text) {
  const std::string_view token = kInToken;
  if (is_typed_card(text) || text == token) {
    return text;
  }
  return text.starts_with(token)
             ? std::string(token) + (folder / text.substr(token.size())).string()
             : (folder / text).string();
}

}  // namespace

Result<base::SecretBytes> AnswersDesk::secret_for(const client::Ask& ask,
                                                  const std::string& text) const {
  return ask.kind == client::AskKind::kSecretFile
             ? base::read_secret_file(answers_.folder / text, kLargestAnsweredFile)
             : base::SecretBytes::copy_of(base::bytes_of(text));
}

Result<void> AnswersDesk::answer(const client::StepView& step,
                                 const client::Ask& ask,
                                 client::Input& input) const {
  const std::string* const text = answers_.find(step, ask, who_);
  if (text == nullptr) {
    return ask.is_optional ? Result<void>() : no_answer(step, ask.name, who_);
  }
  if (ask.kind != client::AskKind::kSecret && ask.kind != client::AskKind::kSecretFile) {
    const bool is_path = ask.kind == client::AskKind::kPath;
    input.texts.emplace(ask.name, is_path ? path_for(answers_.folder, *text) : *text);
    return {};
  }
  auto secret = secret_for(ask, *text);
  if (!secret) {
    return std::move(secret).error().while_doing("the step \"" + step.id + "\"");
  }
  input.secrets.emplace(ask.name, std::move(secret).value());
  return {};
}

// The next of the step's order, or that nobody else comes.
Result<void> AnswersDesk::answer_next_comer(const client::StepView& step, client::Input& input) {
  const auto here = answers_.steps.find(step.id);
  if (here == answers_.steps.end() || here->second.order.empty()) {
    return no_answer(step, "order", "");
  }
  const std::size_t number = came_[step.id]++;
  const bool is_end = number >= here->second.order.size();
  who_ = is_end ? std::string() : here->second.order[number];
  for (const client::Ask& ask : step.asks) {
    if (ask.kind == client::AskKind::kDone && is_end) {
      input.texts.emplace(ask.name, "yes");
    }
    if (ask.kind == client::AskKind::kDone || (is_end && !is_officers_pin(ask))) {
      continue;
    }
    if (auto answered = answer(step, ask, input); !answered) {
      return answered;
    }
  }
  return {};
}

Result<Said> AnswersDesk::hear(const client::StepView& step) {
  if (interruptions_.came()) {
    return Error{ErrorCode::kWrongState,
                 "the ceremony was interrupted at the step \"" + step.id +
                     "\"; nothing that was recorded is lost"};
  }
  if (told_step_ != step.id) {
    print_lines("Step " + std::to_string(step.index + 1) + " of " + std::to_string(step.count) +
                    ": " + step.title + " [" + step.mode + "]",
                0);
    told_step_ = step.id;
  }
  client::Input input{.step = step.id,
                      .acted_by = step.actor,
                      .acknowledged_by = step.witness,
                      .texts = {},
                      .secrets = {}};
  if (takes_whoever_comes(step)) {
    auto answered = answer_next_comer(step, input);
    return answered ? Result<Said>(std::move(input)) : Result<Said>(std::move(answered).error());
  }
  who_ = step.subject;
  for (const client::Ask& ask : step.asks) {
    if (auto answered = answer(step, ask, input); !answered) {
      return std::move(answered).error();
    }
  }
  return Said(std::move(input));
}

void AnswersDesk::work_begins(const client::StepView& /*step*/) {}

void AnswersDesk::tell(const client::StepView& /*step*/, const client::StepOutcome& outcome) {
  print_lines(outcome.public_note, kLogIndent);
  for (const std::string& sentence : outcome.recorded) {
    print_lines(sentence, kLogIndent);
  }
}

void AnswersDesk::tell_ticket(const std::string& words) {
  print_lines("Resume ticket: " + words, 0);
}

void AnswersDesk::tell_noted(const std::string& sentence) {
  print_lines(sentence, 0);
}

Result<void> AnswersDesk::tell_refusal(const client::StepView& step, const base::Error& error) {
  return base::Error(error).while_doing("the step \"" + step.id + "\" (" + step.title + ")");
}

}  // namespace ceremony::cli
