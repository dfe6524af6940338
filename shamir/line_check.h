// shamir/line_check.h - the Reed-Solomon check of one typed line: finds, locates, never corrects.
//
// GF(32) by x^5 + x^2 + 1, generator a = x, roots a, a^2, a^3, a^4: distance 5. Nothing here is
// secret (an envelope is ciphertext), so tables are allowed.
// Source: I. Reed and G. Solomon, "Polynomial codes over certain finite fields", 1960; W. Peterson,
// "Encoding and error-correction procedures for the Bose-Chaudhuri codes", 1960 (two errors).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shamir {

inline constexpr std::size_t kLineDataSymbols = 20;
inline constexpr std::size_t kLineCheckSymbols = 4;

// One line: its number counted from 0, then 20 data symbols and 4 check symbols, 5 bits each. The
// number stands in nobody's text, and takes part in the check.
struct LineWord {
  std::uint8_t number = 0;
  std::array<std::uint8_t, kLineDataSymbols + kLineCheckSymbols> symbols{};
};

// Writes the check symbols that belong to the number and the data symbols.
void add_line_check(LineWord& line);

// Whether the check symbols are the ones that belong there.
bool line_fits(const LineWord& line);

// Where the wrong symbols are if there are one or two (0 to 23, rising; the number itself is not
// suspected). Empty where the line fits, or where more are wrong; three or more wrong ones may look
// like two others, so this is a hint to a reader and nothing may be corrected by it.
std::vector<std::size_t> wrong_symbols(const LineWord& line);

}  // namespace shamir
