#include "ceremony/cli/foreign_program.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/posix_file.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;
using Clock = std::chrono::steady_clock;

Error trouble(std::string what) {
  return Error{ErrorCode::kDeviceFailure, std::move(what)};
}

std::string search_path() {
  const char* const path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): one thread here
  return path == nullptr ? "" : path;
}

// A file in memory with those bytes, to be read from its beginning.
FileDescriptor file_with(std::string_view input) {
  FileDescriptor file(::memfd_create("conclave-input", MFD_CLOEXEC));
  if (!file.is_open() || base::write_all(file.number(), base::bytes_of(input)) != 0 ||
      ::lseek(file.number(), 0, SEEK_SET) != 0) {
    return {};
  }
  return file;
}

// What is done in the child before the program runs.
class ChildSetting {
 public:
  ChildSetting() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~ChildSetting() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  ChildSetting(const ChildSetting&) = delete;
  ChildSetting& operator=(const ChildSetting&) = delete;

  // False where there is no memory left.
  [[nodiscard]] bool prepare(const FileDescriptor& input, const FileDescriptor& output) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawn_file_actions_adddup2(&actions_, input.number(), STDIN_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(&actions_, output.number(), STDOUT_FILENO) == 0 &&
           posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0) ==
               0 &&
           posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1) == 0 &&
           posix_spawnattr_setsigmask(&attributes_, &none) == 0 &&
           posix_spawnattr_setsigdefault(&attributes_, &all) == 0 &&
           posix_spawnattr_setpgroup(&attributes_, 0) == 0 &&
           posix_spawnattr_setflags(
               &attributes_,
               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) == 0;
  }

  // The number of the process, or -1.
  [[nodiscard]] pid_t start(const ProgramCall& call) const {
    std::vector<std::string> words{call.program.native()};
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    std::string path = "PATH=" + search_path();
    std::string language = "LANG=C.UTF-8";
    std::array<char*, 3> environment{path.data(), language.data(), nullptr};
    pid_t child = -1;
    const int failed = posix_spawn(
        &child, call.program.c_str(), &actions_, &attributes_, pointers.data(), environment.data());
    return failed == 0 ? child : -1;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// A process that was started, and its whole group: gone when this goes.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  ~Child() {
    if (id_ > 0) {
      ::kill(-id_, SIGKILL);
      base::retry_interrupted([&] { return ::waitpid(id_, nullptr, 0); });
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // How it ended, once it has closed its output.
  Result<void> end_before(Clock::time_point deadline) {
    int status = 0;
    while (::waitpid(id_, &status, WNOHANG) == 0) {
      if (Clock::now() >= deadline) {
        return trouble("did not end in time and was stopped");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    id_ = -1;
    if (WIFSIGNALED(status)) {
      return trouble("crashed (signal " + std::to_string(WTERMSIG(status)) + ")");
    }
    return WEXITSTATUS(status) == 0
               ? Result<void>()
               : trouble("failed (exit code " + std::to_string(WEXITSTATUS(status)) + ")");
  }

 private:
  pid_t id_;
};

// Everything until the other end is closed.
Result<std::string> read_output(const FileDescriptor& pipe,
                                Clock::time_point deadline,
                                std::size_t most) {
  std::string output;
  std::array<char, 65536> buffer{};
  while (output.size() <= most) {
    // Rounded up: who is told that the time is over may look at the clock.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{.fd = pipe.number(), .events = POLLIN, .revents = 0};
    const int polled = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left));
    if (polled < 0 && errno == EINTR) {
      continue;
    }
    if (polled <= 0) {
      return trouble("did not end in time and was stopped");
    }
    const ssize_t count = base::retry_interrupted(
        [&] { return ::read(pipe.number(), buffer.data(), buffer.size()); });
    if (count <= 0) {
      return output;
    }
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return trouble("wrote more than anybody would read and was stopped");
}

}  // namespace

std::optional<std::filesystem::path> find_program(std::string_view name) {
  std::istringstream path(search_path());
  for (std::string part; std::getline(path, part, ':');) {
    const std::filesystem::path folder(part);
    std::filesystem::path program = folder / name;
    std::error_code unknown;
    if (folder.is_absolute() && std::filesystem::is_regular_file(program, unknown) &&
        ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return std::nullopt;
}

Result<std::string> run_program(const ProgramCall& call) {
  const FileDescriptor input = file_with(call.input);
  std::array<int, 2> ends{-1, -1};
  if (!input.is_open() || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return trouble("could not be started: this computer has no room for another program");
  }
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  ChildSetting setting;
  const pid_t id = setting.prepare(input, writing) ? setting.start(call) : -1;
  if (id < 0) {
    return trouble("could not be started");
  }
  Child child(id);
  writing = FileDescriptor();  // so that the end of its output is seen
  const Clock::time_point deadline = Clock::now() + call.limit;
  Result<std::string> output = read_output(reading, deadline, call.most_output);
  if (!output) {
    return output;
  }
  if (const Result<void> end = child.end_before(deadline); !end) {
    return end.error();
  }
  return output;
}

}  // namespace ceremony::cli
