// ceremony/client/engine_process.h - the engine's process: started clean, never left behind.

#pragma once

#include <filesystem>
#include <sys/types.h>

#include "base/posix_file.h"
#include "base/result.h"

namespace ceremony::client {

// A running engine. Whoever drops this ends it: killed and reaped, no orphan and no zombie.
class EngineProcess {
 public:
  // The process, and our end of its socket.
  struct Started;

  // Runs `program` with the number of its socket as the only argument. It gets an environment of
  // one variable (LANG), /dev/null for its standard input and output, our standard error, no other
  // descriptor, and default signals. posix_spawn() and not fork(): the child never has a copy of
  // our pages, and this works while other threads run.
  // Errors: kNotFound where there is no such program; kDeviceFailure.
  static base::Result<Started> start(const std::filesystem::path& program);

  EngineProcess(EngineProcess&& other) noexcept;
  EngineProcess& operator=(EngineProcess&& other) noexcept;
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;
  ~EngineProcess();

  // Kills it where it still runs, and waits until it is gone. May be called twice.
  void kill_and_reap();

  [[nodiscard]] pid_t id() const { return id_; }

 private:
  explicit EngineProcess(pid_t id) : id_(id) {}

  pid_t id_ = -1;
};

struct EngineProcess::Started {
  EngineProcess process;
  base::FileDescriptor socket;
};

}  // namespace ceremony::client
