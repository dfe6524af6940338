// ceremony/session.h - one ceremony, from its plan to its seal: the only class that the command
// line and the desktop talk to (through ceremony/client).
//
// State is a fold over the journal. `begin` is on disk before a step acts, `complete` before the
// next step is shown. Secrets are held only in memory and never kept for a resume.

#pragma once

#include <memory>
#include <string>

#include "base/calendar.h"
#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony {

using ExceptionSheet = client::ExceptionSheet;

class Session {
 public:
  // Opens a ceremony that has not begun, or goes on with one whose journal stands (after a pause,
  // a crash, or where a step asked for a fresh engine). `clock` must outlive the session.
  // Errors: kMalformed, kInconsistent, kRefusedByPolicy: the plan, script or room is not fit, and
  // nothing was written.
  static base::Result<Session> open(const client::OpenRequest& request, const base::Clock& clock);

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // Errors: kWrongState when the ceremony is closed or aborted.
  [[nodiscard]] base::Result<client::StepView> current_step() const;

  // Does the current step, or its next turn. After an error the step stands as before and can be
  // tried again; the refusal is in the journal.
  base::Result<client::StepOutcome> perform(client::Input input);

  // Writes an exception sheet; the step in progress is left undone and is to be begun again.
  base::Result<void> raise_exception(const ExceptionSheet& sheet);

  // Gives the ceremony up: secrets wiped, the record says why, and is closed and chained like any
  // other. `reason` goes to the journal only.
  base::Result<void> abort(const std::string& reason);

  // Wipes every secret. The journal stays as it is: an unfinished ceremony can be opened again.
  void close();

 private:
  struct Body;
  explicit Session(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace ceremony
