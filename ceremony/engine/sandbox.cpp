#include "ceremony/engine/sandbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <memory>
#include <optional>
#include <sched.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <seccomp.h>

#include "base/machine.h"
#include "base/posix_file.h"
#include "base/secret_bytes.h"
#include "ceremony/engine/call_lists.h"

namespace ceremony::engine {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr mode_t kFileModeMask = 022;

Error not_confined() {
  return Error{ErrorCode::kDeviceFailure,
               "This computer cannot shut the ceremony engine off from the network and other "
               "programs (seccomp). Use another one."};
}

// Without this, the first file that is opened could get the number that a library complains to.
bool standard_files_open() {
  for (int number = 0; number <= STDERR_FILENO; ++number) {
    // open() takes the lowest free number, which is this one: all below are open by now.
    if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) != number) {
      return false;
    }
  }
  return true;
}

struct ContextRelease {
  void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, ContextRelease>;

using Program = std::vector<sock_filter>;

// One filter being built; remembers whether every rule was taken.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {}

  void rules(std::uint32_t action, std::span<const char* const> names) {
    for (const char* const name : names) {
      rule(action, name, {});
    }
  }

  // Calls that this machine's architecture or libseccomp does not know need no rule.
  void rule(std::uint32_t action, const char* name, std::vector<scmp_arg_cmp> arguments) {
    const int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR || !ok_) {
      return;
    }
    ok_ = seccomp_rule_add_array(context_.get(),
                                 action,
                                 call,
                                 static_cast<unsigned>(arguments.size()),
                                 arguments.data()) == 0;
  }

  [[nodiscard]] bool usable() const { return context_ != nullptr; }

  // As the kernel takes it: instructions of 8 bytes. Nothing where it could not be made.
  [[nodiscard]] std::optional<Program> program() {
    const base::FileDescriptor file(memfd_create("filter", MFD_CLOEXEC));
    // A call in another architecture's numbering (int 0x80) would pass by the lists.
    const bool is_written =
        ok_ && file.is_open() &&
        seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
        seccomp_export_bpf(context_.get(), file.number()) == 0;
    const off_t size = is_written ? lseek(file.number(), 0, SEEK_END) : 0;
    Program made(static_cast<std::size_t>(size) / sizeof(sock_filter));
    const bool is_read =
        size > 0 && pread(file.number(), made.data(), made.size() * sizeof(sock_filter), 0) == size;
    return is_read ? std::optional<Program>(std::move(made)) : std::nullopt;
  }

 private:
  Context context_;
  bool ok_ = true;
};

scmp_arg_cmp argument_is(unsigned number, std::uint64_t value) {
  return {number, SCMP_CMP_EQ, value, 0};
}

// Threads yes, processes no. The flags are the first argument on every architecture that we ship.
void allow_threads(Filter& filter) {
  constexpr std::uint64_t kThread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;
  filter.rule(SCMP_ACT_ALLOW, "clone", {{0, SCMP_CMP_MASKED_EQ, kThread, kThread}});
  filter.rule(SCMP_ACT_ERRNO(EPERM), "clone", {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0}});
}

// send() on the socket that is connected; no address, so no other destination.
void allow_answers(Filter& filter) {
  filter.rule(SCMP_ACT_ALLOW, "sendto", {argument_is(4, 0)});
  filter.rule(SCMP_ACT_ERRNO(EPERM), "sendto", {{4, SCMP_CMP_NE, 0, 0}});
}

// abort() and raise() signal the process itself; there is no other that it may signal.
void allow_signals_to_itself(Filter& filter) {
  const auto self = static_cast<std::uint64_t>(getpid());
  filter.rule(SCMP_ACT_ALLOW, "tgkill", {argument_is(0, self)});
}

// Its own limits, named as 0 or by number.
void allow_limits_of_itself(Filter& filter) {
  filter.rule(SCMP_ACT_ALLOW, "prlimit64", {argument_is(0, 0)});
  filter.rule(SCMP_ACT_ALLOW, "prlimit64", {argument_is(0, static_cast<std::uint64_t>(getpid()))});
  filter.rule(SCMP_ACT_ALLOW, "setrlimit", {});
}

// Nothing that gives back what prepare_process() took; no terminal can be typed into (TIOCSTI).
void allow_some_controls(Filter& filter) {
  constexpr std::array kControls{PR_SET_NAME,
                                 PR_GET_NAME,
                                 PR_GET_DUMPABLE,
                                 PR_GET_NO_NEW_PRIVS,
                                 PR_GET_SECCOMP,
                                 PR_CAPBSET_READ,
                                 PR_SET_NO_NEW_PRIVS,
                                 PR_SET_VMA};
  for (const int control : kControls) {
    filter.rule(SCMP_ACT_ALLOW, "prctl", {argument_is(0, static_cast<std::uint64_t>(control))});
  }
  filter.rule(SCMP_ACT_ALLOW, "prctl", {argument_is(0, PR_SET_DUMPABLE), argument_is(1, 0)});
  constexpr std::array<std::uint64_t, 5> kRequests{TCGETS, TIOCGWINSZ, FIONREAD, FIOCLEX, FIONBIO};
  for (const auto request : kRequests) {
    filter.rule(SCMP_ACT_ALLOW, "ioctl", {argument_is(1, request)});
  }
}

// Without memory libseccomp 2.5 leaves rules out and says nothing, so a program counts only when it
// comes out the same twice.
std::optional<Program> lists_as_program() {
  Filter filter;
  if (!filter.usable()) {
    return std::nullopt;
  }
  filter.rules(SCMP_ACT_ALLOW, kAllowed);
  filter.rules(SCMP_ACT_ERRNO(EPERM), kRefused);
  filter.rules(SCMP_ACT_KILL_PROCESS, kKilled);
  allow_threads(filter);
  allow_answers(filter);
  allow_signals_to_itself(filter);
  allow_limits_of_itself(filter);
  allow_some_controls(filter);
  return filter.program();
}

bool are_same(const Program& one, const Program& other) {
  return std::ranges::equal(one, other, [](const sock_filter& a, const sock_filter& b) {
    return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
  });
}

// For all threads, without another allocation.
bool load(Program& program) {
  const sock_fprog taken{.len = static_cast<unsigned short>(program.size()),
                         .filter = program.data()};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &taken) == 0;
}

}  // namespace

Result<void> prepare_process(int socket) {
  const auto first = static_cast<unsigned>(STDERR_FILENO) + 1;
  const auto ours = static_cast<unsigned>(socket);
  const bool below_closed = ours == first || close_range(first, ours - 1, 0) == 0;
  if (!standard_files_open() || !below_closed || close_range(ours + 1, ~0U, 0) != 0) {
    return Error{ErrorCode::kDeviceFailure,
                 "The ceremony engine could not close the files that others had open. Use another "
                 "computer."};
  }
  Result<void> memory = base::require_secret_memory(base::Surroundings::kLockedBytesNeeded);
  if (!memory) {
    return memory;
  }
  umask(kFileModeMask);
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    return not_confined();
  }
  return {};
}

Result<void> confine() {
  std::optional<Program> program = lists_as_program();
  const std::optional<Program> again = lists_as_program();
  if (!program || !again || !are_same(*program, *again) ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !load(*program)) {
    return not_confined();
  }
  return {};
}

}  // namespace ceremony::engine
