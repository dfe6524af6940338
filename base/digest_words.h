// base/digest_words.h - a digest as words that people read aloud and compare.
//
// Source: the PGP word list. One byte is one word: bytes at even places have two-syllable words,
// those at odd places three-syllable ones, so a word left out, doubled or swapped is noticed.

#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace base {

// All 256 bits: 32 words in lower case, one space between. This is what decides.
[[nodiscard]] std::string digest_words(const Digest& digest);

// The first four words. They catch slips, not an adversary: 32 bits are quickly matched by trial.
[[nodiscard]] std::string short_digest_words(const Digest& digest);

// The digest that 32 words name. Upper or lower case; any number of spaces, tabs, line ends,
// hyphens or commas between them. Errors: kMalformed, naming the first bad word by its place (from
// 1).
Result<Digest> parse_digest_words(std::string_view text);

}  // namespace base
