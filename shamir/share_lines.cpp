#include "shamir/share_lines.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <utf8proc.h>

#include "shamir/envelope.h"
#include "shamir/line_check.h"

namespace shamir {

namespace {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLongestText = 16384;
constexpr std::size_t kGroups = kLineCharacters / kGroupCharacters;

static_assert(kAlphabet.size() == 32);
static_assert(kLineDataSymbols + kLineCheckSymbols == kLineCharacters);
static_assert(kShareLines * kLineDataSymbols * 5 == kEnvelopeSize * 8);

Error malformed(const std::string& message) {
  return Error{ErrorCode::kMalformed, message};
}

std::string line_name(std::size_t number) {
  return "line " + std::to_string(number);
}

// The symbol of a character as people type it, or none.
std::optional<std::uint8_t> symbol_of(char32_t character) {
  if (character >= U'a' && character <= U'z') {
    character -= U'a' - U'A';
  }
  if (character == U'O') {
    character = U'0';
  } else if (character == U'I' || character == U'L') {
    character = U'1';
  }
  const std::size_t place =
      character < 0x80 ? kAlphabet.find(static_cast<char>(character)) : std::string_view::npos;
  return place == std::string_view::npos ? std::nullopt
                                         : std::optional(static_cast<std::uint8_t>(place));
}

// Blanks of all widths, dashes of all kinds and byte order marks: what comes with typing, pasting
// and scanning.
bool is_separator(char32_t character) {
  switch (character) {
    case U'\t':
    case U'\r':
    case U' ':
    case U'-':
    case 0x00A0:
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
    case 0x202F:
    case 0xFEFF:
      return true;
    default:
      return false;
  }
}

struct Lookalike {
  char32_t cyrillic;
  char latin;
};

// The Cyrillic letters that a person cannot tell from a character of the card.
constexpr std::array kLookalikes = {
    Lookalike{0x0410, 'A'}, Lookalike{0x0430, 'A'}, Lookalike{0x0412, 'B'}, Lookalike{0x0432, 'B'},
    Lookalike{0x0421, 'C'}, Lookalike{0x0441, 'C'}, Lookalike{0x0415, 'E'}, Lookalike{0x0435, 'E'},
    Lookalike{0x041D, 'H'}, Lookalike{0x043D, 'H'}, Lookalike{0x0406, '1'}, Lookalike{0x0456, '1'},
    Lookalike{0x0408, 'J'}, Lookalike{0x0458, 'J'}, Lookalike{0x041A, 'K'}, Lookalike{0x043A, 'K'},
    Lookalike{0x041C, 'M'}, Lookalike{0x043C, 'M'}, Lookalike{0x041E, '0'}, Lookalike{0x043E, '0'},
    Lookalike{0x0420, 'P'}, Lookalike{0x0440, 'P'}, Lookalike{0x0405, 'S'}, Lookalike{0x0455, 'S'},
    Lookalike{0x0422, 'T'}, Lookalike{0x0442, 'T'}, Lookalike{0x0425, 'X'}, Lookalike{0x0445, 'X'},
    Lookalike{0x0423, 'Y'}, Lookalike{0x0443, 'Y'}, Lookalike{0x0417, '3'}, Lookalike{0x0437, '3'},
};

struct Place {
  std::size_t line = 0;
  std::size_t symbol = 0;  // how many stand before it in the line
};

Error foreign_character(char32_t character, Place at) {
  const std::string where = line_name(at.line) + " has, in group " +
                            std::to_string(at.symbol / kGroupCharacters + 1) + ", ";
  for (const auto& [cyrillic, latin] : kLookalikes) {
    if (cyrillic == character) {
      return malformed(where + "a Cyrillic letter that looks like " + latin +
                       " and is not in our alphabet; switch the keyboard to Latin letters and type "
                       "it again");
    }
  }
  if (character == U'U' || character == U'u') {
    return malformed(where + "the letter U, which no card has; please read it again");
  }
  return malformed(where + "a character that is not in our alphabet; please read it again");
}

// All symbols of a line, and where it is.
Result<std::vector<std::uint8_t>> symbols_of(const TypedLine& line) {
  std::vector<std::uint8_t> symbols;
  const ByteView bytes = base::bytes_of(line.text);
  std::size_t at = 0;
  while (at < bytes.size()) {
    utf8proc_int32_t character = 0;
    const utf8proc_ssize_t step =
        utf8proc_iterate(&bytes[at], static_cast<utf8proc_ssize_t>(bytes.size() - at), &character);
    const bool known = step > 0;
    const char32_t typed = known ? static_cast<char32_t>(character) : U'\xFFFD';
    if (const auto symbol = symbol_of(typed)) {
      symbols.push_back(*symbol);
    } else if (!is_separator(typed)) {
      return foreign_character(typed, {.line = line.number, .symbol = symbols.size()});
    }
    at += known ? static_cast<std::size_t>(step) : 1;
  }
  return symbols;
}

Result<LineWord> word_of(const TypedLine& line) {
  const Result<std::vector<std::uint8_t>> symbols = symbols_of(line);
  if (!symbols) {
    return symbols.error();
  }
  if (symbols->size() != kLineCharacters) {
    return malformed(line_name(line.number) + " has " + std::to_string(symbols->size()) +
                     " characters where " + std::to_string(kLineCharacters) +
                     " belong; please read it again");
  }
  LineWord word{.number = static_cast<std::uint8_t>(line.number - 1)};
  std::copy(symbols->begin(), symbols->end(), word.symbols.begin());
  return word;
}

// Another line of the card that this one is right as (counted from 1), or none.
std::optional<std::size_t> right_as_other_line(LineWord word) {
  for (std::uint8_t number = 0; number < kShareLines; ++number) {
    word.number = number;
    if (line_fits(word)) {
      return number + std::size_t{1};
    }
  }
  return std::nullopt;
}

// The two groups (counted from 1) that must change places for the line to fit, or none.
std::optional<std::array<std::size_t, 2>> swapped_groups(const LineWord& word) {
  const auto group = [](LineWord& of, std::size_t place) {
    return std::span(of.symbols).subspan(place * kGroupCharacters, kGroupCharacters);
  };
  for (std::size_t pair = 0; pair < kGroups * kGroups; ++pair) {
    const std::size_t first = pair / kGroups;
    const std::size_t second = pair % kGroups;
    LineWord other = word;
    const auto later = group(other, second);
    std::swap_ranges(later.begin(), later.end(), group(other, first).begin());
    if (first < second && line_fits(other)) {
      return std::array{first + 1, second + 1};
    }
  }
  return std::nullopt;
}

std::string two_groups(std::size_t first, std::array<std::size_t, 1> second) {
  return std::to_string(first) + " and " + std::to_string(second.front());
}

// ", look first at group 2" where the check can tell, else nothing.
std::string hint_of(const std::vector<std::size_t>& wrong) {
  if (wrong.empty()) {
    return "";
  }
  const std::size_t first = wrong.front() / kGroupCharacters + 1;
  const std::size_t last = wrong.back() / kGroupCharacters + 1;
  return first == last ? " (look first at group " + std::to_string(first) + ")"
                       : " (look first at groups " + two_groups(first, {last}) + ")";
}

// By chance (one wrong character in 70,000) two groups could have changed places as well: then both
// are said.
std::string or_one_character(const std::vector<std::size_t>& wrong) {
  return wrong.size() == 1 ? ", or one character of group " +
                                 std::to_string(wrong.front() / kGroupCharacters + 1) + " is wrong"
                           : "";
}

Result<LineWord> right_word(const TypedLine& line) {
  Result<LineWord> word = word_of(line);
  if (!word || line_fits(*word)) {
    return word;
  }
  const std::string name = line_name(line.number);
  if (const auto other = right_as_other_line(*word)) {
    return malformed("what stands in " + name + " is line " + std::to_string(*other) +
                     " of the card; please put the lines in their order");
  }
  const std::vector<std::size_t> wrong = wrong_symbols(*word);
  if (const auto groups = swapped_groups(*word)) {
    return malformed(name + " does not fit its check: groups " +
                     two_groups(groups->front(), {groups->back()}) + " have changed places" +
                     or_one_character(wrong) + "; please read it again");
  }
  return malformed(name + " does not fit its check; please read it again" + hint_of(wrong));
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\n\r");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// What stands behind "7:" or "12:" at the beginning of a line, or none.
std::optional<std::string_view> behind_number(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits == 0 || digits > 2 || digits == line.size() || line[digits] != ':') {
    return std::nullopt;
  }
  return line.substr(digits + 1);
}

bool is_empty_line(std::string_view line) {
  const std::string_view mark = "\xEF\xBB\xBF";
  if (line.substr(0, mark.size()) == mark) {
    line.remove_prefix(mark.size());
  }
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// The lines that count: the numbered ones where there are any, else all that are not empty.
std::vector<std::string_view> card_lines(std::string_view text) {
  std::vector<std::string_view> numbered;
  std::vector<std::string_view> filled;
  for (const std::string_view line : split_lines(text)) {
    if (const auto rest = behind_number(line)) {
      numbered.push_back(*rest);
    } else if (!is_empty_line(line)) {
      filled.push_back(line);
    }
  }
  return numbered.empty() ? filled : numbered;
}

// All characters of a card in one line (its QR code), cut into lines.
std::vector<std::string_view> cut_code(std::string_view code) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < code.size(); at += kLineCharacters) {
    lines.push_back(code.substr(at, kLineCharacters));
  }
  return lines;
}

std::vector<std::string_view> lines_to_read(std::string_view text) {
  std::vector<std::string_view> lines = card_lines(text);
  return lines.size() == 1 && lines.front().size() == kShareLines * kLineCharacters
             ? cut_code(lines.front())
             : lines;
}

// 5 bits a symbol to bytes, highest bit first; the sizes fit exactly.
class BitWriter {
 public:
  void add(std::uint8_t symbol) {
    bits_ = (bits_ << 5U) | symbol;
    count_ += 5;
    if (count_ >= 8) {
      count_ -= 8;
      bytes_.push_back(static_cast<std::uint8_t>(bits_ >> count_));
      bits_ &= (1U << count_) - 1U;
    }
  }

  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
  unsigned bits_ = 0;
  unsigned count_ = 0;
};

std::uint8_t symbol_at(ByteView bytes, std::size_t place) {
  const std::size_t bit = place * 5;
  const unsigned high = bytes[bit / 8];
  const unsigned low = bit / 8 + 1 < bytes.size() ? bytes[bit / 8 + 1] : 0U;
  return static_cast<std::uint8_t>((((high << 8U) | low) >> (11U - bit % 8)) & 0x1FU);
}

std::string print_line(const LineWord& word) {
  std::string text;
  for (std::size_t place = 0; place < word.symbols.size(); ++place) {
    if (place > 0 && place % kGroupCharacters == 0) {
      text += ' ';
    }
    text += kAlphabet.at(word.symbols.at(place));
  }
  return text;
}

}  // namespace

Result<std::array<std::string, kShareLines>> write_share_lines(ByteView envelope) {
  if (envelope.size() != kEnvelopeSize) {
    return Error{ErrorCode::kInvalidArgument,
                 "only a whole share can be written in lines; use another copy of it"};
  }
  std::array<std::string, kShareLines> lines;
  for (std::size_t number = 0; number < kShareLines; ++number) {
    LineWord word{.number = static_cast<std::uint8_t>(number)};
    for (std::size_t place = 0; place < kLineDataSymbols; ++place) {
      word.symbols.at(place) = symbol_at(envelope, number * kLineDataSymbols + place);
    }
    add_line_check(word);
    lines.at(number) = print_line(word);
  }
  return lines;
}

Result<void> check_share_line(const TypedLine& line) {
  if (line.number < 1 || line.number > kShareLines) {
    return Error{ErrorCode::kInvalidArgument, "a card has lines 1 to 16; give one of those"};
  }
  if (Result<LineWord> word = right_word(line); !word) {
    return std::move(word).error();
  }
  return {};
}

bool looks_like_share_lines(std::string_view text) {
  if (text.size() > kLongestText) {
    return false;
  }
  const std::vector<std::string_view> lines = lines_to_read(text);
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    const Result<LineWord> word = word_of({.number = 1, .text = line});
    return word && right_as_other_line(*word).has_value();
  });
}

Result<Bytes> read_share_lines(std::string_view text) {
  if (text.size() > kLongestText) {
    return malformed(
        "this text is too long to be a card; give the sixteen lines of the card alone");
  }
  const std::vector<std::string_view> lines = lines_to_read(text);
  BitWriter writer;
  for (std::size_t place = 0; place < std::min(lines.size(), kShareLines); ++place) {
    const Result<LineWord> word = right_word({.number = place + 1, .text = lines[place]});
    if (!word) {
      return word.error();
    }
    std::for_each_n(
        word->symbols.begin(), kLineDataSymbols, [&writer](std::uint8_t s) { writer.add(s); });
  }
  if (lines.size() != kShareLines) {
    return malformed("a card has 16 lines and here are " + std::to_string(lines.size()) +
                     "; please read it again from the line that is missing or too much");
  }
  Bytes envelope = writer.take();
  if (const Result<EnvelopeHeader> header = inspect_envelope(envelope); !header) {
    return header.error().code == ErrorCode::kMalformed
               ? malformed(
                     "every line fits its check, but they do not make one share, so lines of "
                     "two cards may be mixed; please read one card from its top")
               : header.error();
  }
  return envelope;
}

}  // namespace shamir
