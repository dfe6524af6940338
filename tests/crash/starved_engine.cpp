// conclave-engine, whose memory is full at one allocation, or from it on.
//
// The file `allocation` of the working folder holds two numbers: which allocation fails, from 1,
// and how many from there on. The file `fate` says then how the engine ended: "code 70". What fails
// is malloc() and all that is made of it, in this program and in every library.
// Counted is from the moment when a ceremony is opened. Before that the engine shuts itself off, by
// libseccomp, which without memory crashes, goes round for ever, or leaves rules out (seen in
// 2.5.4); nothing has begun then, and a list with rules left out is not taken (sandbox.cpp).

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>

#include "base/calendar.h"
#include "ceremony/engine/run.h"
#include "ceremony/engine/session_handler.h"

namespace {

std::atomic<std::uint64_t> allocations = 0;
std::uint64_t first_failure = 0;  // 0: none
std::uint64_t failures = 0;
bool is_counting = false;

bool is_full() {
  if (!is_counting) {
    return false;
  }
  const std::uint64_t number = ++allocations;
  const bool fails =
      first_failure != 0 && number >= first_failure && number - first_failure < failures;
  if (fails) {
    errno = ENOMEM;
  }
  return fails;
}

}  // namespace

// NOLINTBEGIN: the C library's own names and forms
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  return is_full() ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return is_full() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  return is_full() ? nullptr : __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return is_full() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** made, std::size_t alignment, std::size_t size) {
  *made = is_full() ? nullptr : __libc_memalign(alignment, size);
  return *made == nullptr ? ENOMEM : 0;
}
}
// NOLINTEND

namespace {

constexpr int kCrashed = 99;
constexpr std::array kCrashes{SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// Safe in a signal handler.
void tell_fate(const char* kind, int number) {
  std::array<char, 64> line{};
  const int size = std::snprintf(line.data(), line.size(), "%s %d\n", kind, number);
  const int file = open("fate", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  static_cast<void>(write(file, line.data(), static_cast<std::size_t>(size)));
  close(file);
}

void crashed(int number) {
  tell_fate("signal", number);
  _exit(kCrashed);
}

class StarvedHandler final : public ceremony::engine::Handler {
 public:
  explicit StarvedHandler(const base::Clock& clock) : session_(clock) {}

  base::Result<std::optional<base::SecretBytes>> open(const ceremony::client::OpenRequest& request,
                                                      ceremony::client::RecordKeys keys) override {
    is_counting = true;
    return session_.open(request, std::move(keys));
  }
  base::Result<ceremony::client::StepView> current_step() override {
    return session_.current_step();
  }
  base::Result<ceremony::client::StepOutcome> perform(
      ceremony::client::Input input, const ceremony::engine::ProgressSink& progress) override {
    return session_.perform(std::move(input), progress);
  }
  base::Result<void> raise_exception(const ceremony::client::ExceptionSheet& sheet) override {
    return session_.raise_exception(sheet);
  }
  base::Result<ceremony::client::StepOutcome> pause(const std::string& reason) override {
    return session_.pause(reason);
  }
  base::Result<void> abort(const std::string& reason) override { return session_.abort(reason); }
  void close() override { session_.close(); }

 private:
  ceremony::engine::SessionHandler session_;
};

int serve(int argc, char** argv) {
  const base::SystemClock clock;
  StarvedHandler handler(clock);
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(ceremony::engine::run_engine(arguments, handler));
}

}  // namespace

int main(int argc, char** argv) {
  for (const int number : kCrashes) {
    std::signal(number, crashed);
  }
  std::ifstream("allocation") >> first_failure >> failures;
  const int code = serve(argc, argv);
  is_counting = false;
  tell_fate("code", code);
  _exit(code);
}
