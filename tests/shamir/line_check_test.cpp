#include "shamir/line_check.h"

#include <random>
#include <vector>

#include <doctest/doctest.h>

using shamir::LineWord;

namespace {

LineWord random_line(std::mt19937& random, std::uint8_t number) {
  LineWord line{.number = number};
  for (std::size_t place = 0; place < shamir::kLineDataSymbols; ++place) {
    line.symbols.at(place) = static_cast<std::uint8_t>(random() % 32);
  }
  shamir::add_line_check(line);
  return line;
}

void flip(LineWord& line, std::size_t place, unsigned difference) {
  line.symbols.at(place) = static_cast<std::uint8_t>(line.symbols.at(place) ^ difference);
}

}  // namespace

TEST_CASE("line check: every single wrong character of every line number is located") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  int located = 0;
  for (std::uint8_t number = 0; number < 16; ++number) {
    const LineWord line = random_line(random, number);
    REQUIRE(shamir::line_fits(line));
    REQUIRE(shamir::wrong_symbols(line).empty());
    for (std::size_t place = 0; place < 24; ++place) {
      for (unsigned difference = 1; difference < 32; ++difference) {
        LineWord wrong = line;
        flip(wrong, place, difference);
        located += !shamir::line_fits(wrong) &&
                           shamir::wrong_symbols(wrong) == std::vector<std::size_t>{place}
                       ? 1
                       : 0;
      }
    }
  }
  MESSAGE("single errors located: " << located);
  CHECK(located == 16 * 24 * 31);
}

TEST_CASE("line check: every pair of wrong characters is located") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const LineWord line = random_line(random, 9);
  int located = 0;
  for (std::size_t first = 0; first < 24; ++first) {
    for (std::size_t second = first + 1; second < 24; ++second) {
      for (unsigned differences = 0; differences < 31 * 31; ++differences) {
        LineWord wrong = line;
        flip(wrong, first, differences / 31 + 1);
        flip(wrong, second, differences % 31 + 1);
        located += shamir::wrong_symbols(wrong) == std::vector<std::size_t>{first, second} ? 1 : 0;
      }
    }
  }
  MESSAGE("double errors located: " << located);
  CHECK(located == 276 * 31 * 31);
}

TEST_CASE("line check: three and four wrong characters are always found") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 50000; ++round) {
    LineWord line = random_line(random, static_cast<std::uint8_t>(random() % 16));
    const std::size_t start = random() % 24;
    const std::size_t count = 3 + random() % 2;
    for (std::size_t error = 0; error < count; ++error) {
      flip(line, (start + error * 5) % 24, static_cast<unsigned>(random() % 31) + 1);
    }
    REQUIRE_FALSE(shamir::line_fits(line));
  }
}

TEST_CASE("line check: a line under another number never fits, and no character is blamed") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (std::uint8_t number = 0; number < 16; ++number) {
    const LineWord line = random_line(random, number);
    for (std::uint8_t other = 0; other < 16; ++other) {
      LineWord moved = line;
      moved.number = other;
      CHECK(shamir::line_fits(moved) == (other == number));
      CHECK(shamir::wrong_symbols(moved).empty());
    }
  }
}
