// tests/support/ca_memory_scan.h - counts the copies of a secret in this process' whole memory.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/secret_bytes.h"

namespace support {

// A secret to look for, kept so that it is not itself a copy: every byte is changed.
class MaskedNeedle {
 public:
  static MaskedNeedle of(const base::SecretBytes& secret);

  // From hex digits, of which others than hex digits (colons, blanks) are left out; a leading zero
  // byte is left out, too.
  static MaskedNeedle of_hex(std::string_view digits);

  [[nodiscard]] std::size_t size() const { return masked_.size(); }

  // How often the secret lies in this process' memory, forwards or backwards (as OpenSSL's numbers
  // do): heap, stack, locked and unreadable pages. Everything is read through /proc/self/mem.
  [[nodiscard]] std::size_t copies_in_memory() const;

  // The same through /proc/self/mem that was opened before: a process that is not dumpable may not
  // open its own, unless it is root's.
  [[nodiscard]] std::size_t copies_through(int memory) const;

  // How many of those lie in pages that are not locked, and so could be swapped out.
  [[nodiscard]] std::size_t copies_in_unlocked_memory() const;

  // Addresses from `begin` to before `end`.
  struct Region {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool is_locked = false;
  };

 private:
  [[nodiscard]] std::size_t copies_where(int memory, bool (*is_wanted)(const Region&)) const;
  [[nodiscard]] std::size_t copies_in(int memory,
                                      const Region& region,
                                      std::span<std::uint8_t> window) const;

  std::vector<std::uint8_t> masked_;
};

}  // namespace support
