#include "ceremony/cli/terminal_desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ceremony/cli/terminal_text.h"
#include "ceremony/pins.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr std::size_t kIndent = 4;

constexpr std::string_view kHelp =
    "Type what is asked for. Instead of any answer you can type:\n"
    "  pause      everybody leaves for a while: secrets are wiped, and a resume ticket is shown\n"
    "  exception  something is not as it should be: what was expected, seen and decided goes to\n"
    "             the journal, and the step is done again\n"
    "  abort      the ceremony is given up, and its record is closed and signed all the same\n"
    "  ?          this text\n"
    "Ctrl-C leaves the ceremony as it stands. Nothing that was recorded is lost: go on with\n"
    "\"conclave ceremony resume\".";

bool is_pin(const client::Ask& ask) {
  return ask.name == kActorPin || ask.name == kWitnessPin;
}

// The ask by which people say that nobody else comes.
const client::Ask* end_of_turns(const client::StepView& step) {
  const auto found = std::ranges::find_if(
      step.asks, [](const client::Ask& ask) { return ask.kind == client::AskKind::kDone; });
  return found == step.asks.end() ? nullptr : &*found;
}

}  // namespace

TerminalDesk::Word TerminalDesk::word_in(std::string_view typed) {
  constexpr std::array<std::pair<std::string_view, Word>, 5> kWords{
      {{"pause", Word::kPause},
       {"exception", Word::kException},
       {"abort", Word::kAbort},
       {"?", Word::kHelp},
       {"help", Word::kHelp}}};
  const auto* const found =
      std::ranges::find_if(kWords, [&](const auto& one) { return one.first == typed; });
  return found == kWords.end() ? Word::kNone : found->second;
}

void TerminalDesk::say(std::string_view text) const {
  terminal_.print(wrapped(text, {.width = terminal_.width()}));
}

void TerminalDesk::show_block(const Block& block) const {
  if (!block.text.empty()) {
    say(block.title);
    terminal_.print(wrapped(block.text, {.width = terminal_.width(), .indent = kIndent}));
  }
}

void TerminalDesk::show(const client::StepView& step) {
  if (step.id == shown_step_) {
    show_turn(step);
    return;
  }
  shown_step_ = step.id;
  terminal_.print("\n" + heading("Step " + std::to_string(step.index + 1) + " of " +
                                     std::to_string(step.count) + ": " + step.title + " [" +
                                     step.mode + "]",
                                 terminal_.width()));
  say("Acts: " + step.actor + ". Acknowledges: " + step.witness + ".");
  show_block({.title = "Say:", .text = step.say});
  std::string records;
  for (const std::string& sentence : step.records) {
    records += sentence + "\n";
  }
  show_block({.title = "Will be recorded:", .text = records});
  show_turn(step);
}

void TerminalDesk::show_turn(const client::StepView& step) const {
  if (step.is_private) {
    say("PRIVATE: only the person whose turn it is looks at this screen.");
  }
  show_block({.title = "Now:", .text = step.subject});
  std::string shown;
  for (const std::string& fact : step.shown) {
    shown += fact + "\n";
  }
  show_block({.title = "Look at:", .text = shown});
}

Result<TerminalDesk::Typed> TerminalDesk::ask(std::string_view prompt) {
  for (;;) {
    auto line = terminal_.ask_line(std::string(prompt));
    if (!line) {
      return std::move(line).error();
    }
    const Word word = word_in(*line);
    if (word != Word::kHelp) {
      return Typed{.word = word, .text = std::move(line).value()};
    }
    say(kHelp);
  }
}

Result<std::string> TerminalDesk::ask_plain(std::string_view prompt) {
  return terminal_.ask_line(std::string(prompt));
}

// Everybody has heard and seen what there is; from here the step's questions come.
Result<TerminalDesk::Typed> TerminalDesk::ask_ready(const client::StepView& step) {
  const client::Ask* const end = end_of_turns(step);
  if (end != nullptr) {
    say("Enter: the next person comes. done: " + end->prompt + ".");
  }
  auto typed = ask(end != nullptr ? "Enter or done (? for help): "
                                  : "Enter when both are ready (? for help): ");
  if (typed && end != nullptr && typed->text == "done") {
    typed->word = Word::kDone;
  }
  return typed;
}

TerminalDesk::Wish TerminalDesk::hear_once(const client::StepView& step) {
  client::Input input{.step = step.id,
                      .acted_by = step.actor,
                      .acknowledged_by = step.witness,
                      .texts = {},
                      .secrets = {}};
  auto ready = ask_ready(step);
  if (!ready) {
    return std::move(ready).error();
  }
  const bool is_end = ready->word == Word::kDone;
  if (ready->word != Word::kNone && !is_end) {
    return hear_word(ready->word, step);
  }
  for (const client::Ask& one : step.asks) {
    if (one.kind == client::AskKind::kDone || (is_end && !is_pin(one))) {
      continue;
    }
    auto word = answer(one, input);
    if (!word) {
      return std::move(word).error();
    }
    if (*word != Word::kNone) {
      return hear_word(*word, step);
    }
  }
  if (is_end) {
    input.texts.emplace(end_of_turns(step)->name, "yes");
  }
  return std::optional<Said>(std::move(input));
}

Result<Said> TerminalDesk::hear(const client::StepView& step) {
  show(step);
  for (;;) {
    auto said = hear_once(step);
    if (!said) {
      return std::move(said).error();
    }
    std::optional<Said> wish = std::move(said).value();
    if (wish) {
      return *std::move(wish);
    }
  }
}

TerminalDesk::Wish TerminalDesk::hear_word(Word word, const client::StepView& step) {
  if (word == Word::kHelp) {
    say(kHelp);
    return std::optional<Said>();
  }
  if (word == Word::kPause) {
    return hear_pause();
  }
  return word == Word::kException ? hear_exception(step) : hear_abort();
}

TerminalDesk::Wish TerminalDesk::hear_pause() {
  auto reason = ask_plain("Why is the ceremony paused? > ");
  if (!reason) {
    return std::move(reason).error();
  }
  return std::optional<Said>(PauseWish{.reason = std::move(reason).value()});
}

TerminalDesk::Wish TerminalDesk::hear_exception(const client::StepView& step) {
  client::ExceptionSheet sheet;
  const std::array<std::pair<const char*, std::string*>, 4> questions{
      {{"What was expected? > ", &sheet.expected},
       {"What was seen? > ", &sheet.seen},
       {"What was decided? > ", &sheet.decided},
       {"Who raised it (role)? > ", &sheet.raised_by}}};
  for (const auto& [prompt, answer] : questions) {
    auto typed = ask_plain(prompt);
    if (!typed) {
      return std::move(typed).error();
    }
    *answer = std::move(typed).value();
  }
  if (sheet.seen.empty() || sheet.decided.empty()) {
    say("An exception says at least what was seen and what was decided; none was raised.");
    return std::optional<Said>();
  }
  if (sheet.raised_by.empty()) {
    sheet.raised_by = step.witness;
  }
  return std::optional<Said>(std::move(sheet));
}

TerminalDesk::Wish TerminalDesk::hear_abort() {
  auto reason = ask_plain("Why is the ceremony given up? > ");
  if (!reason) {
    return std::move(reason).error();
  }
  auto consent = ask_plain("Type exactly GIVE UP, or anything else to go on > ");
  if (!consent) {
    return std::move(consent).error();
  }
  if (*consent != "GIVE UP") {
    say("The ceremony goes on.");
    return std::optional<Said>();
  }
  return std::optional<Said>(AbortWish{.reason = std::move(reason).value()});
}

void TerminalDesk::work_begins(const client::StepView& /*step*/) {
  working_.emplace("Working");
}

void TerminalDesk::work_ends() {
  working_.reset();
}

void TerminalDesk::tell(const client::StepView& step, const client::StepOutcome& outcome) {
  show_block({.title = "To the person whose turn it was:", .text = outcome.private_note});
  show_block({.title = "Done:", .text = outcome.public_note});
  std::string recorded;
  for (const std::string& sentence : outcome.recorded) {
    recorded += sentence + "\n";
  }
  show_block({.title = "Recorded:", .text = recorded});
  if (outcome.progress != client::Progress::kAskAgain || step.id != shown_step_) {
    shown_step_.clear();
  }
}

void TerminalDesk::tell_ticket(const std::string& words) {
  show_block({.title = "RESUME TICKET: write these words down; whoever goes on types them.",
              .text = words});
}

void TerminalDesk::tell_noted(const std::string& sentence) {
  say(sentence);
  shown_step_.clear();
}

Result<void> TerminalDesk::tell_refusal(const client::StepView& /*step*/,
                                        const base::Error& error) {
  show_block({.title = "NOT DONE:", .text = error.message});
  return {};
}

}  // namespace ceremony::cli
