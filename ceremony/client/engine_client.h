// ceremony/client/engine_client.h - a ceremony's engine as its client sees it: start, open, current
// step, perform, exception, abort, close.
//
// The engine is a process of its own, which holds the session, the token and every secret, and ends
// with its ceremony. Where it dies, nothing that was recorded is lost: start another one, and open
// the ceremony again. Source of the split: OpenSSH's privilege separation (README.privsep).

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "ceremony/client/codec.h"
#include "ceremony/client/engine_process.h"
#include "ceremony/client/messages.h"
#include "ceremony/client/wire.h"

namespace ceremony::client {

// The program conclave-engine beside the running program (bin/, in the build folder and after an
// install alike). Errors: kNotFound.
base::Result<std::filesystem::path> find_engine_program();

// One engine. Move-only; one thread at a time. Every call waits for the engine's answer, which may
// take minutes (Argon2id, RSA keys): call it from a thread that may wait.
//
// Errors of every call: what the session refused, as it said it; kDeviceFailure where the engine
// ended or answered nonsense, and from then on for every further call.
class EngineClient {
 public:
  using ProgressCallback = std::function<void(const ProgressNote&)>;

  // Starts `engine_program` and waits until it says that it stands. Errors: kNotFound;
  // kDeviceFailure where it cannot be run, or may not hold secrets on this computer.
  static base::Result<EngineClient> start(const std::filesystem::path& engine_program);

  EngineClient(EngineClient&& other) noexcept;
  EngineClient& operator=(EngineClient&& other) noexcept;
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  // Lets the engine end by itself (it wipes its secrets and its token when we are gone), and kills
  // it after a grace time of some seconds.
  ~EngineClient();

  // `callback` is called while a call waits, in the thread of that call.
  void on_progress(ProgressCallback callback) { callback_ = std::move(callback); }

  // Opens a ceremony, or goes on with one. In PRODUCTION the key of its journal comes back, for the
  // resume ticket and for the next engine; else none. `keys` are wiped here before this returns.
  base::Result<std::optional<base::SecretBytes>> open(const OpenRequest& request,
                                                      RecordKeys keys = {});
  base::Result<StepView> current_step();

  // The secrets are wiped here before this returns; the engine wipes its own.
  // Errors: kInvalidArgument where the input is too long or not UTF-8; the engine saw nothing.
  base::Result<StepOutcome> perform(Input input);
  base::Result<void> raise_exception(const ExceptionSheet& sheet);

  // Wipes what the ceremony holds and notes the pause. The outcome's public note is the ticket: the
  // words that whoever goes on compares. After that only close() is possible.
  base::Result<StepOutcome> pause(const std::string& reason);

  // From here the steps that close an aborted ceremony wait to be done.
  base::Result<void> abort(const std::string& reason);

  // Ends the engine, and waits until it is gone. After that only start() helps.
  base::Result<void> close();

  [[nodiscard]] pid_t process_id() const { return process_.id(); }

 private:
  explicit EngineClient(EngineProcess::Started started);

  base::Result<Reply> ask(const Request& request);
  base::Result<void> send(const Request& request);
  base::Result<Reply> receive_reply();
  base::Result<void> ask_for_done(const Request& request);
  template <typename Answer>
  base::Result<Answer> ask_for(const Request& request);
  base::Result<std::optional<base::SecretBytes>> receive_journal_key();
  void show(const std::string& progress) const;
  base::Error lose(base::Error why);
  void let_end();

  EngineProcess process_;
  std::optional<Channel> channel_;  // none: the engine is gone
  ProgressCallback callback_;
};

}  // namespace ceremony::client
