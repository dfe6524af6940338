// shamir/share_lines.h - an envelope as sixteen short lines that people read aloud and type.
//
// Alphabet: the ten digits and the capital letters without I, L, O and U; 5 bits a character.
// A line: 20 characters of data (100 bits) and 4 check characters, in six groups of four. The
// check is a Reed-Solomon code over GF(32) (x^5 + x^2 + 1; roots a, a^2, a^3, a^4) over the number
// of the line (0 to 15) and the 20 characters: up to four wrong characters in a line are always
// found, one or two are also located, and a line in another's place is told by its number.
// Nothing is ever corrected by itself.
// Sources: D. Crockford, "Base 32" (the alphabet and its aliases); I. Reed and G. Solomon,
// "Polynomial codes over certain finite fields", 1960.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace shamir {

inline constexpr std::size_t kShareLines = 16;
inline constexpr std::size_t kLineCharacters = 24;
inline constexpr std::size_t kGroupCharacters = 4;

// The lines of an envelope, "ABCD EFGH JKMN PQRS TVWX YZ01" each.
// Errors: kInvalidArgument where it is not of the size of an envelope.
base::Result<std::array<std::string, kShareLines>> write_share_lines(base::ByteView envelope);

// One line as typed, and its place on the card (1 to 16).
struct TypedLine {
  std::size_t number = 0;
  std::string_view text;
};

// Whether a line that was just typed is right, so that it can be read again at once.
// Taken as they come: small letters, O for 0, I and L for 1, blanks and dashes anywhere.
// Errors: kMalformed, naming the line, and the group where it is known.
base::Result<void> check_share_line(const TypedLine& line);

// Whether at least one line of a text is right as some line of a card: tells a card that was
// misread from a file that is none.
bool looks_like_share_lines(std::string_view text);

// The envelope that a text stands for: sixteen lines, or all their characters in one (as the QR
// code has them), or a whole printed card. Line ends of any system, a byte order mark and empty
// lines do not matter. Where lines begin with a number and a colon, only those count.
// Errors: kMalformed, naming the line at fault, as check_share_line(); the wrong number of lines;
// lines that are right each and do not belong to one card.
base::Result<base::Bytes> read_share_lines(std::string_view text);

}  // namespace shamir
