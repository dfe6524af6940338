#include "ceremony/client/engine_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <utility>

namespace ceremony::client {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kSocketOfEngine = 3;  // the first number behind the standard three

// What is done in the child before the program runs. posix_spawn's own types need a matching end.
class Preparation {
 public:
  Preparation() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~Preparation() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  // False where there is no memory left.
  [[nodiscard]] bool files(int socket) {
    // dup2 first: it may need the number that is closed or opened next.
    return posix_spawn_file_actions_adddup2(&actions_, socket, kSocketOfEngine) == 0 &&
           posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0) == 0 &&
           posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(&actions_, kSocketOfEngine + 1) == 0;
  }

  // Whatever the caller blocks or ignores, the engine hears its signals.
  [[nodiscard]] bool signals() {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawnattr_setsigmask(&attributes_, &none) == 0 &&
           posix_spawnattr_setsigdefault(&attributes_, &all) == 0 &&
           posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) ==
               0;
  }

  [[nodiscard]] int spawn(const std::filesystem::path& program, pid_t& id) const {
    std::string name = program.native();
    std::string socket = std::to_string(kSocketOfEngine);
    std::string language = "LANG=C.UTF-8";
    std::array<char*, 3> arguments{name.data(), socket.data(), nullptr};
    std::array<char*, 2> environment{language.data(), nullptr};
    return posix_spawn(
        &id, name.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

Error not_started() {
  return Error{ErrorCode::kDeviceFailure,
               "The ceremony engine could not be started: this computer has no room for another "
               "program. Close what is open, and try again."};
}

}  // namespace

Result<EngineProcess::Started> EngineProcess::start(const std::filesystem::path& program) {
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return not_started();
  }
  base::FileDescriptor ours(pair.at(0));
  const base::FileDescriptor theirs(pair.at(1));
  Preparation preparation;
  if (!preparation.files(theirs.number()) || !preparation.signals()) {
    return not_started();
  }
  pid_t id = -1;
  const int refusal = preparation.spawn(program, id);
  if (refusal == ENOENT || refusal == EACCES || refusal == ENOTDIR) {
    return Error{ErrorCode::kNotFound,
                 "The ceremony engine is not there or may not be run. Install Conclave again."};
  }
  if (refusal != 0) {
    return not_started();
  }
  return Started{EngineProcess(id), std::move(ours)};
}

EngineProcess::EngineProcess(EngineProcess&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

EngineProcess& EngineProcess::operator=(EngineProcess&& other) noexcept {
  if (this != &other) {
    kill_and_reap();
    id_ = std::exchange(other.id_, -1);
  }
  return *this;
}

EngineProcess::~EngineProcess() {
  kill_and_reap();
}

void EngineProcess::kill_and_reap() {
  const pid_t id = std::exchange(id_, -1);
  if (id > 0) {
    kill(id, SIGKILL);  // a process that ended by itself keeps its number until it is reaped
    base::retry_interrupted([&] { return waitpid(id, nullptr, 0); });
  }
}

}  // namespace ceremony::client
