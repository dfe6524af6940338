// The bits of a share and the words that stand for them: write_words() and read_words().
//
// identifier:15 | extendable:1 | exponent:4 | group index:4 | group threshold - 1:4 |
// group count - 1:4 | index:4 | threshold - 1:4 | zero padding | value | checksum:30

#include <array>
#include <string>
#include <utility>

#include "shamir/slip39.h"
#include "shamir/slip39_checksum.h"
#include "shamir/slip39_fields.h"
#include "shamir/slip39_words.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using slip39::WordNumbers;

constexpr std::size_t kWordBits = 10;
constexpr std::size_t kHeaderWords = 4;
constexpr std::size_t kOtherWords = kHeaderWords + slip39::kChecksumWords;
constexpr std::size_t kMostPadding = 8;  // bits

constexpr std::size_t value_words(std::size_t size_bytes) {
  return (8 * size_bytes + kWordBits - 1) / kWordBits;
}

constexpr std::size_t kFewestWords = kOtherWords + value_words(kShortestSecret);
constexpr std::size_t kMostWords = kOtherWords + value_words(kLongestSecret);
static_assert(kFewestWords == 20 && kMostWords == 59);

// Values have an even number of bytes, so what is more than a multiple of 16 bits is padding.
constexpr std::size_t padding_bits(std::size_t words) {
  return kWordBits * (words - kOtherWords) % 16;
}

// The 40 bits before the value.
std::uint64_t header_of(const Slip39Share& share) {
  std::uint64_t header = share.identifier;
  header = (header << 1U) | (share.extendable == Extendable::kYes ? 1U : 0U);
  header = (header << 4U) | share.iteration_exponent;
  header = (header << 4U) | share.group_index;
  header = (header << 4U) | (share.group_threshold - 1U);
  header = (header << 4U) | (share.group_count - 1U);
  header = (header << 4U) | share.index;
  return (header << 4U) | (share.threshold - 1U);
}

std::uint8_t four_bits(std::uint64_t header, unsigned from) {
  return static_cast<std::uint8_t>((header >> from) & 0xFU);
}

Slip39Share share_of(std::uint64_t header, SecretBytes value) {
  return Slip39Share{
      .identifier = static_cast<std::uint16_t>(header >> 25U),
      .extendable = ((header >> 24U) & 1U) != 0 ? Extendable::kYes : Extendable::kNo,
      .iteration_exponent = four_bits(header, 20),
      .group_index = four_bits(header, 16),
      .group_threshold = static_cast<std::uint8_t>(four_bits(header, 12) + 1U),
      .group_count = static_cast<std::uint8_t>(four_bits(header, 8) + 1U),
      .index = four_bits(header, 4),
      .threshold = static_cast<std::uint8_t>(four_bits(header, 0) + 1U),
      .value = std::move(value),
  };
}

WordNumbers numbers_of_share(const Slip39Share& share) {
  WordNumbers numbers(kOtherWords + value_words(share.value.size()));
  std::size_t place = 0;
  for (const std::uint64_t header = header_of(share); place < kHeaderWords; ++place) {
    numbers.set(place, (header >> (kWordBits * (kHeaderWords - 1 - place))) & 0x3FFU);
  }
  const SecretBytes::Reader value = share.value.read();
  std::uint32_t pending = 0;
  std::size_t pending_bits = padding_bits(numbers.size());
  for (const std::uint8_t byte : value.bytes()) {
    pending = (pending << 8U) | byte;
    pending_bits += 8;
    if (pending_bits >= kWordBits) {
      pending_bits -= kWordBits;
      numbers.set(place++, (pending >> pending_bits) & 0x3FFU);
    }
  }
  slip39::write_checksum(numbers, share.extendable);
  return numbers;
}

// The padding and the value: `padding` holds the padding bits, which must be zero.
struct Body {
  std::uint32_t padding = 0;
  SecretBytes value;
};

Body body_of(const WordNumbers& numbers) {
  const std::size_t words = numbers.size() - kOtherWords;
  Body body{.padding = 0, .value = SecretBytes(words * kWordBits / 16 * 2)};
  const SecretBytes::Writer value = body.value.write();
  // The padding stands where the first value word begins.
  std::uint32_t pending = numbers.at(kHeaderWords);
  std::size_t pending_bits = kWordBits - padding_bits(numbers.size());
  body.padding = pending >> pending_bits;
  std::size_t next = kHeaderWords + 1;
  for (std::uint8_t& byte : value.bytes()) {
    if (pending_bits < 8) {
      pending = (pending << kWordBits) | numbers.at(next++);
      pending_bits += kWordBits;
    }
    pending_bits -= 8;
    byte = static_cast<std::uint8_t>((pending >> pending_bits) & 0xFFU);
  }
  return body;
}

Error malformed(const char* message) {
  return Error{ErrorCode::kMalformed, message};
}

Result<void> check_word_count(std::size_t words) {
  if (words < kFewestWords) {
    return malformed("there are too few words for a share; type the words that are missing");
  }
  if (words > kMostWords) {
    return malformed(
        "there are more words than the longest share has; look for words typed twice, or for two "
        "shares in one");
  }
  if (padding_bits(words) > kMostPadding) {
    return malformed("no share has this number of words; look for a word left out or typed twice");
  }
  return {};
}

Error checksum_error(const WordNumbers& numbers, Extendable extendable) {
  const std::string advice = "the words do not fit together, so at least one of them is wrong; ";
  const auto place = slip39::place_of_wrong_word(numbers, extendable);
  if (!place) {
    return Error{ErrorCode::kMalformed, advice + "compare each with the card and type it again"};
  }
  return Error{ErrorCode::kMalformed,
               advice + "most likely word " + std::to_string(*place + 1) +
                   ": compare it first, then the others, with the card"};
}

bool same_share(const Slip39Share& left, const Slip39Share& right) {
  return header_of(left) == header_of(right) && left.value.equals(right.value);
}

}  // namespace

Result<SecretBytes> write_words(const Slip39Share& share) {
  if (auto fields = slip39::check_fields(share); !fields) {
    return std::move(fields).error();
  }
  SecretBytes text = slip39::text_of(numbers_of_share(share));
  // A share that cannot be read is found out now or in the next recovery.
  const auto read_back = read_words(text);
  if (!read_back || !same_share(*read_back, share)) {
    return Error{ErrorCode::kDeviceFailure,
                 "the words just made do not give back the share, so this machine cannot be "
                 "trusted; stop and have it examined"};
  }
  return text;
}

Result<Slip39Share> read_words(const SecretBytes& text) {
  auto numbers = slip39::numbers_of(text);
  if (!numbers) {
    return std::move(numbers).error();
  }
  if (auto count = check_word_count(numbers->size()); !count) {
    return std::move(count).error();
  }
  std::uint64_t header = 0;
  for (std::size_t place = 0; place < kHeaderWords; ++place) {
    header = (header << kWordBits) | numbers->at(place);
  }
  const auto extendable = ((header >> 24U) & 1U) != 0 ? Extendable::kYes : Extendable::kNo;
  if (!slip39::checksum_holds(*numbers, extendable)) {
    return checksum_error(*numbers, extendable);
  }
  Body body = body_of(*numbers);
  if (body.padding != 0) {
    return malformed(
        "the bits that fill up the first words of the value are not zero, so this share was not "
        "made by a SLIP-39 tool; use another copy of it");
  }
  Slip39Share share = share_of(header, std::move(body.value));
  if (share.group_threshold > share.group_count) {
    return malformed(
        "the share asks for more groups than there are, so it was badly made; use another copy of "
        "it");
  }
  return share;
}

}  // namespace shamir
