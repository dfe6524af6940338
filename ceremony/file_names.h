// ceremony/file_names.h - names of files in plans: bare, and as a stick knows them.

#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace ceremony {

// Whether it is the name of one file or folder that stays below where it is looked for.
inline bool is_bare_name(const std::string& text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos;
}

// A name as a transfer stick (FAT) knows it, which takes "A" and "a" for the same.
inline std::string as_on_stick(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

}  // namespace ceremony
