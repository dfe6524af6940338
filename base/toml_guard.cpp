#include "base/toml_guard.h"

#include <algorithm>

namespace base {

namespace {

constexpr std::string_view kByteOrderMark =
    "\xEF\xBB\xBF";  // toml++ skips it at the very beginning
constexpr std::string_view kNoName = "a section needs a name after its bracket";
constexpr std::string_view kBeyondAscii = "a letter beyond A to Z stands outside quotes";
constexpr std::string_view kEscape = "a backslash is followed by what it cannot change";

bool is_line_end(char character) {
  return character >= '\n' && character <= '\r';  // LF, VT, FF, CR: all that the parser may take so
}

bool is_blank(char character) {
  return character == ' ' || character == '\t';
}

bool is_beyond_ascii(char character) {
  return static_cast<unsigned char>(character) >= 0x80;
}

bool is_key_start(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-' ||
         character == '"' || character == '\'';
}

// Walks over the text as the parser does, as far as quotes and comments go.
class Walk {
 public:
  explicit Walk(std::string_view text) : rest_(text) {
    if (rest_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      rest_.remove_prefix(kByteOrderMark.size());
    }
  }

  std::optional<TomlObjection> objection() {
    while (!rest_.empty() && what_.empty()) {
      step();
    }
    if (what_.empty()) {
      return std::nullopt;
    }
    return TomlObjection{.line = line_, .what = what_};
  }

 private:
  struct Quote {
    char mark;            // ' or "
    std::size_t closing;  // 1 or 3 of them end the string
  };

  void take() {
    line_ += rest_.front() == '\n' ? 1U : 0U;
    rest_.remove_prefix(1);
  }

  void take(std::size_t count) {
    for (; count > 0 && !rest_.empty(); --count) {
      take();
    }
  }

  // Outside quotes and comments.
  void step() {
    const char character = rest_.front();
    if (is_line_end(character)) {
      at_line_start_ = true;
      take();
    } else if (character == '#') {
      walk_comment();
    } else if (character == '"' || character == '\'') {
      at_line_start_ = false;
      walk_string(character);
    } else if (is_beyond_ascii(character)) {
      what_ = kBeyondAscii;
    } else if (character == '[' && at_line_start_) {
      check_section();
    } else {
      at_line_start_ = at_line_start_ && is_blank(character);
      take();
    }
  }

  void check_section() {
    at_line_start_ = false;
    std::size_t at = past_blanks(1);
    if (at < rest_.size() && rest_[at] == '[') {
      at = past_blanks(at + 1);
    }
    if (at == rest_.size() || (rest_[at] != ']' && !is_key_start(rest_[at]))) {
      what_ = kNoName;
    }
    take();
  }

  [[nodiscard]] std::size_t past_blanks(std::size_t at) const {
    while (at < rest_.size() && is_blank(rest_[at])) {
      ++at;
    }
    return at;
  }

  void walk_comment() {
    while (!rest_.empty() && !is_line_end(rest_.front())) {
      take();
    }
  }

  // How often `quote` stands at the front.
  [[nodiscard]] std::size_t quotes(char quote) const {
    const std::size_t end = rest_.find_first_not_of(quote);
    return end == std::string_view::npos ? rest_.size() : end;
  }

  void walk_string(char quote) {
    const std::size_t count = quotes(quote);
    if (count == 2) {
      take(2);  // an empty string
      return;
    }
    const std::size_t closing = count >= 3 ? 3 : 1;
    take(closing);
    while (!rest_.empty() && what_.empty() && !ends_string({quote, closing})) {
      if (rest_.front() == '\\' && quote == '"') {
        walk_escape();
      } else {
        take();
      }
    }
    // A long string may end in two quotes of its own before the three that close it. A short one
    // that is open at the end of its line is left to the parser.
    take(std::min(quotes(quote), closing == 3 ? std::size_t{5} : std::size_t{1}));
  }

  [[nodiscard]] bool ends_string(Quote quote) const {
    return quotes(quote.mark) >= quote.closing ||
           (quote.closing == 1 && is_line_end(rest_.front()));
  }

  void walk_escape() {
    constexpr std::string_view kKnown = "btnfr\"\\uU";
    if (rest_.size() > 1 && kKnown.find(rest_[1]) == std::string_view::npos) {
      what_ = kEscape;
    }
    take(2);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  bool at_line_start_ = true;
  std::string_view what_;
};

}  // namespace

std::optional<TomlObjection> object_to_toml(std::string_view text) {
  return Walk(text).objection();
}

}  // namespace base
