// ceremony/cli/answers_desk.h - a file of answers in the place of people: REHEARSAL and DRILL only.

#pragma once

#include <map>
#include <string>

#include "ceremony/cli/answers.h"
#include "ceremony/cli/desk.h"
#include "ceremony/cli/terminal.h"

namespace ceremony::cli {

class AnswersDesk final : public Desk {
 public:
  // `interruptions` must outlive the desk: a signal ends it before the next turn.
  AnswersDesk(Answers answers, Interruptions& interruptions)
      : answers_(std::move(answers)), interruptions_(interruptions) {}

  // Errors: kInsufficient, naming the step, where the file has no answer; kWrongState where a
  // signal came; what is wrong with a key file.
  base::Result<Said> hear(const client::StepView& step) override;
  void work_begins(const client::StepView& step) override;
  void work_ends() override {}
  void tell(const client::StepView& step, const client::StepOutcome& outcome) override;
  void tell_ticket(const std::string& words) override;
  void tell_noted(const std::string& sentence) override;

  // Errors: always; a file does not think better of it.
  base::Result<void> tell_refusal(const client::StepView& step, const base::Error& error) override;

 private:
  base::Result<void> answer(const client::StepView& step,
                            const client::Ask& ask,
                            client::Input& input) const;
  base::Result<void> answer_next_comer(const client::StepView& step, client::Input& input);
  [[nodiscard]] base::Result<base::SecretBytes> secret_for(const client::Ask& ask,
                                                           const std::string& text) const;

  Answers answers_;
  Interruptions& interruptions_;
  std::map<std::string, std::size_t> came_;  // step -> how many of its order have come
  std::string who_;                          // whose turn it is
  std::string told_step_;
};

}  // namespace ceremony::cli
