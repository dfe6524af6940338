#include "ceremony/typed_secrets.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <sodium.h>

#include "base/bytes.h"
#include "ceremony/text_words.h"

namespace ceremony {

namespace {

constexpr std::size_t kOrdinaryCharacters = 8;
constexpr std::size_t kLongCharacters = 20;
constexpr std::size_t kLongWords = 4;
constexpr std::size_t kLeastInLongWords = 12;  // characters

// Letters and digits; of other alphabets every byte.
bool is_of_a_word(char c) {
  const char lower = lower_ascii(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80U;
}

// In UTF-8 a character's first byte is none of its later ones.
bool begins_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t characters_of(const std::vector<std::string_view>& words) {
  return std::accumulate(
      words.begin(), words.end(), std::size_t{0}, [](std::size_t sum, std::string_view word) {
        return sum + static_cast<std::size_t>(std::ranges::count_if(word, begins_a_character));
      });
}

}  // namespace

std::uint32_t TypedSecrets::value_of(const Words& words,
                                     std::size_t first,
                                     std::size_t count) const {
  const auto key = key_.read();
  crypto_generichash_state state;
  std::array<std::uint8_t, crypto_generichash_BYTES_MIN> hash{};
  crypto_generichash_init(&state, key.bytes().data(), key.bytes().size(), hash.size());
  for (std::size_t i = first; i < first + count; ++i) {
    for (const char c : words[i]) {
      const auto lower = static_cast<std::uint8_t>(lower_ascii(c));
      crypto_generichash_update(&state, &lower, 1);
    }
    const std::uint8_t end = ' ';
    crypto_generichash_update(&state, &end, 1);
  }
  crypto_generichash_final(&state, hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  const std::uint32_t value = (std::uint32_t{hash[0]} << 24U) | (std::uint32_t{hash[1]} << 16U) |
                              (std::uint32_t{hash[2]} << 8U) | hash[3];
  sodium_memzero(hash.data(), hash.size());
  return value;
}

void TypedSecrets::remember(const base::SecretBytes& typed) {
  const auto reader = typed.read();
  const Words words = parts_of(base::text_of(reader.bytes()), is_of_a_word);
  if (words.empty() || typed.size() > kLongestTyped) {
    return;
  }
  const std::size_t characters = characters_of(words);
  Mark mark{.words = words.size(),
            .length = characters < kOrdinaryCharacters ? Length::kShort : Length::kOrdinary,
            .value = value_of(words, 0, words.size())};
  if ((words.size() >= kLongWords && characters >= kLeastInLongWords) ||
      characters >= kLongCharacters) {
    mark.length = Length::kLong;
  }
  if (std::ranges::find(marks_, mark) == marks_.end()) {
    marks_.push_back(mark);
  }
}

void TypedSecrets::forget_behind(std::size_t count) {
  while (marks_.size() > count) {
    sodium_memzero(&marks_.back(), sizeof marks_.back());
    marks_.pop_back();
  }
}

bool TypedSecrets::is_in(const Mark& mark, const Words& words, Chance chance) const {
  const bool counts = mark.length == Length::kLong || chance == Chance::kMay;
  const bool has_room =
      mark.length == Length::kShort ? words.size() == mark.words : words.size() >= mark.words;
  if (!counts || !has_room) {
    return false;
  }
  for (std::size_t first = 0; first + mark.words <= words.size(); ++first) {
    if (value_of(words, first, mark.words) == mark.value) {
      return true;
    }
  }
  return false;
}

bool TypedSecrets::stand_in(std::string_view text, Chance chance) const {
  const Words words = parts_of(text, is_of_a_word);
  return std::ranges::any_of(marks_, [&](const Mark& mark) { return is_in(mark, words, chance); });
}

}  // namespace ceremony
