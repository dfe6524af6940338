#include "base/digest_words.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.h"
#include "base/text_encoding.h"

using namespace base;

namespace {

std::vector<std::string> split(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word + " ";
  }
  return text;
}

Digest digest_of_one_byte(std::uint8_t byte) {
  Digest digest{};
  digest.fill(byte);
  return digest;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

}  // namespace

TEST_CASE("digest words: the published example") {
  std::ifstream file(std::string(TEST_VECTORS) + "/base/pgp_words.txt");
  std::string source;
  std::string hex;
  std::string words;
  std::getline(file, source);
  std::getline(file, hex);
  std::getline(file, words);
  REQUIRE(hex.substr(0, 5) == "Hex: ");
  REQUIRE(words.substr(0, 7) == "Words: ");
  Digest digest{};
  const Bytes bytes = *from_hex(lower(hex.substr(5)));
  REQUIRE(bytes.size() == 20);
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  const std::string expected = lower(words.substr(7));
  CHECK(digest_words(digest).substr(0, expected.size()) == expected);
  CHECK(short_digest_words(digest) == "topmost istanbul pluto vagabond");
}

TEST_CASE("digest words: all 512 words differ and every byte comes back") {
  std::set<std::string> seen;
  for (unsigned value = 0; value < 256; ++value) {
    const Digest digest = digest_of_one_byte(static_cast<std::uint8_t>(value));
    const auto words = split(digest_words(digest));
    REQUIRE(words.size() == 32);
    seen.insert(words[0]);
    seen.insert(words[1]);
    REQUIRE(*parse_digest_words(digest_words(digest)) == digest);
  }
  CHECK(seen.size() == 512);
}

TEST_CASE("digest words: case and separators do not matter") {
  const Digest digest = sha256(bytes_of("abc"));
  std::string text = digest_words(digest);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
    return letter == ' ' ? '-' : static_cast<char>(std::toupper(letter));
  });
  CHECK(*parse_digest_words("\r\n\t, " + text + " ,\n") == digest);
}

TEST_CASE("digest words: a word left out, doubled or swapped is named by its place") {
  const auto words = split(digest_words(sha256(bytes_of("abc"))));
  for (std::size_t place = 0; place + 1 < words.size(); ++place) {
    auto left_out = words;
    left_out.erase(left_out.begin() + static_cast<std::ptrdiff_t>(place));
    auto doubled = words;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(place), words[place]);
    auto swapped = words;
    std::swap(swapped[place], swapped[place + 1]);
    const auto says = [](const std::vector<std::string>& list) {
      return parse_digest_words(join(list)).error().message;
    };
    const std::string at_fault =
        " stands at the wrong place: a word before it was left out, "
        "doubled or swapped. Read the words again from the start.";
    CHECK(says(left_out) == "Word " + std::to_string(place + 1) + at_fault);
    CHECK(says(doubled) == "Word " + std::to_string(place + 2) + at_fault);
    CHECK(says(swapped) == "Word " + std::to_string(place + 1) + at_fault);
  }
}

TEST_CASE("digest words: a word that is none is named by its place") {
  auto words = split(digest_words(sha256(bytes_of("abc"))));
  words[16] = "conclave";
  const auto parsed = parse_digest_words(join(words));
  CHECK(parsed.error().code == ErrorCode::kMalformed);
  CHECK(parsed.error().message ==
        "Word 17 is not in the word list. Read that word again, letter by letter.");
}

TEST_CASE("digest words: too few and too many words are counted") {
  const std::string text = digest_words(sha256(bytes_of("abc")));
  CHECK(parse_digest_words("").error().message ==
        "There are 0 words where 32 are needed. Read all of them again.");
  CHECK(parse_digest_words(text + " aardvark").error().message ==
        "There are 33 words where 32 are needed. Read all of them again.");
  CHECK(parse_digest_words(short_digest_words(sha256({}))).error().code == ErrorCode::kMalformed);
}
