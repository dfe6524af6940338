// tests/support/texts.h - what a text holds. Where a check on it fails, the whole text is shown.

#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace support {

// Whether something is in a text, with the text for the report.
struct Finding {
  bool is_there = false;
  std::string text;

  explicit operator bool() const { return is_there; }

  friend std::ostream& operator<<(std::ostream& out, const Finding& finding) {
    return out << "a text that says: " << finding.text;
  }
};

[[nodiscard]] inline Finding has(std::string_view text, std::string_view part) {
  return {.is_there = text.find(part) != std::string_view::npos, .text = std::string(text)};
}

// How often a part comes, overlaps counted.
[[nodiscard]] inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace support
