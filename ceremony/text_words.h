// ceremony/text_words.h - a text taken apart into its words.

#pragma once

#include <string_view>
#include <vector>

namespace ceremony {

inline char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The longest runs of characters that `belongs` takes, in order. They borrow `text`.
inline std::vector<std::string_view> parts_of(std::string_view text, bool (*belongs)(char)) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && belongs(text[at])) {
      continue;
    }
    if (at > begin) {
      parts.push_back(text.substr(begin, at - begin));
    }
    begin = at + 1;
  }
  return parts;
}

}  // namespace ceremony
