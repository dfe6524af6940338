#include "ceremony/quorum_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "shamir/quorum.h"

namespace ceremony {

namespace {

// A small number in digits or in words; 0 where it is none.
unsigned small_number(std::string_view word) {
  static constexpr std::array<std::string_view, 17> kWords = {"",
                                                              "one",
                                                              "two",
                                                              "three",
                                                              "four",
                                                              "five",
                                                              "six",
                                                              "seven",
                                                              "eight",
                                                              "nine",
                                                              "ten",
                                                              "eleven",
                                                              "twelve",
                                                              "thirteen",
                                                              "fourteen",
                                                              "fifteen",
                                                              "sixteen"};
  const auto* const found = std::find(kWords.begin() + 1, kWords.end(), word);
  if (found != kWords.end()) {
    return static_cast<unsigned>(found - kWords.begin());
  }
  const bool digits = !word.empty() && word.size() <= 2 &&
                      std::all_of(word.begin(), word.end(), [](char character) {
                        return character >= '0' && character <= '9';
                      });
  if (!digits) {
    return 0;
  }
  unsigned value = 0;
  for (const char digit : word) {
    value = value * 10 + static_cast<unsigned>(digit - '0');
  }
  return value <= shamir::kMostShares ? value : 0;
}

// Lower-case words and numbers, and "/" as a word of its own.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char character : text) {
    const bool letter = (character >= 'a' && character <= 'z') ||
                        (character >= 'A' && character <= 'Z') ||
                        (character >= '0' && character <= '9');
    if (letter) {
      const bool capital = character >= 'A' && character <= 'Z';
      words.back() += capital ? static_cast<char>(character - 'A' + 'a') : character;
      continue;
    }
    words.emplace_back(character == '/' ? "/" : "");
    if (character == '/') {
      words.emplace_back();
    }
  }
  words.erase(std::remove(words.begin(), words.end(), std::string()), words.end());
  return words;
}

bool joins_numbers(std::string_view word) {
  return word == "of" || word == "from" || word == "among" || word == "/";
}

bool is_filler(std::string_view word) {
  return word == "out" || word == "the" || word == "any" || word == "our" || word == "all";
}

}  // namespace

bool seems_to_tell_the_quorum(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  words.erase(std::remove_if(words.begin(), words.end(), is_filler), words.end());
  for (std::size_t at = 0; at + 2 < words.size(); ++at) {
    if (small_number(words[at]) > 0 && joins_numbers(words[at + 1]) &&
        small_number(words[at + 2]) > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace ceremony
