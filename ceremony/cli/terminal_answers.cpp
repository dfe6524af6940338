// What people at a terminal answer to the asks of a step.

#include <cstddef>
#include <utility>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/cli/terminal_desk.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr std::size_t kLargestSecretFile = 16384;  // bytes

}  // namespace

Result<TerminalDesk::Word> TerminalDesk::answer(const client::Ask& ask, client::Input& input) {
  say(ask.prompt);
  if (ask.kind == client::AskKind::kSecretFile) {
    return answer_secret_file(ask, input);
  }
  return ask.kind == client::AskKind::kSecret ? answer_secret(ask, input) : answer_text(ask, input);
}

Result<TerminalDesk::Word> TerminalDesk::answer_text(const client::Ask& ask, client::Input& input) {
  for (;;) {
    auto typed = this->ask(ask.is_optional ? "(Enter for nothing) > " : "> ");
    if (!typed) {
      return std::move(typed).error();
    }
    if (typed->word != Word::kNone || (typed->text.empty() && ask.is_optional)) {
      return typed->word;
    }
    if (!typed->text.empty()) {
      input.texts.emplace(ask.name, std::move(typed->text));
      return Word::kNone;
    }
  }
}

// What was typed unseen; help where that was asked for.
Result<base::SecretBytes> TerminalDesk::ask_unseen(std::string_view prompt) {
  return terminal_.ask_secret(std::string(prompt));
}

Result<TerminalDesk::Word> TerminalDesk::answer_secret(const client::Ask& ask,
                                                       client::Input& input) {
  for (;;) {
    auto typed = ask_unseen(ask.is_optional ? "(unseen, Enter for nothing) > " : "(unseen) > ");
    if (!typed) {
      return std::move(typed).error();
    }
    const Word word = word_in(base::text_of(typed->read().bytes()));
    if (word != Word::kNone || (typed->size() == 0 && ask.is_optional)) {
      return word;
    }
    if (!ask.is_new) {
      input.secrets.insert_or_assign(ask.name, std::move(typed).value());
      return Word::kNone;
    }
    auto again = ask_unseen("once more (unseen) > ");
    if (!again) {
      return std::move(again).error();
    }
    if (typed->equals(*again)) {
      input.secrets.insert_or_assign(ask.name, std::move(typed).value());
      return Word::kNone;
    }
    say("These two are not the same. Type it again, twice.");
  }
}

Result<TerminalDesk::Word> TerminalDesk::answer_secret_file(const client::Ask& ask,
                                                            client::Input& input) {
  for (;;) {
    auto path = this->ask(ask.is_optional ? "file (Enter for nothing) > " : "file > ");
    if (!path) {
      return std::move(path).error();
    }
    if (path->word != Word::kNone || (path->text.empty() && ask.is_optional)) {
      return path->word;
    }
    auto file = base::read_secret_file(path->text, kLargestSecretFile);
    if (file) {
      input.secrets.insert_or_assign(ask.name, std::move(file).value());
      return Word::kNone;
    }
    show_block({.title = "NOT DONE:", .text = file.error().message});
  }
}

}  // namespace ceremony::cli
