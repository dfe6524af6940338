#include "shamir/slip39_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace shamir::slip39 {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::size_t kLongestWord = 8;
constexpr std::size_t kAbbreviation = 4;

constexpr std::array<std::string_view, kWordCount> kWords = {
#include "shamir/slip39_words.inc"
};

// Up to eight letters in one number, the first in the lowest byte; zero behind the last.
using Letters = std::uint64_t;

constexpr Letters kFirstFour = 0xFFFFFFFFU;

constexpr Letters letters_of(std::string_view word) {
  Letters letters = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    letters |= Letters{static_cast<unsigned char>(word[i])} << (8 * i);
  }
  return letters;
}

constexpr std::array<Letters, kWordCount> kLetters = [] {
  std::array<Letters, kWordCount> all{};
  std::transform(kWords.begin(), kWords.end(), all.begin(), letters_of);
  return all;
}();

// The same number, of which the compiler then knows nothing. Without it clang 14 sees that only one
// word can match, and makes a branch of the mask (found by tests/constant-time).
std::uint64_t opaque(std::uint64_t number) {
  __asm__("" : "+r"(number));
  return number;
}

// All ones where the two are equal, otherwise zero; without a branch.
std::uint64_t mask_if_equal(std::uint64_t left, std::uint64_t right) {
  const std::uint64_t difference = left ^ right;
  const std::uint64_t differs = (difference | (0 - difference)) >> 63U;  // 1 or 0
  return opaque(differs) - 1;
}

bool is_blank(std::uint8_t letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

// A to Z become a to z, without a branch; everything else stays.
std::uint8_t lower_case(std::uint8_t letter) {
  const unsigned from_a = letter - unsigned{'A'};  // huge where below A
  const unsigned is_capital = ((from_a - 26U) >> 31U) & ~(from_a >> 31U) & 1U;
  return static_cast<std::uint8_t>(letter | (is_capital << 5U));
}

// Where a word stands in a text.
struct Span {
  std::size_t begin = 0;
  std::size_t size = 0;
};

std::vector<Span> words_in(std::span<const std::uint8_t> text) {
  std::vector<Span> words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_blank(text[i])) {
      continue;
    }
    if (i == 0 || is_blank(text[i - 1])) {
      words.push_back({.begin = i, .size = 0});
    }
    ++words.back().size;
  }
  return words;
}

std::size_t length_of(Letters word) {
  std::size_t length = 0;
  for (; word != 0; word >>= 8U) {
    ++length;
  }
  return length;
}

Error unknown_word(std::size_t place) {
  return Error{ErrorCode::kMalformed,
               "word " + std::to_string(place + 1) +
                   " is not one of the words that shares are written with; read it again on the "
                   "card and type it once more"};
}

}  // namespace

std::uint32_t number_of(std::span<const std::uint8_t> word) {
  Letters letters = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    letters |= Letters{lower_case(word[i])} << (8 * i);
  }
  const Letters compared = word.size() == kAbbreviation ? kFirstFour : ~Letters{0};
  std::uint64_t number = 0;
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < kWordCount; ++i) {
    const std::uint64_t mask = mask_if_equal(letters, kLetters[i] & compared);
    number |= i & mask;
    found |= mask;
  }
  return static_cast<std::uint32_t>((number & found) | (kWordCount & ~found));
}

std::uint64_t letters_at(std::uint32_t number) {
  Letters letters = 0;
  for (std::size_t i = 0; i < kWordCount; ++i) {
    letters |= kLetters[i] & mask_if_equal(i, number);
  }
  return letters;
}

Result<WordNumbers> numbers_of(const SecretBytes& text) {
  const SecretBytes::Reader reader = text.read();
  const std::vector<Span> words = words_in(reader.bytes());
  WordNumbers numbers(words.size());
  for (std::size_t place = 0; place < words.size(); ++place) {
    const Span word = words[place];
    if (word.size < kAbbreviation || word.size > kLongestWord) {
      return unknown_word(place);
    }
    const std::uint32_t number = number_of(reader.bytes().subspan(word.begin, word.size));
    if (number == kWordCount) {
      return unknown_word(place);
    }
    numbers.set(place, number);
  }
  return numbers;
}

SecretBytes text_of(const WordNumbers& numbers) {
  std::size_t size = numbers.size() == 0 ? 0 : numbers.size() - 1;  // the blanks between
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    size += length_of(letters_at(numbers.at(place)));
  }
  SecretBytes text(size);
  const SecretBytes::Writer writer = text.write();
  std::size_t end = 0;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    if (place > 0) {
      writer.bytes()[end++] = ' ';
    }
    for (Letters rest = letters_at(numbers.at(place)); rest != 0; rest >>= 8U) {
      writer.bytes()[end++] = static_cast<std::uint8_t>(rest & 0xFFU);
    }
  }
  return text;
}

}  // namespace shamir::slip39
