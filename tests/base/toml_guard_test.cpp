#include "base/toml_guard.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using base::object_to_toml;

namespace {

// The line of the objection; 0: none.
std::size_t line_of(std::string_view text) {
  const auto objection = object_to_toml(text);
  return objection ? objection->line : 0;
}

}  // namespace

TEST_CASE("toml guard: a bracket without a name is found, with its line") {
  CHECK(object_to_toml("[&")->what == "a section needs a name after its bracket");
  CHECK(line_of("[&") == 1);
  CHECK(line_of(std::string_view("[\0t", 3)) == 1);
  CHECK(line_of("a = 1\r\n\r\n[[[a]]]\r\n") == 3);
  for (const char* const text :
       {"[", "[[", "[[=", " \t[ &]", "[.a]", "[#", "a\v[=", "a\f[=", "a\r[=", "\xEF\xBB\xBF[="}) {
    CAPTURE(text);
    CHECK(line_of(text) == 1);
  }
}

TEST_CASE("toml guard: every character that can begin a name passes, and no other of ASCII") {
  const std::string starts = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\"'";
  for (char character = '!'; character < 0x7F; ++character) {
    const bool passes = character == ']' || starts.find(character) != std::string::npos;
    const std::string one = std::string("[") + character;
    const std::string two = std::string("[ [") + character;
    CAPTURE(character);
    CHECK((line_of(two) == 0) == passes);
    if (character != '[') {
      CHECK((line_of(one) == 0) == passes);
    }
  }
}

TEST_CASE("toml guard: characters beyond ASCII stand in quotes and comments only") {
  CHECK(object_to_toml("\xC3\xBC = 1")->what == "a letter beyond A to Z stands outside quotes");
  for (const char* const text : {"a = 1\n\xC3\xBC",
                                 "a = ''\n\xC3\xBC",
                                 "a = 'x'\n[\302\240b]",
                                 "a = \"\\\"\"\n\xC3\xBC",
                                 "a = '\\'\n\xC3\xBC",
                                 "a = 'open\n\xC3\xBC",
                                 "# c\n\xC3\xBC"}) {
    CAPTURE(text);
    CHECK(line_of(text) == 2);
  }
  CHECK(line_of("a = \"\"\"\n\"\"\"\"\" \xC3\xBC") == 2);  // five quotes close it
  CHECK(line_of("a = '''\n''' \xC3\xBC") == 2);
  for (const char* const text : {"a = \"\xC3\xBC\" # \xC3\xBC",
                                 "a = '\xC3\xBC'",
                                 "'\xC3\xBC' = 1",
                                 "a = \"\"\"\n[& \xC3\xBC\n\"\" \"\"\"",
                                 "a = '''\n\\ \xC3\xBC\n'''",
                                 "\357\273\277a = 1"}) {
    CAPTURE(text);
    CHECK(line_of(text) == 0);
  }
}

TEST_CASE("toml guard: a backslash needs something that it can change") {
  CHECK(line_of("a = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00fc\\U000000fc\"") == 0);
  for (const char* const text :
       {"a = \"\\x\"", "a = \"\"\"\\\n\xC3\xBC\"\"\"", "a = \"\\ \"", "a = \"\\\xC3\xBC\""}) {
    CAPTURE(text);
    CHECK(object_to_toml(text)->what == "a backslash is followed by what it cannot change");
  }
  CHECK(line_of("a = \"\\") == 0);  // the parser refuses it
}

TEST_CASE("toml guard: other lines and an empty text pass") {
  for (const char* const text : {"", "\n\n", "a = [&", "# [&", "[a]\n[[b]]\n[ 'c' ]\n", "[]"}) {
    CAPTURE(text);
    CHECK(line_of(text) == 0);
  }
}
