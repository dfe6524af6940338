#include "base/toml_headers.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using base::line_of_nameless_section;

TEST_CASE("toml headers: a bracket without a name is found, with its line") {
  CHECK(line_of_nameless_section("[&") == 1);
  CHECK(line_of_nameless_section(std::string_view("[\0t", 3)) == 1);
  CHECK(line_of_nameless_section("a = 1\r\n\r\n[[[a]]]\r\n") == 3);
  for (const char* const text : {"[",
                                 "[[",
                                 "[[=",
                                 " \t[ &]",
                                 "\xC2\xA0[&",
                                 "[\xC2\xA0&",
                                 "[.a]",
                                 "[#",
                                 "a\v[=",
                                 "a\f[=",
                                 "a\r[="}) {
    CAPTURE(text);
    CHECK(line_of_nameless_section(text) == 1);
  }
}

TEST_CASE("toml headers: every character that can begin a name passes, and no other of ASCII") {
  const std::string starts = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\"'";
  for (char character = '!'; character < 0x7F; ++character) {
    const bool passes = character == ']' || starts.find(character) != std::string::npos;
    const std::string one = std::string("[") + character;
    const std::string two = std::string("[ [") + character;
    CAPTURE(character);
    CHECK((line_of_nameless_section(two) == 0) == passes);
    if (character != '[') {
      CHECK((line_of_nameless_section(one) == 0) == passes);
    }
  }
}

TEST_CASE("toml headers: other lines and an empty text pass") {
  for (const char* const text : {"", "\n\n", "a = [&", "# [&", "[a]\n[[b]]\n[ 'c' ]\n", "[]"}) {
    CAPTURE(text);
    CHECK(line_of_nameless_section(text) == 0);
  }
}
