// base/toml_guard.h - refuses the TOML that the parser of Debian cannot refuse by itself.
//
// toml++ 3.3 has undefined behaviour (and aborts in a build with assertions) on two kinds of text
// that is not TOML: a section whose bracket is followed by no name, as in "[&" (upstream issue 294,
// pull request 301), and characters beyond ASCII outside quotes, such as a key "ü". So whoever
// parses TOML with it asks here first. What passes need not be TOML: the parser decides that.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace base {

// What the parser must not see, and in which line (from 1) it stands.
struct TomlObjection {
  std::size_t line = 0;
  std::string_view what;  // "a section needs a name after its bracket"
};

// The first objection to `text`. Stricter than TOML in what no file of ours needs: a line inside a
// list may not begin with a bracket that has no value behind it, a backslash may not end a line,
// and the line separators of Unicode (U+0085, U+2028, U+2029) may stand nowhere.
[[nodiscard]] std::optional<TomlObjection> object_to_toml(std::string_view text);

}  // namespace base
