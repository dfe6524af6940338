#include "base/toml_headers.h"

namespace base {

namespace {

// toml++ takes more for white space than the standard, so everything beyond ASCII and every control
// character counts as such before a bracket: rather one check too many.
bool may_be_blank(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte <= 0x20 || byte >= 0x7F;
}

bool is_key_start(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-' ||
         character == '"' || character == '\'';
}

// Behind a bracket the standard's blanks alone: what is no blank to the parser must be a name's
// start.
void skip_blanks(std::string_view& line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    line.remove_prefix(1);
  }
}

bool is_nameless_section(std::string_view line) {
  while (!line.empty() && may_be_blank(line.front())) {
    line.remove_prefix(1);
  }
  if (line.empty() || line.front() != '[') {
    return false;
  }
  line.remove_prefix(1);
  skip_blanks(line);
  if (!line.empty() && line.front() == '[') {
    line.remove_prefix(1);
    skip_blanks(line);
  }
  return line.empty() || (line.front() != ']' && !is_key_start(line.front()));
}

}  // namespace

std::size_t line_of_nameless_section(std::string_view text) {
  std::size_t number = 1;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\n\r\v\f");  // all that the parser may take for one
    if (is_nameless_section(text.substr(0, end))) {
      return number;
    }
    if (end == std::string_view::npos) {
      return 0;
    }
    number += text[end] == '\n' ? 1U : 0U;
    text.remove_prefix(end + 1);
  }
  return 0;
}

}  // namespace base
