#include "base/digest_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace base {

namespace {

#include "base/pgp_words.inc"

constexpr std::size_t kShortWords = 4;
constexpr std::string_view kSeparators = " \t\r\n,-";

constexpr const std::array<std::string_view, 256>& words_at(std::size_t place) {
  return place % 2 == 0 ? kEvenWords : kOddWords;
}

std::string first_words(const Digest& digest, std::size_t count) {
  std::string text;
  for (std::size_t place = 0; place < count; ++place) {
    text += place == 0 ? "" : " ";
    text += words_at(place)[digest.at(place)];
  }
  return text;
}

std::string lower_case(std::string_view word) {
  std::string lower(word);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
    }
  }
  return lower;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  std::size_t start = text.find_first_not_of(kSeparators);
  while (start != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, start), text.size());
    words.push_back(lower_case(text.substr(start, end - start)));
    start = text.find_first_not_of(kSeparators, end);
  }
  return words;
}

bool contains(const std::array<std::string_view, 256>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Error bad_word(std::size_t place, std::string_view word) {
  const std::string which = "Word " + std::to_string(place + 1);
  if (contains(words_at(place + 1), word)) {
    return Error{ErrorCode::kMalformed,
                 which +
                     " stands at the wrong place: a word before it was left out, doubled or "
                     "swapped. Read the words again from the start."};
  }
  return Error{ErrorCode::kMalformed,
               which + " is not in the word list. Read that word again, letter by letter."};
}

}  // namespace

std::string digest_words(const Digest& digest) {
  return first_words(digest, digest.size());
}

std::string short_digest_words(const Digest& digest) {
  return first_words(digest, kShortWords);
}

Result<Digest> parse_digest_words(std::string_view text) {
  const std::vector<std::string> words = split(text);
  Digest digest{};
  for (std::size_t place = 0; place < std::min(words.size(), digest.size()); ++place) {
    const auto& list = words_at(place);
    const auto* const found = std::find(list.begin(), list.end(), words[place]);
    if (found == list.end()) {
      return bad_word(place, words[place]);
    }
    digest.at(place) = static_cast<std::uint8_t>(found - list.begin());
  }
  if (words.size() != digest.size()) {
    return Error{ErrorCode::kMalformed,
                 "There are " + std::to_string(words.size()) +
                     " words where 32 are needed. Read all of them again."};
  }
  return digest;
}

}  // namespace base
