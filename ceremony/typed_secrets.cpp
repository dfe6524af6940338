#include "ceremony/typed_secrets.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <span>
#include <string>

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

// Words in small letters, each with a blank behind it, in one row; wiped in the end.
class TypedSecrets::Row {
 public:
  explicit Row(const std::vector<std::string_view>& words) {
    ends_.reserve(words.size() + 1);
    ends_.push_back(0);
    for (const std::string_view word : words) {
      ends_.push_back(ends_.back() + word.size() + 1);
    }
    letters_.reserve(ends_.back());  // so that no copy is left behind
    for (const std::string_view word : words) {
      std::ranges::transform(word, std::back_inserter(letters_), lower_ascii);
      letters_.push_back(' ');
    }
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
  Row(Row&&) = delete;
  Row& operator=(Row&&) = delete;
  ~Row() { sodium_memzero(letters_.data(), letters_.size()); }

  [[nodiscard]] std::size_t words() const { return ends_.size() - 1; }

  // So many words from one on, as a number that only this process can work out.
  [[nodiscard]] std::uint32_t value_of(base::ByteView key,
                                       std::size_t first,
                                       std::size_t count) const {
    const base::ByteView letters =
        base::bytes_of(letters_).subspan(ends_[first], ends_[first + count] - ends_[first]);
    std::array<std::uint8_t, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(
        hash.data(), hash.size(), letters.data(), letters.size(), key.data(), key.size());
    const std::uint32_t value = (std::uint32_t{hash[0]} << 24U) | (std::uint32_t{hash[1]} << 16U) |
                                (std::uint32_t{hash[2]} << 8U) | hash[3];
    sodium_memzero(hash.data(), hash.size());
    return value;
  }

 private:
  std::string letters_;
  std::vector<std::size_t> ends_;  // of each word, in `letters_`; the first: of none
};

void TypedSecrets::remember(const base::SecretBytes& typed) {
  const auto reader = typed.read();
  const std::vector<std::string_view> words = parts_of(base::text_of(reader.bytes()), is_of_a_word);
  if (words.empty() || typed.size() > kLongestTyped) {
    return;
  }
  const std::size_t characters = characters_of(words);
  Mark mark{.words = words.size(),
            .length = characters < kOrdinaryCharacters ? Length::kShort : Length::kOrdinary,
            .value = Row(words).value_of(key_.read().bytes(), 0, words.size())};
  if ((words.size() >= kLongWords && characters >= kLeastInLongWords) ||
      characters >= kLongCharacters) {
    mark.length = Length::kLong;
  }
  if (std::ranges::find(marks_, mark) == marks_.end()) {
    marks_.push_back(mark);
  }
}

void TypedSecrets::forget_behind(std::size_t count) {
  times_forgotten_ += marks_.size() > count ? 1U : 0U;
  while (marks_.size() > count) {
    sodium_memzero(&marks_.back(), sizeof marks_.back());
    marks_.pop_back();
  }
}

bool TypedSecrets::is_in(const Mark& mark, const Row& row, base::ByteView key) {
  for (std::size_t first = 0; first + mark.words <= row.words(); ++first) {
    if (row.value_of(key, first, mark.words) == mark.value) {
      return true;
    }
  }
  return false;
}

bool TypedSecrets::stand_in(std::string_view text, Chance chance, std::size_t known) const {
  const auto new_ones = std::span(marks_).subspan(std::min(known, marks_.size()));
  const std::vector<std::string_view> words = parts_of(text, is_of_a_word);
  const auto may_be_in = [&](const Mark& mark) {
    const bool counts = mark.length == Length::kLong || chance == Chance::kMay;
    const bool has_room =
        mark.length == Length::kShort ? words.size() == mark.words : words.size() >= mark.words;
    return counts && has_room;
  };
  if (std::ranges::none_of(new_ones, may_be_in)) {
    return false;
  }
  const Row row(words);
  const auto key = key_.read();
  return std::ranges::any_of(
      new_ones, [&](const Mark& mark) { return may_be_in(mark) && is_in(mark, row, key.bytes()); });
}

}  // namespace ceremony
