#include "support/ca_memory_scan.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace support {

namespace {

constexpr std::uint8_t kMask = 0xa7;
constexpr std::size_t kWindow = std::size_t{1} << 20;
constexpr std::size_t kLongest = 1024;
constexpr std::size_t kPage = 4096;

using Region = MaskedNeedle::Region;

std::vector<Region> regions() {
  constexpr std::string_view kFlags = "VmFlags: ";
  std::vector<Region> found;
  bool is_counted = false;
  std::ifstream maps("/proc/self/smaps");
  for (std::string line; std::getline(maps, line);) {
    if (is_counted && line.starts_with(kFlags)) {
      found.back().is_locked = line.find(" lo ") != std::string::npos;
    }
    if (line.empty() || (line.front() >= 'A' && line.front() <= 'Z')) {
      continue;  // about the region before
    }
    std::istringstream words(line);
    Region region;
    char dash = '\0';
    std::string access;
    words >> std::hex >> region.begin >> dash >> region.end >> access;
    if (!words || access.size() != 4) {
      std::abort();  // as below
    }
    // A file that is mapped and not writable holds what is on disk, and nothing else.
    const bool only_file = access[1] != 'w' && line.find('/') != std::string::npos;
    const bool of_kernel = line.find("[v") != std::string::npos;
    is_counted = !only_file && !of_kernel;
    if (is_counted) {
      found.push_back(region);
    }
  }
  return found;
}

// The region without the window itself: what was read before lies in that.
std::vector<Region> without(const Region& region, std::span<const std::uint8_t> window) {
  const auto begin = reinterpret_cast<std::uintptr_t>(window.data());
  const Region before{.begin = region.begin, .end = std::min(region.end, begin)};
  const Region after{.begin = std::max(region.begin, begin + window.size()), .end = region.end};
  std::vector<Region> parts;
  for (const Region& part : {before, after}) {
    if (part.begin < part.end) {
      parts.push_back(part);
    }
  }
  return parts;
}

// How often the masked needle lies in the bytes.
template <typename Iterator>
std::size_t count_in(std::span<const std::uint8_t> bytes, Iterator needle, std::size_t size) {
  const std::uint8_t first = *needle ^ kMask;
  std::size_t count = 0;
  for (std::size_t at = 0; at + size <= bytes.size(); ++at) {
    const void* const next = std::memchr(&bytes[at], first, bytes.size() - size - at + 1);
    if (next == nullptr) {
      break;
    }
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(next) - bytes.data());
    std::size_t same = 1;
    for (Iterator each = std::next(needle); same < size && (bytes[at + same] ^ kMask) == *each;
         ++each) {
      ++same;
    }
    count += same == size ? 1U : 0U;
  }
  return count;
}

}  // namespace

MaskedNeedle MaskedNeedle::of(const base::SecretBytes& secret) {
  MaskedNeedle needle;
  const base::SecretBytes::Reader reader = secret.read();
  for (const std::uint8_t byte : reader.bytes()) {
    needle.masked_.push_back(byte ^ kMask);
  }
  return needle;
}

MaskedNeedle MaskedNeedle::of_hex(std::string_view digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  MaskedNeedle needle;
  int high = -1;
  for (const char digit : digits) {
    const std::size_t value = kDigits.find(digit);
    if (value == std::string_view::npos) {
      continue;
    }
    if (high < 0) {
      high = static_cast<int>(value);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(high * 16 + static_cast<int>(value));
    high = -1;
    if (byte != 0 || !needle.masked_.empty()) {
      needle.masked_.push_back(byte ^ kMask);
    }
  }
  return needle;
}

// A scan that sees nothing must not pass for one that found nothing: every failure here ends it.
std::size_t MaskedNeedle::copies_where(int memory, bool (*is_wanted)(const Region&)) const {
  void* const pages =
      mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 || pages == MAP_FAILED || masked_.empty() || masked_.size() > kLongest) {
    std::abort();
  }
  const std::span<std::uint8_t> window(static_cast<std::uint8_t*>(pages), kWindow);
  std::size_t copies = 0;
  for (const Region& region : regions()) {
    if (!is_wanted(region)) {
      continue;
    }
    for (const Region& part : without(region, window)) {
      copies += copies_in(memory, part, window);
    }
  }
  explicit_bzero(pages, kWindow);
  munmap(pages, kWindow);
  return copies;
}

std::size_t MaskedNeedle::copies_in_memory() const {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  const std::size_t copies = copies_through(memory);
  ::close(memory);
  return copies;
}

std::size_t MaskedNeedle::copies_through(int memory) const {
  return copies_where(memory, [](const Region& /*region*/) { return true; });
}

std::size_t MaskedNeedle::copies_in_unlocked_memory() const {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  const std::size_t copies =
      copies_where(memory, [](const Region& region) { return !region.is_locked; });
  ::close(memory);
  return copies;
}

std::size_t MaskedNeedle::copies_in(int memory,
                                    const Region& region,
                                    std::span<std::uint8_t> window) const {
  std::size_t copies = 0;
  std::uintptr_t at = region.begin;
  while (at < region.end) {
    const std::size_t wanted = std::min<std::size_t>(window.size(), region.end - at);
    const ssize_t got = pread(memory, window.data(), wanted, static_cast<off_t>(at));
    if (got <= 0) {
      at += std::min(kPage, wanted);
      continue;
    }
    const auto length = static_cast<std::size_t>(got);
    const std::span<const std::uint8_t> bytes = window.first(length);
    copies += count_in(bytes, masked_.begin(), masked_.size());
    copies += count_in(bytes, masked_.rbegin(), masked_.size());
    // The next window begins so that a copy across the border is seen, and none is seen twice.
    at +=
        at + length >= region.end || length < masked_.size() ? length : length - masked_.size() + 1;
  }
  return copies;
}

}  // namespace support
