#include "base/lock_holder.h"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace base {

namespace {

// "fe:00:131087", as /proc/locks has it.
std::optional<std::string> place_of(int file) {
  struct stat about {};
  if (fstat(file, &about) != 0) {
    return std::nullopt;
  }
  const auto in_hex = [](unsigned number) {
    std::ostringstream text;
    text << std::hex << std::setw(2) << std::setfill('0') << number;
    return text.str();
  };
  return in_hex(major(about.st_dev)) + ":" + in_hex(minor(about.st_dev)) + ":" +
         std::to_string(about.st_ino);
}

// A line is "1: FLOCK  ADVISORY  WRITE 708 fe:00:131087 0 EOF"; who waits has "->" for a type.
std::optional<long> holder_of(const std::string& place) {
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string type;
    std::string strength;
    std::string access;
    std::string there;
    long process = 0;
    words >> number >> type >> strength >> access >> process >> there;
    if (words && type == "FLOCK" && there == place && process > 0) {
      return process;
    }
  }
  return std::nullopt;
}

// In clock ticks since the boot. The second field is the program's name in brackets, and may hold
// anything.
std::optional<std::int64_t> start_in_ticks(long process) {
  constexpr int kFieldsBetween = 19;  // the fields 3 to 21
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream words(text.substr(bracket + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBetween; ++i) {
    words >> skipped;
  }
  std::int64_t ticks = 0;
  words >> ticks;
  return words ? std::optional(ticks) : std::nullopt;
}

std::optional<std::int64_t> boot_in_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  std::int64_t seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) {
      return seconds;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<UtcTime> start_of_lock_holder(int file) {
  const auto place = place_of(file);
  const auto holder = place ? holder_of(*place) : std::nullopt;
  const auto ticks = holder ? start_in_ticks(*holder) : std::nullopt;
  const auto boot = boot_in_seconds();
  const long ticks_per_second = sysconf(_SC_CLK_TCK);
  if (!ticks || !boot || ticks_per_second <= 0) {
    return std::nullopt;
  }
  return UtcTime(std::chrono::seconds(*boot + *ticks / ticks_per_second));
}

}  // namespace base
