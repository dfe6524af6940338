// base/machine.h - whether this computer is fit for PRODUCTION: what in it may leak a key.
//
// Source: DESIGN section 10, reference faults 45 and 47. A file that cannot be read is never taken
// as good news. What was found is named, with what to do.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/finding.h"

namespace base {

// No clock of a working machine shows less: the sources are of this day.
constexpr Date kSourceDate{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{1}};

// What the checks look at. Tests plant their own /proc and /sys below `root`.
struct Surroundings {
  std::filesystem::path root = "/";
  std::uint64_t core_limit_bytes = 0;    // RLIMIT_CORE, soft
  std::uint64_t locked_limit_bytes = 0;  // RLIMIT_MEMLOCK, soft
  bool can_lock = false;                 // kLockedBytesNeeded were really locked, as a probe
  bool is_root = false;
  UtcTime now{};

  static constexpr std::uint64_t kLockedBytesNeeded = std::uint64_t{4} * 1024 * 1024;

  // Those of this process on this computer, now.
  static Surroundings of_this_process();
};

// One check. No findings: passed, and `passed` says what that means.
struct MachineCheck {
  std::string rule;    // "network-interface"
  std::string passed;  // "There is no network interface."
  Findings findings;
};

// All checks, always the same ones in the same order.
[[nodiscard]] std::vector<MachineCheck> check_machine(const Surroundings& surroundings);

// True where no check found an error. Warnings are for people to decide on.
[[nodiscard]] bool is_fit_for_production(const std::vector<MachineCheck>& checks);

}  // namespace base
