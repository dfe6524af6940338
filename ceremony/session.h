// ceremony/session.h - one ceremony, from its plan to its seal: the only class that the command
// line and the desktop talk to (through ceremony/client).
//
// State is a fold over the journal. `begin` is on disk before a step acts, `complete` before the
// next step is shown. Secrets are held only in memory and never kept for a resume.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/calendar.h"
#include "base/machine.h"
#include "base/medium_space.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/client/messages.h"

namespace ceremony {

using ExceptionSheet = client::ExceptionSheet;
class Progress;
struct Plan;

// What a session sees of the computer that it runs on. Tests bring another one.
struct World {
  const base::Clock* clock = nullptr;
  base::Surroundings (*surroundings)() = base::Surroundings::of_this_process;
  base::Result<base::MediumSpace> (*space_on)(const std::filesystem::path&) = base::space_on;
};

// Where the journal of the plan's ceremony lies in that room, once it has begun.
std::filesystem::path journal_path(const client::OpenRequest& room, const Plan& plan);

class Session {
 public:
  // Opens a ceremony that has not begun, or goes on with one whose journal stands (after a pause,
  // a crash, or where a step asked for a fresh engine; in PRODUCTION with one of the keys).
  // `world.clock` must outlive the session.
  // Errors: kMalformed, kInconsistent, kRefusedByPolicy: the plan, script, room or, in PRODUCTION,
  // the machine is not fit, or a medium takes no more, and nothing was written.
  static base::Result<Session> open(const client::OpenRequest& request,
                                    const World& world,
                                    const client::RecordKeys& keys = {});

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

  // Wipes every secret; whoever goes on begins with the steps of the block "resume". Gives what the
  // resume ticket says: the words of the journal's head. `reason` goes to the journal only.
  base::Result<client::StepOutcome> pause(const std::string& reason);

  // Gives the ceremony up: secrets wiped, and from here the steps of the block "abort" wait to be
  // done, which close, sign and chain the record like any other. `reason` goes to the journal only.
  base::Result<void> abort(const std::string& reason);

  // The key of the journal (32 bytes) in PRODUCTION, else none.
  [[nodiscard]] base::Result<std::optional<base::SecretBytes>> journal_key() const;

  // The state that this session has come to; a replay of its journal gives the same.
  [[nodiscard]] const Progress& progress() const;

  // Wipes every secret. The journal stays as it is: an unfinished ceremony can be opened again.
  void close();

 private:
  struct Body;
  explicit Session(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace ceremony
