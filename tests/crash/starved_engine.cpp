// conclave-engine, whose memory is full at one allocation, or from it on.
//
// The file `allocation` of the working folder holds two numbers: which allocation fails, from 1,
// and how many from there on. The file `fate` says then how the engine ended, and how many
// allocations there were: "code 70, 12345 allocations". What fails is malloc() and all that is made
// of it, in this program and in every library.

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <span>
#include <unistd.h>

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

int serve(int argc, char** argv) {
  const base::SystemClock clock;
  ceremony::engine::SessionHandler handler(clock);
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(ceremony::engine::run_engine(arguments, handler));
}

}  // namespace

int main(int argc, char** argv) {
  for (const int number : kCrashes) {
    std::signal(number, crashed);
  }
  std::ifstream("allocation") >> first_failure >> failures;
  is_counting = true;
  const int code = serve(argc, argv);
  is_counting = false;
  tell_fate("code", code);
  _exit(code);
}
