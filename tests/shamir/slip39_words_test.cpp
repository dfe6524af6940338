#include "shamir/slip39_words.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <random>
#include <set>
#include <sstream>

#include <sodium.h>

#include "shamir/slip39.h"
#include "shamir/slip39_checksum.h"
#include "support/shamir_secrets.h"

using base::ErrorCode;
using base::SecretBytes;
using shamir::Extendable;
using shamir::read_words;
using shamir::Slip39Share;
using shamir::write_words;
using shamir::slip39::numbers_of;
using shamir::slip39::text_of;
using shamir::slip39::WordNumbers;
using shamir_test::refusal;
using shamir_test::require;
using shamir_test::secret;
using shamir_test::text;

namespace {

// Official vector 4, first share.
constexpr const char* kShare =
    "shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist "
    "rescue view short owner flip making coding armed";

std::vector<std::string> split_at_blanks(const std::string& words) {
  std::istringstream stream(words);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string join(const std::vector<std::string>& words, const std::string& blank = " ") {
  std::string joined;
  for (const std::string& word : words) {
    joined += (joined.empty() ? "" : blank) + word;
  }
  return joined;
}

// All 1024 words, in order.
std::vector<std::string> all_words() {
  WordNumbers numbers(1024);
  for (std::uint32_t i = 0; i < 1024; ++i) {
    numbers.set(i, i);
  }
  return split_at_blanks(text(text_of(numbers)));
}

void check_numbers(const std::string& words) {
  const WordNumbers numbers = require(numbers_of(secret(words)));
  REQUIRE(numbers.size() == 1024);
  for (std::uint32_t i = 0; i < 1024; ++i) {
    REQUIRE(numbers.at(i) == i);
  }
}

Slip39Share example_share(std::size_t size) {
  return Slip39Share{.identifier = 0x7ABC,
                     .extendable = Extendable::kYes,
                     .iteration_exponent = 3,
                     .group_index = 4,
                     .group_threshold = 5,
                     .group_count = 6,
                     .index = 7,
                     .threshold = 8,
                     .value = SecretBytes::random(size)};
}

// The words of these numbers under a good checksum.
std::string with_checksum(std::vector<std::uint32_t> numbers, Extendable extendable) {
  WordNumbers row(numbers.size() + 3);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    row.set(i, numbers[i]);
  }
  shamir::slip39::write_checksum(row, extendable);
  return text(text_of(row));
}

std::string message_for(const std::string& words) {
  const base::Error error = refusal(read_words(secret(words)));
  CHECK(error.code == ErrorCode::kMalformed);
  return error.message;
}

bool mentions(const std::string& sentence, const std::string& part) {
  return sentence.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("words: the list is that of the standard") {
  const std::vector<std::string> words = all_words();
  REQUIRE(words.size() == 1024);
  const std::string list = join(words, "\n") + "\n";
  std::vector<std::uint8_t> digest(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), base::bytes_of(list).data(), list.size());
  CHECK(shamir_test::hex(secret(digest)) ==
        "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3");
}

TEST_CASE("words: each is known whole, in capitals, and by its first four letters") {
  const std::vector<std::string> words = all_words();
  std::vector<std::string> capitals;
  std::vector<std::string> abbreviations;
  for (const std::string& word : words) {
    std::string capital = word;
    std::transform(word.begin(), word.end(), capital.begin(), [](char letter) {
      return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    });
    capitals.push_back(capital);
    abbreviations.push_back(word.substr(0, 4));
  }
  CHECK(std::set<std::string>(abbreviations.begin(), abbreviations.end()).size() == 1024);
  check_numbers(join(words));
  check_numbers(join(capitals));
  check_numbers(join(abbreviations));
}

TEST_CASE("words: no cut but that after four letters is taken, and nothing longer or other") {
  const std::vector<std::string> words = all_words();
  const std::set<std::string> list(words.begin(), words.end());
  for (const std::string& word : words) {
    for (std::size_t letters = 1; letters < word.size(); ++letters) {
      const std::string cut = word.substr(0, letters);
      REQUIRE(numbers_of(secret(cut)).ok() == (letters == 4 || list.count(cut) == 1));
    }
    REQUIRE(!numbers_of(secret(word + "s")).ok());
    REQUIRE(!numbers_of(secret(word + "ssssssss")).ok());
    std::string other = word;
    other[word.size() % 4] = '1';
    REQUIRE(!numbers_of(secret(other)).ok());
  }
}

TEST_CASE("words: blanks, tabs and ends of lines may stand between and around") {
  const std::vector<std::string> words = split_at_blanks(kShare);
  for (const std::string blank : {"  ", "\t", "\n", "\r\n", " \t\n "}) {
    const auto share = require(read_words(secret(blank + join(words, blank) + blank)));
    CHECK(text(require(write_words(share))) == kShare);
  }
}

TEST_CASE("words: the place of an unknown word is named, and the word is not repeated") {
  std::vector<std::string> words = split_at_blanks(kShare);
  words[6] = "fanciful";
  const std::string message = message_for(join(words));
  CHECK(message ==
        "word 7 is not one of the words that shares are written with; read it again on the card "
        "and type it once more");
  CHECK(mentions(message_for("academic \xC3\xA9"
                             "clair"),
                 "word 2 is not"));
  CHECK(mentions(message_for(std::string("acad\0mic", 8)), "word 1 is not"));
}

TEST_CASE("words: every field and length is written and read back") {
  for (std::size_t size = 16; size <= 64; size += 2) {
    const Slip39Share share = example_share(size);
    const SecretBytes words = require(write_words(share));
    CHECK(split_at_blanks(text(words)).size() == 7 + (8 * size + 9) / 10);
    const Slip39Share again = require(read_words(words));
    CHECK(again.identifier == 0x7ABC);
    CHECK(again.extendable == Extendable::kYes);
    CHECK(again.iteration_exponent == 3);
    CHECK(again.group_index == 4);
    CHECK(again.group_threshold == 5);
    CHECK(again.group_count == 6);
    CHECK(again.index == 7);
    CHECK(again.threshold == 8);
    CHECK(again.value.equals(share.value));
  }
}

TEST_CASE("words: each field over its whole range") {
  Slip39Share share = example_share(16);
  const auto comes_back = [&share] {
    const Slip39Share again = require(read_words(require(write_words(share))));
    return again.identifier == share.identifier && again.extendable == share.extendable &&
           again.iteration_exponent == share.iteration_exponent &&
           again.group_index == share.group_index &&
           again.group_threshold == share.group_threshold &&
           again.group_count == share.group_count && again.index == share.index &&
           again.threshold == share.threshold && again.value.equals(share.value);
  };
  for (unsigned bit = 0; bit < 15; ++bit) {
    share.identifier = static_cast<std::uint16_t>(1U << bit);
    CHECK(comes_back());
  }
  for (std::uint8_t four = 0; four < 16; ++four) {
    share = example_share(16);
    share.extendable = four % 2 == 0 ? Extendable::kNo : Extendable::kYes;
    share.iteration_exponent = four;
    share.group_index = static_cast<std::uint8_t>(15 - four);
    share.group_count = 16;
    share.group_threshold = static_cast<std::uint8_t>(four + 1);
    share.index = four;
    share.threshold = static_cast<std::uint8_t>(16 - four);
    CHECK(comes_back());
  }
}

TEST_CASE("words: a share with a field out of its range is never written") {
  const auto refused = [](auto change) {
    Slip39Share share = example_share(16);
    change(share);
    return refusal(write_words(share)).code == ErrorCode::kInvalidArgument;
  };
  CHECK(refused([](Slip39Share& share) { share.identifier = 0x8000; }));
  CHECK(refused([](Slip39Share& share) { share.iteration_exponent = 16; }));
  CHECK(refused([](Slip39Share& share) { share.group_index = 16; }));
  CHECK(refused([](Slip39Share& share) { share.group_threshold = 0; }));
  CHECK(refused([](Slip39Share& share) { share.group_threshold = 7; }));  // of 6
  CHECK(refused([](Slip39Share& share) { share.group_count = 17; }));
  CHECK(refused([](Slip39Share& share) { share.group_count = 0; }));
  CHECK(refused([](Slip39Share& share) { share.index = 16; }));
  CHECK(refused([](Slip39Share& share) { share.threshold = 0; }));
  CHECK(refused([](Slip39Share& share) { share.threshold = 17; }));
  for (const std::size_t size : {0U, 14U, 15U, 17U, 63U, 65U, 66U}) {
    CHECK(refused([size](Slip39Share& share) { share.value = SecretBytes(size); }));
  }
}

TEST_CASE("words: every number of words from none to 70 is taken or refused with its own reason") {
  std::set<std::size_t> taken;
  for (std::size_t size = 16; size <= 64; size += 2) {
    taken.insert(7 + (8 * size + 9) / 10);
  }
  REQUIRE(taken.size() == 25);
  for (std::size_t count = 3; count <= 70; ++count) {
    const std::string words =
        with_checksum(std::vector<std::uint32_t>(count - 3, 0), Extendable::kNo);
    CAPTURE(count);
    if (count < 20) {
      CHECK(mentions(message_for(words), "too few words"));
    } else if (count > 59) {
      CHECK(mentions(message_for(words), "more words than the longest share"));
    } else if (taken.count(count) == 0) {
      CHECK(mentions(message_for(words), "no share has this number of words"));
    } else {
      CHECK(read_words(secret(words)).ok());
    }
  }
  CHECK(mentions(message_for(""), "too few words"));
  CHECK(mentions(message_for(" \n"), "too few words"));
}

TEST_CASE("words: padding bits must be zero, each of them") {
  for (std::size_t size = 16; size <= 64; size += 2) {
    const std::size_t value_words = (8 * size + 9) / 10;
    const std::size_t padding = 10 * value_words % 16;
    for (std::size_t bit = 0; bit < 10; ++bit) {
      std::vector<std::uint32_t> numbers(4 + value_words, 0);
      numbers[4] = 1U << bit;
      const std::string words = with_checksum(numbers, Extendable::kNo);
      if (bit >= 10 - padding) {
        CHECK(mentions(message_for(words), "are not zero"));
      } else {
        CHECK(read_words(secret(words)).ok());
      }
    }
  }
}

TEST_CASE("words: more groups needed than there are, in both forms") {
  for (const std::uint32_t extendable : {0U, 1U}) {
    std::vector<std::uint32_t> numbers(17, 0);
    numbers[1] = extendable << 4U;
    numbers[2] = 1U << 2U;  // group threshold 2 of 1 group
    const auto form = extendable == 1 ? Extendable::kYes : Extendable::kNo;
    CHECK(mentions(message_for(with_checksum(numbers, form)), "more groups than there are"));
    const auto other_form = extendable == 1 ? Extendable::kNo : Extendable::kYes;
    CHECK(mentions(message_for(with_checksum(numbers, other_form)), "do not fit together"));
  }
}

TEST_CASE("checksum: every wrong word is found, and its place is named") {
  const std::vector<std::string> list = all_words();
  const std::vector<std::string> words = split_at_blanks(kShare);
  std::mt19937 random(20);  // seed 20
  for (std::size_t place = 0; place < words.size(); ++place) {
    for (unsigned draw = 0; draw < 20; ++draw) {
      std::vector<std::string> wrong = words;
      wrong[place] = list[random() % 1024];
      if (wrong[place] == words[place]) {
        continue;
      }
      const std::string message = message_for(join(wrong));
      // A wrong second word may change the form, and with it the checksum asked for.
      if (place != 1) {
        REQUIRE(message ==
                "the words do not fit together, so at least one of them is wrong; most likely "
                "word " +
                    std::to_string(place + 1) +
                    ": compare it first, then the others, with the card");
      }
    }
  }
}

TEST_CASE("checksum: two or three wrong words, and two words exchanged, are always found") {
  const std::vector<std::string> list = all_words();
  const std::vector<std::string> words = split_at_blanks(kShare);
  std::mt19937 random(39);  // seed 39
  unsigned unplaced = 0;
  for (unsigned draw = 0; draw < 200; ++draw) {
    std::vector<std::string> wrong = words;
    for (unsigned i = 0; i < 2 + draw % 2; ++i) {
      wrong[2 + random() % 18] = list[random() % 1024];
    }
    if (wrong != words) {
      unplaced += mentions(message_for(join(wrong)), "compare each with the card") ? 1U : 0U;
    }
  }
  CHECK(unplaced > 150);
  for (std::size_t first = 0; first < words.size(); ++first) {
    for (std::size_t second = first + 1; second < words.size(); ++second) {
      std::vector<std::string> wrong = words;
      std::swap(wrong[first], wrong[second]);
      REQUIRE(mentions(message_for(join(wrong)), "do not fit together"));
    }
  }
}
