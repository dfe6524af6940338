#include "ceremony/cli/terminal_text.h"

#include <algorithm>
#include <utility>

#include "base/posix_file.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kNarrowest = 20;  // a terminal that says less is not believed

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

// How many bytes the first `count` characters have.
std::size_t bytes_of_first(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && (count > 0 || !begins_character(text[at]))) {
    count -= begins_character(text[at]) ? 1U : 0U;
    ++at;
  }
  return at;
}

// Puts words into lines.
class LineFiller {
 public:
  explicit LineFiller(Layout layout)
      : indent_(layout.indent, ' '),
        room_(std::max(layout.width, kNarrowest + layout.indent) - layout.indent) {}

  void add(std::string_view word) {
    const std::size_t size = characters_in(word);
    if (used_ > 0 && used_ + 1 + size > room_) {
      end_line();
    }
    if (used_ > 0) {
      line_ += ' ';
      ++used_;
    }
    add_pieces(word);
  }

  void end_line() {
    text_ += line_.empty() ? "\n" : indent_ + line_ + "\n";
    line_.clear();
    used_ = 0;
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void add_pieces(std::string_view word) {
    while (characters_in(word) > room_ - used_) {
      const std::size_t bytes = bytes_of_first(word, room_ - used_);
      line_ += word.substr(0, bytes);
      word.remove_prefix(bytes);
      end_line();
    }
    line_ += word;
    used_ += characters_in(word);
  }

  std::string indent_;
  std::size_t room_;
  std::string text_;
  std::string line_;
  std::size_t used_ = 0;  // characters in line_
};

void fill_line(LineFiller& filler, std::string_view line) {
  const std::string shown = base::fit_for_terminal(line);
  std::string_view rest = shown;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) {
      filler.add(rest.substr(0, end));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  filler.end_line();
}

}  // namespace

std::string wrapped(std::string_view text, Layout layout) {
  LineFiller filler(layout);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fill_line(filler, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(filler).text();
}

std::string heading(std::string_view text, std::size_t width) {
  const std::string line = "== " + base::fit_for_terminal(text) + " ";
  const std::size_t used = characters_in(line);
  if (used > width) {
    return wrapped(line, {.width = width});
  }
  return line + std::string(used < width ? width - used : 0, '=') + "\n";
}

}  // namespace ceremony::cli
