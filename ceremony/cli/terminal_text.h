// ceremony/cli/terminal_text.h - text from plans, records and people, made fit for a terminal.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ceremony::cli {

// How wide a line may be, and how far each is indented; in characters.
struct Layout {
  std::size_t width = 80;
  std::size_t indent = 0;
};

// `text` in lines of at most `layout.width` characters, broken between words (within one only where
// it is longer than a line), each ended by LF. A line end in the text stays one. What a terminal
// would obey is shown as '?' (base::fit_for_terminal()). Nothing for an empty text.
std::string wrapped(std::string_view text, Layout layout);

// A line across the terminal with a heading in it: "== Step 3 of 19: ... ====".
std::string heading(std::string_view text, std::size_t width);

}  // namespace ceremony::cli
