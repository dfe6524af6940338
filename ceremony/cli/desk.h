// ceremony/cli/desk.h - whoever sits at a ceremony's machine: people at a terminal, or a file of
// answers.

#pragma once

#include <string>
#include <variant>

#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony::cli {

// Everybody leaves for a while; the reason goes to the journal.
struct PauseWish {
  std::string reason;
};

// The ceremony is given up; the reason goes to the journal.
struct AbortWish {
  std::string reason;
};

// What is said to the step that waits: what it asks for, or something else.
using Said = std::variant<client::Input, PauseWish, client::ExceptionSheet, AbortWish>;

class Desk {
 public:
  Desk() = default;
  virtual ~Desk() = default;
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // Shows the step, and hears what is said to it. Errors: nobody is there to answer any more; the
  // ceremony is left as it stands.
  virtual base::Result<Said> hear(const client::StepView& step) = 0;

  // Long work begins, and ends.
  virtual void work_begins(const client::StepView& step) = 0;
  virtual void work_ends() = 0;

  // What came of a turn; of a pause (its public note is the ticket); of an exception or abort.
  virtual void tell(const client::StepView& step, const client::StepOutcome& outcome) = 0;
  virtual void tell_ticket(const std::string& words) = 0;
  virtual void tell_noted(const std::string& sentence) = 0;

  // The engine refused what was said, and nothing was done. Errors: it is not tried again.
  virtual base::Result<void> tell_refusal(const client::StepView& step,
                                          const base::Error& error) = 0;
};

}  // namespace ceremony::cli
