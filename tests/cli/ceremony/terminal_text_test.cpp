#include "ceremony/cli/terminal_text.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

using ceremony::cli::heading;
using ceremony::cli::wrapped;

TEST_CASE("terminal text: lines end between words, and keep the ends that the text has") {
  CHECK(wrapped("one two three four five six", {.width = 20}) == "one two three four\nfive six\n");
  CHECK(wrapped("one\n\ntwo\n", {.width = 20}) == "one\n\ntwo\n");
  CHECK(wrapped("", {.width = 20}).empty());
  CHECK(wrapped("a  b ", {.width = 20}) == "a b\n");
}

TEST_CASE("terminal text: an indent stands before every line but empty ones") {
  CHECK(wrapped("one two three four five six\n\nx", {.width = 24, .indent = 4}) ==
        "    one two three four\n    five six\n\n    x\n");
}

TEST_CASE("terminal text: a word that is longer than a line is broken, by characters") {
  CHECK(wrapped(std::string(45, 'x'), {.width = 20}) ==
        std::string(20, 'x') + "\n" + std::string(20, 'x') + "\n" + std::string(5, 'x') + "\n");
  std::string umlauts;
  for (int i = 0; i < 21; ++i) {
    umlauts += "\u00fc";
  }
  CHECK(wrapped(umlauts, {.width = 20}) == umlauts.substr(0, 40) + "\n\u00fc\n");
}

TEST_CASE("terminal text: nothing that a terminal obeys passes") {
  CHECK(wrapped("a\x1b[2Jb\x07\r\x9b"
                "c\u202e\u009b"
                "d",
                {.width = 40}) == "a?[2Jb???c??d\n");
  CHECK(heading("a\x1b]0;x", 20) == "== a?]0;x ==========\n");
}

TEST_CASE("terminal text: a window that is too narrow to be true is not believed") {
  CHECK(wrapped("one two three", {.width = 1}) == "one two three\n");
  CHECK(heading("Step 1 of 20: a long title", 20) == "== Step 1 of 20: a\nlong title\n");
}

TEST_CASE("terminal text: whatever the text, no line is too long and nothing is lost") {
  const std::random_device::result_type seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    std::string letters;
    for (auto i = random() % 300; i > 0; --i) {
      const char letter = " \nabc\x1b"[random() % 6];
      text += letter;
      letters +=
          letter == ' ' || letter == '\n' ? "" : std::string(1, letter == '\x1b' ? '?' : letter);
    }
    const std::size_t width = 20 + random() % 60;
    std::string seen;
    std::size_t length = 0;
    for (const char c : wrapped(text, {.width = width})) {
      length = c == '\n' ? 0 : length + 1;
      CHECK(length <= width);
      seen += c == ' ' || c == '\n' ? "" : std::string(1, c);
    }
    CHECK(seen == letters);
  }
}
