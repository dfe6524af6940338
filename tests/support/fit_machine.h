// tests/support/fit_machine.h - a computer without fault, planted below a folder of its own.

#pragma once

#include <filesystem>
#include <string_view>

#include "base/calendar.h"
#include "base/machine.h"
#include "support/temporary_folder.h"

namespace support {

// What it looks like from inside, and ways to spoil it.
class FitMachine {
 public:
  FitMachine() {
    std::filesystem::create_directories(folder_ / "sys/class/net/lo");
    std::filesystem::create_directories(folder_ / "proc/self/ns");
    links("proc/self/ns/pid", "pid:[4026531836]");
    links("proc/self/ns/user", "user:[4026531837]");
    plant(folder_ / "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    plant(folder_ / "proc/sys/kernel/core_pattern", "|/bin/false\n");
    plant(folder_ / "proc/sys/kernel/core_uses_pid", "0\n");
    plant(folder_ / "proc/meminfo", "MemTotal:        2014280 kB\nMemFree:         1000000 kB\n");
    plant(folder_ / "proc/sys/kernel/yama/ptrace_scope", "2\n");
    plant(folder_ / "proc/cmdline", "boot=live init_on_free=1 init_on_alloc=1 quiet\n");
    plant(folder_ / "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2 aes\n");
    plant(folder_ / "sys/power/state", "freeze mem\n");
    plant(folder_ / "dev/hwrng", "");
    around.root = folder_.path();
    around.locked_limit_bytes = std::uint64_t{8} * 1024 * 1024;
    around.can_lock = true;
    around.now = base::start_of(base::kSourceDate);
  }

  void has(std::string_view path, std::string_view content) { plant(folder_ / path, content); }
  void lacks(std::string_view path) { std::filesystem::remove_all(folder_ / path); }
  void links(std::string_view path, std::string_view target) {
    lacks(path);
    std::filesystem::create_symlink(target, folder_ / path);
  }
  void has_folder(std::string_view path) { std::filesystem::create_directories(folder_ / path); }

  base::Surroundings around;

 private:
  TemporaryFolder folder_;
};

}  // namespace support
