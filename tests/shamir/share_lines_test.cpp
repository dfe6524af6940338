#include "shamir/share_lines.h"

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "shamir/share_card.h"
#include "support/shamir_custody.h"

using base::Bytes;
using custody::cards;
using Lines = std::array<std::string, shamir::kShareLines>;

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Lines lines_of(std::size_t card = 0) {
  const auto lines = shamir::write_share_lines(cards().envelopes.at(card));
  REQUIRE(lines.ok());
  return *lines;
}

std::string joined(const Lines& lines, const std::string& end = "\n") {
  std::string text;
  for (const std::string& line : lines) {
    text += line + end;
  }
  return text;
}

bool reads(const std::string& text) {
  const auto envelope = shamir::read_share_lines(text);
  return envelope.ok() && *envelope == cards().envelopes[0];
}

std::string refusal(const std::string& text) {
  const auto envelope = shamir::read_share_lines(text);
  REQUIRE_FALSE(envelope.ok());
  CHECK(envelope.error().code == base::ErrorCode::kMalformed);
  return envelope.error().message;
}

std::string refusal(const Lines& lines) {
  return refusal(joined(lines));
}

// Where the character at `place` (0 to 23, blanks not counted) stands in a printed line.
std::size_t column(std::size_t place) {
  return place + place / 4;
}

// Another character of the alphabet, each of the 31 for step 1 to 31.
char other_character(char character, std::size_t step) {
  return kAlphabet[(kAlphabet.find(character) + step) % 32];
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

}  // namespace

TEST_CASE("share lines: sixteen lines of six groups of four, and reading gives the envelope back") {
  for (const std::string& line : lines_of()) {
    CHECK(line.size() == 29);
    for (std::size_t at = 0; at < line.size(); ++at) {
      CHECK((at % 5 == 4 ? line[at] == ' ' : kAlphabet.find(line[at]) != std::string_view::npos));
    }
  }
  CHECK(reads(joined(lines_of())));
}

TEST_CASE("share lines: random envelopes survive lines, as long as their own check is right") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    Bytes envelope = cards().envelopes[0];
    for (std::size_t at = 12; at < 196; ++at) {
      envelope[at] = static_cast<std::uint8_t>(random());
    }
    custody::fix_check(envelope);
    const auto lines = shamir::write_share_lines(envelope);
    REQUIRE(lines.ok());
    const auto read = shamir::read_share_lines(joined(*lines));
    REQUIRE(read.ok());
    CHECK(*read == envelope);
  }
}

TEST_CASE("share lines: how people type and programs paste does not matter") {
  const Lines lines = lines_of();
  const std::string text = joined(lines);
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  CHECK(reads(lower));
  CHECK(reads(replaced(text, "0", "O")));
  CHECK(reads(replaced(text, "0", "o")));
  CHECK(reads(replaced(text, "1", "I")));
  CHECK(reads(replaced(text, "1", "l")));
  CHECK(reads(replaced(text, " ", "")));
  CHECK(reads(replaced(text, " ", "-")));
  CHECK(reads(replaced(text, " ", " \u2013 ")));
  CHECK(reads(replaced(text, " ", "\u00a0")));
  CHECK(reads(replaced(text, " ", "\t")));
  CHECK(reads(joined(lines, "\r\n")));
  CHECK(reads(joined(lines, "\r")));
  CHECK(reads(joined(lines, "\n\n  \n")));
  CHECK(reads("\xEF\xBB\xBF" + text));
  CHECK(reads("\xEF\xBB\xBF\n" + text));
  CHECK(reads(text.substr(0, text.size() - 1)));
}

TEST_CASE("share lines: a whole card and the content of its QR code are read too") {
  const auto card = shamir::card_text(cards().envelopes[0]);
  REQUIRE(card.ok());
  CHECK(reads(*card));
  CHECK(reads(replaced(*card, "\n", "\r\n")));
  CHECK(reads(replaced(joined(lines_of(), ""), " ", "")));
}

// Whether the message names the line and the group; as one of two that are possible where, by
// chance, two groups changed places would explain the line too.
bool names_one_character(const std::string& message, std::size_t line, std::size_t place) {
  const std::string start = "line " + std::to_string(line + 1) + " does not fit its check";
  const std::string group = std::to_string(place / 4 + 1);
  return message == start + "; please read it again (look first at group " + group + ")" ||
         (message.starts_with(start + ": groups ") &&
          message.ends_with(" have changed places, or one character of group " + group +
                            " is wrong; please read it again"));
}

TEST_CASE("share lines: every single wrong character names its line and its group") {
  const Lines good = lines_of();
  int named = 0;
  for (std::size_t number = 0; number < 16; ++number) {
    for (std::size_t place = 0; place < 24; ++place) {
      for (std::size_t step = 1; step < 32; ++step) {
        std::string line = good.at(number);
        line[column(place)] = other_character(line[column(place)], step);
        const auto verdict = shamir::check_share_line({.number = number + 1, .text = line});
        const bool is_named =
            !verdict.ok() && names_one_character(verdict.error().message, number, place);
        named += is_named ? 1 : 0;
      }
    }
  }
  MESSAGE("single errors named: " << named);
  CHECK(named == 16 * 24 * 31);
}

TEST_CASE("share lines: two wrong characters name the line and both groups") {
  Lines lines = lines_of();
  lines[2][column(1)] = other_character(lines[2][column(1)], 5);
  lines[2][column(22)] = other_character(lines[2][column(22)], 9);
  CHECK(refusal(lines) ==
        "line 3 does not fit its check; please read it again (look first at groups 1 and 6)");
  lines = lines_of();
  lines[15][column(8)] = other_character(lines[15][column(8)], 5);
  lines[15][column(11)] = other_character(lines[15][column(11)], 9);
  CHECK(refusal(lines) ==
        "line 16 does not fit its check; please read it again (look first at group 3)");
}

TEST_CASE("share lines: every pair of lines that changed places is named") {
  int named = 0;
  for (std::size_t first = 0; first < 16; ++first) {
    for (std::size_t second = first + 1; second < 16; ++second) {
      Lines lines = lines_of();
      std::swap(lines.at(first), lines.at(second));
      named += refusal(lines) == "what stands in line " + std::to_string(first + 1) + " is line " +
                                     std::to_string(second + 1) +
                                     " of the card; please put the lines in their order"
                   ? 1
                   : 0;
    }
  }
  CHECK(named == 120);
}

TEST_CASE("share lines: every pair of groups that changed places in a line is named") {
  int named = 0;
  for (std::size_t number = 0; number < 16; ++number) {
    for (std::size_t first = 0; first < 6; ++first) {
      for (std::size_t second = first + 1; second < 6; ++second) {
        std::string line = lines_of().at(number);
        std::swap_ranges(line.begin() + static_cast<std::ptrdiff_t>(first * 5),
                         line.begin() + static_cast<std::ptrdiff_t>(first * 5 + 4),
                         line.begin() + static_cast<std::ptrdiff_t>(second * 5));
        const auto verdict = shamir::check_share_line({.number = number + 1, .text = line});
        const std::string expected = "line " + std::to_string(number + 1) +
                                     " does not fit its check: groups " +
                                     std::to_string(first + 1) + " and " +
                                     std::to_string(second + 1) + " have changed places";
        named += !verdict.ok() && verdict.error().message.starts_with(expected) ? 1 : 0;
      }
    }
  }
  CHECK(named == 16 * 15);
}

TEST_CASE("share lines: a line with a character too few or too many is named") {
  Lines lines = lines_of();
  lines[4].pop_back();
  CHECK(refusal(lines) == "line 5 has 23 characters where 24 belong; please read it again");
  lines[4] += "77";
  CHECK(refusal(lines) == "line 5 has 25 characters where 24 belong; please read it again");
}

TEST_CASE("share lines: letters of other alphabets and foreign characters name line and group") {
  const auto with = [](std::string_view character) {
    Lines lines = lines_of();
    lines[1].replace(column(17), 1, character);
    return refusal(lines);
  };
  const std::string where = "line 2 has, in group 5, ";
  for (const auto& [typed, latin] : std::vector<std::pair<std::string, std::string>>{
           {"\u0410", "A"}, {"\u0441", "C"}, {"\u041e", "0"}, {"\u0456", "1"}, {"\u0417", "3"}}) {
    CHECK(with(typed) == where + "a Cyrillic letter that looks like " + latin +
                             " and is not in our alphabet; switch the keyboard to Latin letters "
                             "and type it again");
  }
  CHECK(with("U") == where + "the letter U, which no card has; please read it again");
  CHECK(with("u") == where + "the letter U, which no card has; please read it again");
  for (const std::string typed : {"?", "_", "\u0391", "\u4e00", "\xff", "\x01"}) {
    CHECK(with(typed) == where + "a character that is not in our alphabet; please read it again");
  }
}

TEST_CASE("share lines: missing and surplus lines are noticed") {
  const Lines lines = lines_of();
  std::string text;
  for (std::size_t place = 0; place < 15; ++place) {
    text += lines.at(place) + "\n";
  }
  CHECK(refusal(text) ==
        "a card has 16 lines and here are 15; please read it again from the line that is missing "
        "or too much");
  CHECK(refusal(text + lines[15] + "\n" + lines[0]) ==
        "a card has 16 lines and here are 17; please read it again from the line that is missing "
        "or too much");
  CHECK(refusal("") ==
        "a card has 16 lines and here are 0; please read it again from the line that is missing "
        "or too much");
  Lines without_fourth = lines;
  std::rotate(without_fourth.begin() + 3, without_fourth.begin() + 4, without_fourth.end());
  CHECK(refusal(without_fourth) ==
        "what stands in line 4 is line 5 of the card; please put the lines in their order");
}

TEST_CASE("share lines: lines of two cards never make one") {
  for (std::size_t place = 0; place < 16; ++place) {
    Lines lines = lines_of(0);
    lines.at(place) = lines_of(1).at(place);
    if (lines.at(place) == lines_of(0).at(place)) {
      continue;  // the first line begins with what all have in common
    }
    CHECK(refusal(lines) ==
          "every line fits its check, but they do not make one share, so lines of two cards may be "
          "mixed; please read one card from its top");
  }
}

TEST_CASE("share lines: limits of the reader and the writer") {
  CHECK(refusal(std::string(16385, ' ')) ==
        "this text is too long to be a card; give the sixteen lines of the card alone");
  const auto lines = shamir::write_share_lines(Bytes(199));
  REQUIRE_FALSE(lines.ok());
  CHECK(lines.error().message ==
        "only a whole share can be written in lines; use another copy of it");
  for (const std::size_t number : {0U, 17U}) {
    const auto verdict = shamir::check_share_line({.number = number, .text = lines_of()[0]});
    REQUIRE_FALSE(verdict.ok());
    CHECK(verdict.error().message == "a card has lines 1 to 16; give one of those");
  }
  CHECK(shamir::check_share_line({.number = 7, .text = lines_of()[6]}).ok());
}

TEST_CASE("share lines: a cost outside the limits is said as such, not as a reading error") {
  Bytes envelope = cards().envelopes[0];
  envelope[9] = 33;
  custody::fix_check(envelope);
  const auto lines = shamir::write_share_lines(envelope);
  REQUIRE(lines.ok());
  const auto read = shamir::read_share_lines(joined(*lines));
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == base::ErrorCode::kRefusedByPolicy);
}

TEST_CASE("share lines: a misread card is told from a text that is none") {
  Lines lines = lines_of();
  for (std::size_t place = 0; place < 15; ++place) {
    lines.at(place)[0] = lines.at(place)[0] == '7' ? '8' : '7';
  }
  CHECK(shamir::looks_like_share_lines(joined(lines)));
  lines[15][0] = lines[15][0] == '7' ? '8' : '7';
  CHECK_FALSE(shamir::looks_like_share_lines(joined(lines)));
  CHECK_FALSE(shamir::looks_like_share_lines("root:x:0:0:root:/root:/bin/bash\n"));
  CHECK_FALSE(shamir::looks_like_share_lines(""));
  CHECK_FALSE(shamir::looks_like_share_lines(joined(lines_of()) + std::string(16384, ' ')));
}
