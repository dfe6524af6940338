#include "base/machine.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

#include "base/posix_file.h"
#include "base/secret_bytes.h"

namespace base {

namespace {

constexpr std::size_t kMaxSystemFileBytes = std::size_t{64} * 1024;
// 2 GB, less what the firmware and the kernel keep for themselves.
constexpr std::uint64_t kMemoryNeededKilobytes = 1'800'000;

// Files below /proc and /sys have no size, so they are read until they end.
std::optional<std::string> system_file(const Surroundings& where, std::string_view path) {
  const std::filesystem::path whole = where.root / path;
  const FileDescriptor file(
      retry_interrupted([&] { return open(whole.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file.is_open()) {
    return std::nullopt;
  }
  Bytes bytes(kMaxSystemFileBytes);
  const std::ptrdiff_t count = read_up_to(file.number(), bytes);
  if (count < 0) {
    return std::nullopt;
  }
  return std::string(text_of(ByteView(bytes).first(static_cast<std::size_t>(count))));
}

bool exists(const Surroundings& where, std::string_view path) {
  std::error_code ignored;
  return std::filesystem::exists(where.root / path, ignored);
}

// Whether the kernel offers no such thing below /sys. Not so where it cannot be seen at all.
bool is_absent(const Surroundings& where, std::string_view path) {
  std::error_code error;
  return !std::filesystem::exists(where.root / path, error) && !error && exists(where, "sys/class");
}

// Names in a folder, sorted; nothing where it cannot be read.
std::optional<std::vector<std::string>> names_in(const Surroundings& where,
                                                 std::string_view folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(where.root / folder, error);
  std::vector<std::string> names;
  while (!error && entry != std::filesystem::directory_iterator()) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) {
      names.push_back(entry->path().filename().string());
    }
    entry.increment(error);
  }
  if (error) {
    return std::nullopt;
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Which rule, how bad, and about what.
struct About {
  std::string_view rule;
  Severity severity = Severity::kError;
  std::string field;
};

Finding found(const About& about, std::string message) {
  return Finding{.rule = std::string(about.rule),
                 .severity = about.severity,
                 .field = about.field,
                 .source = "Conclave DESIGN 10",
                 .message = std::move(message)};
}

Finding unreadable(const About& about) {
  return found(about,
               "/" + about.field +
                   " could not be read, so nobody can say whether this computer is safe. Start it "
                   "from the Conclave image.");
}

// In a container the kernel shows the container's own interfaces, and not the computer's. The two
// numbers are the kernel's for the first of their kind (PROC_PID_INIT_INO, PROC_USER_INIT_INO).
bool sees_the_whole_computer(const Surroundings& where) {
  std::error_code error;
  const auto processes = std::filesystem::read_symlink(where.root / "proc/self/ns/pid", error);
  const auto users = std::filesystem::read_symlink(where.root / "proc/self/ns/user", error);
  return processes == "pid:[4026531836]" && users == "user:[4026531837]";
}

MachineCheck network(const Surroundings& where) {
  constexpr std::string_view kRule = "network-interface";
  MachineCheck check{std::string(kRule), "There is no network interface.", {}};
  if (!sees_the_whole_computer(where)) {
    check.findings.push_back(
        found({kRule, Severity::kError, "proc/self/ns"},
              "This program runs in a container, or cannot see that it does not, so nobody can say "
              "whether this computer can reach a network. Start it outside of containers, or from "
              "the Conclave image."));
  }
  const auto names = names_in(where, "sys/class/net");
  if (!names) {
    check.findings.push_back(unreadable({kRule, Severity::kError, "sys/class/net"}));
    return check;
  }
  for (const std::string& name : *names) {
    if (name != "lo") {
      check.findings.push_back(found({kRule, Severity::kError, name},
                                     "This computer can reach a network: it has the interface " +
                                         in_quotes(name) +
                                         ". Take the card out, or start from the Conclave image, "
                                         "which has no network drivers."));
    }
  }
  return check;
}

MachineCheck radio(const Surroundings& where) {
  constexpr std::string_view kRule = "radio-device";
  MachineCheck check{std::string(kRule), "There is no Wi-Fi or Bluetooth device.", {}};
  for (const std::string_view folder : {"sys/class/ieee80211", "sys/class/bluetooth"}) {
    if (is_absent(where, folder)) {
      continue;  // a kernel without such drivers has no such folder
    }
    const auto names = names_in(where, folder);
    if (!names) {
      check.findings.push_back(unreadable({kRule, Severity::kError, std::string(folder)}));
      continue;
    }
    for (const std::string& name : *names) {
      check.findings.push_back(found({kRule, Severity::kError, name},
                                     "This computer has the radio device " + in_quotes(name) +
                                         ". Take it out or turn it off in the firmware."));
    }
  }
  return check;
}

MachineCheck swap(const Surroundings& where) {
  constexpr std::string_view kRule = "swap";
  MachineCheck check{std::string(kRule), "Swap is off.", {}};
  const auto table = system_file(where, "proc/swaps");
  if (!table || table->empty()) {
    check.findings.push_back(unreadable({kRule, Severity::kError, "proc/swaps"}));
    return check;
  }
  std::istringstream lines(*table);
  std::string line;
  std::getline(lines, line);  // the heading
  while (std::getline(lines, line)) {
    const std::string device = line.substr(0, line.find_first_of(" \t"));
    check.findings.push_back(found({kRule, Severity::kError, device},
                                   "This computer may write secrets to disk: swap is on (" +
                                       in_quotes(device) +
                                       "). Turn it off with \"swapoff -a\", or start from the "
                                       "Conclave image."));
  }
  return check;
}

MachineCheck core_dumps(const Surroundings& where) {
  constexpr std::string_view kRule = "core-dumps";
  MachineCheck check{std::string(kRule), "Core dumps are off.", {}};
  const auto text = system_file(where, "proc/sys/kernel/core_pattern");
  if (!text) {
    check.findings.push_back(unreadable({kRule, Severity::kError, "proc/sys/kernel/core_pattern"}));
    return check;
  }
  const std::string pattern = text->substr(0, text->find('\n'));
  // The kernel ignores the limit where the dump goes to a program. A pattern that is empty ends
  // dumps only where no number is put behind it: else they go to ".PID" (core(5)).
  const bool to_program = !pattern.empty() && pattern.front() == '|';
  const bool is_numbered = system_file(where, "proc/sys/kernel/core_uses_pid") != "0\n";
  const bool goes_nowhere = (pattern.empty() && !is_numbered) || pattern == "|/bin/false";
  if (!goes_nowhere && (to_program || where.core_limit_bytes != 0)) {
    check.findings.push_back(
        found({kRule, Severity::kError, pattern},
              "This computer may write secrets to disk: core dumps are on. Turn them off with "
              "\"sysctl kernel.core_pattern=|/bin/false\", or start from the Conclave image."));
  }
  return check;
}

MachineCheck locked_memory(const Surroundings& where) {
  constexpr std::string_view kRule = "locked-memory";
  MachineCheck check{std::string(kRule), "Secrets can be kept in locked memory.", {}};
  if (!where.can_lock) {
    check.findings.push_back(
        found({kRule, Severity::kError, "RLIMIT_MEMLOCK"},
              "This computer may write secrets to disk: it lets this program lock " +
                  std::to_string(where.locked_limit_bytes / 1024) + " KiB of memory, and " +
                  std::to_string(Surroundings::kLockedBytesNeeded / 1024) +
                  " KiB are needed. Raise the limit with \"ulimit -l\", or start from the "
                  "Conclave image."));
  }
  return check;
}

std::optional<std::uint64_t> total_kilobytes(std::string_view meminfo) {
  constexpr std::string_view kLabel = "MemTotal:";
  if (meminfo.substr(0, kLabel.size()) != kLabel) {
    return std::nullopt;
  }
  const std::size_t start = meminfo.find_first_not_of(' ', kLabel.size());
  if (start == std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* const end = meminfo.data() + meminfo.size();
  const auto outcome = std::from_chars(meminfo.data() + start, end, value);
  return outcome.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

MachineCheck memory(const Surroundings& where) {
  constexpr std::string_view kRule = "memory-size";
  MachineCheck check{std::string(kRule), "There is enough memory.", {}};
  const auto text = system_file(where, "proc/meminfo");
  const auto total = text ? total_kilobytes(*text) : std::nullopt;
  if (!total) {
    check.findings.push_back(unreadable({kRule, Severity::kError, "proc/meminfo"}));
  } else if (*total < kMemoryNeededKilobytes) {
    check.findings.push_back(
        found({kRule, Severity::kError, "MemTotal"},
              "This computer has " + std::to_string(*total / 1024) +
                  " MiB of memory, too little for the protection of the shares, which needs 2 GB. "
                  "Use another one."));
  }
  return check;
}

MachineCheck tracing(const Surroundings& where) {
  constexpr std::string_view kRule = "ptrace-scope";
  MachineCheck check{std::string(kRule), "Programs cannot look into each other's memory.", {}};
  const auto text = system_file(where, "proc/sys/kernel/yama/ptrace_scope");
  if (!text || text->empty() || text->front() < '1' || text->front() > '3') {
    check.findings.push_back(
        found({kRule, Severity::kWarning, "kernel.yama.ptrace_scope"},
              "Another program of the same user could read the memory of this one. Set \"sysctl "
              "kernel.yama.ptrace_scope=2\", or start from the Conclave image."));
  }
  return check;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream words{std::string(text)};
  return {std::istream_iterator<std::string>(words), {}};
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The kernel goes by the last of several, and takes none behind "--".
bool wipes_freed_memory(std::string_view command_line) {
  std::string last;
  for (const std::string& word : words_of(command_line)) {
    if (word == "--") {
      break;
    }
    last = word.rfind("init_on_free=", 0) == 0 ? word : last;
  }
  return last == "init_on_free=1";
}

MachineCheck wiping(const Surroundings& where) {
  constexpr std::string_view kRule = "wipe-freed-memory";
  MachineCheck check{std::string(kRule), "Freed memory is wiped.", {}};
  const auto text = system_file(where, "proc/cmdline");
  if (!text || !wipes_freed_memory(*text)) {
    check.findings.push_back(
        found({kRule, Severity::kWarning, "init_on_free"},
              "The system does not wipe memory that is freed, so what was deleted can be found "
              "again until the power is off. Start with init_on_free=1, or from the Conclave "
              "image."));
  }
  return check;
}

MachineCheck hibernation(const Surroundings& where) {
  constexpr std::string_view kRule = "hibernation";
  MachineCheck check{std::string(kRule), "The computer cannot hibernate.", {}};
  const auto state = system_file(where, "sys/power/state");
  if (!state && !is_absent(where, "sys/power/state")) {
    check.findings.push_back(unreadable({kRule, Severity::kWarning, "sys/power/state"}));
  } else if (state && contains(words_of(*state), "disk")) {
    check.findings.push_back(
        found({kRule, Severity::kWarning, "sys/power/state"},
              "This computer can hibernate, which writes its whole memory to disk. Start with "
              "nohibernate, or from the Conclave image."));
  }
  return check;
}

MachineCheck virtual_machine(const Surroundings& where) {
  constexpr std::string_view kRule = "virtual-machine";
  MachineCheck check{std::string(kRule), "The computer is no virtual machine.", {}};
  const auto text = system_file(where, "proc/cpuinfo");
  // Processors other than those of PCs have no "flags", and no mark of a virtual machine in it.
  const bool has_flags = text && contains(words_of(*text), "flags");
  if (!has_flags || contains(words_of(*text), "hypervisor") ||
      exists(where, "sys/hypervisor/type")) {
    check.findings.push_back(
        found({kRule, Severity::kWarning, "proc/cpuinfo"},
              "This is a virtual machine, or cannot be told from one: whoever runs it can read "
              "every secret in it. Use a computer of its own."));
  }
  return check;
}

MachineCheck hardware_random(const Surroundings& where) {
  constexpr std::string_view kRule = "hardware-random";
  MachineCheck check{std::string(kRule), "There is a hardware source of randomness.", {}};
  if (!exists(where, "dev/hwrng")) {
    check.findings.push_back(
        found({kRule, Severity::kNotice, "dev/hwrng"},
              "There is no hardware source of randomness; the kernel's own is used. Mix in dice "
              "where the plan asks for it."));
  }
  return check;
}

MachineCheck clock(const Surroundings& where) {
  constexpr std::string_view kRule = "clock";
  MachineCheck check{std::string(kRule), "The clock is not behind this software.", {}};
  if (where.now < start_of(kSourceDate)) {
    check.findings.push_back(
        found({kRule, Severity::kError, format_utc_time(where.now)},
              "The clock shows " + format_utc_time(where.now) +
                  ", before this software was made, so it is wrong. Set it to UTC by two "
                  "watches."));
  }
  return check;
}

MachineCheck user(const Surroundings& where) {
  constexpr std::string_view kRule = "user";
  MachineCheck check{std::string(kRule), "This program does not run as root.", {}};
  if (where.is_root) {
    check.findings.push_back(found({kRule, Severity::kNotice, "uid"},
                                   "This program runs as root, which it does not need. Start it "
                                   "as an ordinary user."));
  }
  return check;
}

// RLIM_INFINITY where it cannot be read: the checks then assume the worse.
template <typename Resource>
std::uint64_t soft_limit(Resource resource) {
  rlimit limit{};
  return getrlimit(resource, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace

Surroundings Surroundings::of_this_process() {
  return Surroundings{.root = "/",
                      .core_limit_bytes = soft_limit(RLIMIT_CORE),
                      .locked_limit_bytes = soft_limit(RLIMIT_MEMLOCK),
                      .can_lock = can_lock_memory(kLockedBytesNeeded),
                      .is_root = geteuid() == 0,
                      .now = SystemClock().now()};
}

std::vector<MachineCheck> check_machine(const Surroundings& surroundings) {
  return {network(surroundings),
          radio(surroundings),
          swap(surroundings),
          core_dumps(surroundings),
          locked_memory(surroundings),
          memory(surroundings),
          clock(surroundings),
          tracing(surroundings),
          wiping(surroundings),
          hibernation(surroundings),
          virtual_machine(surroundings),
          hardware_random(surroundings),
          user(surroundings)};
}

bool is_fit_for_production(const std::vector<MachineCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const MachineCheck& check) {
    return std::none_of(check.findings.begin(), check.findings.end(), [](const Finding& finding) {
      return finding.severity == Severity::kError;
    });
  });
}

}  // namespace base
