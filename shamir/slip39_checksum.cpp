#include "shamir/slip39_checksum.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "shamir/verdict.h"

namespace shamir::slip39 {

namespace {

// The state of the code: three numbers of ten bits, the first fed in highest.
using Checksum = std::uint32_t;

constexpr std::array<Checksum, 10> kGenerator = {
    0x00E0E040,
    0x01C1C080,
    0x03838100,
    0x07070200,
    0x0E0E0009,
    0x1C0C2412,
    0x38086C24,
    0x3090FC48,
    0x21B1F890,
    0x03F3F120,
};

constexpr Checksum feed(Checksum checksum, std::uint32_t number) {
  const Checksum leaving = checksum >> 20U;
  Checksum next = ((checksum & 0xFFFFFU) << 10U) ^ number;
  for (std::size_t bit = 0; bit < kGenerator.size(); ++bit) {
    next ^= kGenerator[bit] & (0U - ((leaving >> bit) & 1U));
  }
  return next;
}

Checksum checksum_of(const WordNumbers& numbers, Extendable extendable) {
  const std::string_view customization =
      extendable == Extendable::kYes ? "shamir_extendable" : "shamir";
  Checksum checksum = 1;
  for (const char letter : customization) {
    checksum = feed(checksum, static_cast<unsigned char>(letter));
  }
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    checksum = feed(checksum, numbers.at(place));
  }
  return checksum;
}

}  // namespace

void write_checksum(WordNumbers& numbers, Extendable extendable) {
  const std::size_t first = numbers.size() - kChecksumWords;
  for (std::size_t i = 0; i < kChecksumWords; ++i) {
    numbers.set(first + i, 0);
  }
  const Checksum checksum = checksum_of(numbers, extendable) ^ 1U;
  for (std::size_t i = 0; i < kChecksumWords; ++i) {
    numbers.set(first + i, (checksum >> (10U * (kChecksumWords - 1 - i))) & 0x3FFU);
  }
}

bool checksum_holds(const WordNumbers& numbers, Extendable extendable) {
  return public_verdict(checksum_of(numbers, extendable) == 1);
}

std::optional<std::size_t> place_of_wrong_word(const WordNumbers& numbers, Extendable extendable) {
  const Checksum error = checksum_of(numbers, extendable) ^ 1U;
  // What each possible change of one number does to the checksum. The code is linear, so this does
  // not depend on the words; it starts with a change of the last word and walks to the first.
  std::array<Checksum, kWordCount> changes{};
  for (std::uint32_t change = 0; change < kWordCount; ++change) {
    changes[change] = change;
  }
  for (std::size_t place = numbers.size(); place > 0; --place) {
    if (std::find(changes.begin() + 1, changes.end(), error) != changes.end()) {
      return place - 1;
    }
    for (Checksum& change : changes) {
      change = feed(change, 0);
    }
  }
  return std::nullopt;
}

}  // namespace shamir::slip39
