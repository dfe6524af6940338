#include "ceremony/head.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/mode.h"

TEST_CASE("head.txt: digits and words say the same, and nothing else is read") {
  const std::string head = "e5820000" + std::string(56, '0');
  const auto text = ceremony::head_text(head);
  REQUIRE(text);
  // Source: the PGP word list: E5 at an even place is "topmost", 82 at an odd place "Istanbul".
  CHECK(text->rfind("head sha256:" + head + "\ntopmost     istanbul    aardvark    adroitness  \n",
                    0) == 0);
  CHECK(std::count(text->begin(), text->end(), '\n') == 9);
  CHECK(ceremony::parse_head_text(*text).value() == head);
  for (std::size_t at = 0; at < text->size(); ++at) {
    std::string changed = *text;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    CHECK_FALSE(ceremony::parse_head_text(changed));
    CHECK_FALSE(ceremony::parse_head_text(text->substr(0, at)));
  }
  CHECK_FALSE(ceremony::parse_head_text(*text + "\n"));
  CHECK_FALSE(ceremony::head_text("E5"));
}

TEST_CASE("mode: three names, and no other") {
  for (const auto mode :
       {ceremony::Mode::kProduction, ceremony::Mode::kRehearsal, ceremony::Mode::kDrill}) {
    CHECK(ceremony::mode_named(name_of(mode)).value() == mode);
  }
  CHECK_FALSE(ceremony::mode_named("production"));
  CHECK_FALSE(ceremony::mode_named(""));
}
