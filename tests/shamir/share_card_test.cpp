#include "shamir/share_card.h"

#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "shamir/share_lines.h"
#include "support/shamir_custody.h"
#include "support/texts.h"

using base::Bytes;
using custody::cards;
using support::has;

namespace {

// The first card of the set, as if it were of that mode; whoever opens it would notice.
Bytes in_mode(char letter) {
  Bytes envelope = cards().envelopes[0];
  envelope[7] = static_cast<std::uint8_t>(letter);
  envelope[10] = 4;  // 1024 MiB, as PRODUCTION wants
  envelope[11] = 0;
  custody::fix_check(envelope);
  return envelope;
}

std::string text_card(const Bytes& envelope) {
  const auto card = shamir::card_text(envelope);
  REQUIRE(card.ok());
  return *card;
}

std::string svg_card(const Bytes& envelope) {
  const auto card = shamir::card_svg(envelope);
  REQUIRE(card.ok());
  return *card;
}

}  // namespace

TEST_CASE("share card: the same envelope gives the same bytes, and another gives others") {
  CHECK(text_card(cards().envelopes[0]) == text_card(cards().envelopes[0]));
  CHECK(svg_card(cards().envelopes[0]) == svg_card(cards().envelopes[0]));
  CHECK(text_card(cards().envelopes[0]) != text_card(cards().envelopes[1]));
  CHECK(svg_card(cards().envelopes[0]) != svg_card(cards().envelopes[1]));
}

TEST_CASE("share card: text cards differ in nothing but the characters of their lines") {
  std::istringstream first(text_card(cards().envelopes[0]));
  std::istringstream second(text_card(cards().envelopes[1]));
  std::string one;
  std::string other;
  int different = 0;
  while (std::getline(first, one)) {
    REQUIRE(std::getline(second, other));
    CHECK(one.size() == other.size());
    CHECK(one.size() <= 72);
    if (one != other) {
      ++different;
      CHECK(one.substr(2, 2) == ": ");
    }
  }
  CHECK_FALSE(std::getline(second, other));
  CHECK(different <= 16);
  CHECK(different >= 15);
}

TEST_CASE("share card: cards are plain ASCII and hold every line of the share") {
  const auto lines = shamir::write_share_lines(cards().envelopes[0]);
  REQUIRE(lines.ok());
  for (const std::string& card :
       {text_card(cards().envelopes[0]), svg_card(cards().envelopes[0])}) {
    for (const char character : card) {
      CHECK((character == '\n' || (character >= ' ' && character <= '~')));
    }
    for (std::size_t place = 0; place < lines->size(); ++place) {
      CHECK(has(card, std::to_string(place + 1) + ": " + lines->at(place)));
    }
  }
}

TEST_CASE("share card: a practice card says so in large letters, and a real one does not") {
  struct Expected {
    char letter;
    std::string_view banner;
  };
  for (const auto& [letter, banner] : {Expected{'R', "REHEARSAL - OPENS NOTHING REAL"},
                                       Expected{'D', "DRILL - OPENS NOTHING REAL"}}) {
    CHECK(has(text_card(in_mode(letter)), "*** " + std::string(banner) + " ***"));
    CHECK(has(svg_card(in_mode(letter)), ">" + std::string(banner) + "</text>"));
  }
  for (const std::string& card : {text_card(in_mode('P')), svg_card(in_mode('P'))}) {
    CHECK_FALSE(has(card, "REHEARSAL"));
    CHECK_FALSE(has(card, "DRILL"));
    CHECK_FALSE(has(card, "***"));
    CHECK_FALSE(has(card, "#b00020"));
  }
}

TEST_CASE("share card: tells what it is, where to keep it, how to use it and whom to tell") {
  for (const std::string& card : {text_card(in_mode('P')), svg_card(in_mode('P'))}) {
    for (const char* const what : {"WHAT THIS IS", "KEEP", "TO USE IT", "TELL", "RECOVERY.md"}) {
      CHECK(has(card, what));
    }
  }
}

TEST_CASE("share card: a damaged envelope is not printed") {
  Bytes damaged = cards().envelopes[0];
  damaged[150] ^= 1U;
  for (const auto& card : {shamir::card_text(damaged), shamir::card_svg(damaged)}) {
    REQUIRE_FALSE(card.ok());
    CHECK(card.error().code == base::ErrorCode::kMalformed);
  }
}

TEST_CASE("share card: no line of text lies over another or below the edge of the picture") {
  const std::string card = svg_card(cards().envelopes[0]);
  const std::string mark = "<text x=\"";
  std::size_t above = 0;
  for (std::size_t at = card.find(mark); at != std::string::npos; at = card.find(mark, at + 1)) {
    const std::size_t y_at = card.find(" y=\"", at) + 4;
    const std::size_t size_at = card.find(" font-size=\"", at) + 12;
    const std::size_t y = std::stoul(card.substr(y_at));
    CHECK(y >= above + std::stoul(card.substr(size_at)));
    above = y;
  }
  CHECK(above > 2000);
  CHECK(above < 2090);
}
