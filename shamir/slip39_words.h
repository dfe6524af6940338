// shamir/slip39_words.h - the 1024 words of SLIP-39, and ten-bit numbers written as words.
//
// The words of a share are as secret as its value. So they live in SecretBytes, and a word is found
// by comparing it with all 1024 in the same time; only the lengths of words show in timing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace shamir::slip39 {

inline constexpr std::size_t kWordCount = 1024;

// A row of numbers from 0 to 1023, each standing for a word: secret.
class WordNumbers {
 public:
  explicit WordNumbers(std::size_t count) : bytes_(count * 2) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size() / 2; }

  // Requires place < size().
  [[nodiscard]] std::uint32_t at(std::size_t place) const {
    const base::SecretBytes::Reader reader = bytes_.read();
    return (std::uint32_t{reader.bytes()[place * 2]} << 8U) | reader.bytes()[place * 2 + 1];
  }

  // Requires place < size() and number < 1024.
  void set(std::size_t place, std::uint32_t number) {
    const base::SecretBytes::Writer writer = bytes_.write();
    writer.bytes()[place * 2] = static_cast<std::uint8_t>(number >> 8U);
    writer.bytes()[place * 2 + 1] = static_cast<std::uint8_t>(number & 0xFFU);
  }

 private:
  base::SecretBytes bytes_;  // two bytes a number, high first
};

// The number of one word, whole or cut after four letters; kWordCount where it is not in the list.
// Constant time but for the length. Requires four to eight letters.
std::uint32_t number_of(std::span<const std::uint8_t> word);

// The letters of word `number` (below kWordCount), the first in the lowest byte, zero behind the
// last. Constant time.
std::uint64_t letters_at(std::uint32_t number);

// The numbers of the words in a text: upper or lower case, blanks and ends of lines between, each
// word whole or cut after its first four letters (which are unlike those of any other word).
// Errors: kMalformed, naming the place of the first word that is not in the list.
base::Result<WordNumbers> numbers_of(const base::SecretBytes& text);

// The words, lower case, with single blanks between.
base::SecretBytes text_of(const WordNumbers& numbers);

}  // namespace shamir::slip39
