// ceremony/cli/terminal_desk.h - people at a terminal: shows one step at a time, and hears what
// they type.
//
// Instead of any answer, "pause", "exception", "abort" and "?" may be typed; also where nothing is
// shown of what is typed.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ceremony/cli/desk.h"
#include "ceremony/cli/progress_line.h"
#include "ceremony/cli/terminal.h"

namespace ceremony::cli {

class TerminalDesk final : public Desk {
 public:
  // `terminal` must outlive the desk.
  explicit TerminalDesk(Terminal& terminal) : terminal_(terminal) {}

  base::Result<Said> hear(const client::StepView& step) override;
  void work_begins(const client::StepView& step) override;
  void work_ends() override;
  void tell(const client::StepView& step, const client::StepOutcome& outcome) override;
  void tell_ticket(const std::string& words) override;
  void tell_noted(const std::string& sentence) override;
  base::Result<void> tell_refusal(const client::StepView& step, const base::Error& error) override;

 private:
  // What stands instead of an answer.
  enum class Word { kNone, kDone, kPause, kException, kAbort, kHelp };
  static Word word_in(std::string_view typed);

  // A typed line, or the word that stands instead of one.
  struct Typed {
    Word word = Word::kNone;
    std::string text;
  };

  // None: it was thought better of, and the step is asked anew.
  using Wish = base::Result<std::optional<Said>>;
  Wish hear_once(const client::StepView& step);
  Wish hear_word(Word word, const client::StepView& step);
  Wish hear_pause();
  Wish hear_exception(const client::StepView& step);
  Wish hear_abort();

  void show(const client::StepView& step);
  void show_turn(const client::StepView& step) const;
  // A title, and a text below it; nothing where there is no text.
  struct Block {
    std::string_view title;
    std::string_view text;
  };
  void show_block(const Block& block) const;
  void say(std::string_view text) const;  // wrapped, at the left edge

  base::Result<Typed> ask_ready(const client::StepView& step);
  base::Result<Typed> ask(std::string_view prompt);
  base::Result<std::string> ask_plain(std::string_view prompt);

  base::Result<Word> answer(const client::Ask& ask, client::Input& input);
  base::Result<Word> answer_text(const client::Ask& ask, client::Input& input);
  base::Result<Word> answer_secret(const client::Ask& ask, client::Input& input);
  base::Result<Word> answer_secret_file(const client::Ask& ask, client::Input& input);
  base::Result<base::SecretBytes> ask_unseen(std::string_view prompt);

  Terminal& terminal_;
  std::string shown_step_;  // the id of the step that was shown whole
  std::optional<WorkingLine> working_;
};

}  // namespace ceremony::cli
