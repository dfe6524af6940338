// base/toml_headers.h - refuses the one kind of TOML that the parser of Debian cannot refuse
// itself.
//
// toml++ 3.3 and 3.4 take for granted that a section's name follows "[" (upstream issue 294, pull
// request 301): where it does not, as in "[&" or "[[[a]]]", a build with assertions aborts and one
// without has undefined behaviour. So whoever parses TOML with it asks here first.

#pragma once

#include <cstddef>
#include <string_view>

namespace base {

// The first line (from 1) that begins with "[" or "[[" and goes on with what cannot begin a name;
// 0 where there is none. "[]" passes: the parser refuses it properly. A nested array that begins a
// line with such a thing is refused as well, which no file of ours needs.
[[nodiscard]] std::size_t line_of_nameless_section(std::string_view text);

}  // namespace base
