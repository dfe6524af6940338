#include "shamir/passphrase.h"

#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "support/shamir_custody.h"

using custody::secret_of;
using custody::text_of;
using shamir::Passphrase;

namespace {

std::string normal(std::string_view typed) {
  return text_of(custody::passphrase_of(typed).text());
}

std::string refusal(std::string_view typed) {
  const auto passphrase = Passphrase::from_typed(secret_of(typed));
  REQUIRE_FALSE(passphrase.ok());
  CHECK(passphrase.error().code == base::ErrorCode::kInvalidArgument);
  return passphrase.error().message;
}

}  // namespace

TEST_CASE("passphrase: composed and decomposed letters are the same passphrase") {
  CHECK(normal("caf\u00e9 \u00c5ngstr\u00f6m") == normal("cafe\u0301 A\u030angstro\u0308m"));
  CHECK(normal("cafe\u0301") == "caf\u00e9");
  CHECK(normal("\u1e9b\u0323") == "\u1e69");  // UAX 15, figure 6: NFKC
  CHECK(normal("\ufb01nal \uff21\u00a0\u2167") == "final A VIII");
  CHECK(normal("\uac01") == normal("\u1100\u1161\u11a8"));  // Hangul, by algorithm
}

TEST_CASE("passphrase: a character that grows eighteenfold still fits") {
  CHECK(normal("\ufdfa").size() == 33);
}

TEST_CASE("passphrase: upper and lower case are different passphrases") {
  CHECK(normal("Horse") != normal("horse"));
}

TEST_CASE("passphrase: runs of blanks count as one, and line ends of a file do not count") {
  CHECK(normal("  one   two \u3000 three ") == "one two three");
  CHECK(normal("one two\n") == "one two");
  CHECK(normal("one two\r\n") == "one two");
}

TEST_CASE("passphrase: an empty one is refused") {
  const char* const empty =
      "the passphrase is empty, so anybody could open the card; choose one, or let six words be "
      "drawn";
  CHECK(refusal("") == empty);
  CHECK(refusal("\n") == empty);
  CHECK(refusal("\r\n") == empty);
  CHECK(refusal("  \u3000 ") == empty);
}

TEST_CASE("passphrase: control, invisible and unassigned characters are refused") {
  for (const std::string_view typed : {std::string_view("a\tb"),
                                       std::string_view("a\nb"),
                                       std::string_view("a\0b", 3),
                                       std::string_view("a\x7f"),
                                       std::string_view("a\u200db"),   // zero width joiner
                                       std::string_view("\u202eabc"),  // right-to-left override
                                       std::string_view("\ufeffabc"),
                                       std::string_view("a\u2028"),
                                       std::string_view("\ue000"),
                                       std::string_view("\u0378"),  // not assigned
                                       std::string_view("one\n\n")}) {
    CHECK(refusal(typed) ==
          "the passphrase has a control character or an invisible or unknown one, which may not "
          "come out the same on another keyboard; leave it out");
  }
}

TEST_CASE("passphrase: what is not UTF-8 is refused") {
  for (const std::string_view typed : {"\xff", "abc\xc3", "\xc0\x80", "\xed\xa0\x80"}) {
    CHECK(refusal(typed) == "the passphrase is not proper UTF-8 text; type it again");
  }
}

TEST_CASE("passphrase: 1024 bytes are taken and 1025 are not") {
  CHECK(normal(std::string(1024, 'x')).size() == 1024);
  CHECK(refusal(std::string(1025, 'x')) ==
        "the passphrase is too long to be one; give the passphrase alone");
}

TEST_CASE("passphrase: drawn ones are six words, and every word of the list is drawn") {
  std::set<std::string> words;
  std::set<std::string> passphrases;
  constexpr int kDraws = 4000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::string text = text_of(Passphrase::drawn().text());
    passphrases.insert(text);
    std::istringstream stream(text);
    std::size_t count = 0;
    for (std::string word; stream >> word; ++count) {
      words.insert(word);
    }
    REQUIRE(count == 6);
    REQUIRE(normal(text) == text);
  }
  CHECK(words.size() == 1024);  // one is missed with probability 7e-8
  CHECK(passphrases.size() == kDraws);
}

TEST_CASE("passphrase: fewer than six words are never drawn, and more are") {
  const auto blanks = [](const std::string& text) {
    return std::count(text.begin(), text.end(), ' ');
  };
  CHECK(blanks(text_of(Passphrase::drawn(1).text())) == 5);
  CHECK(blanks(text_of(Passphrase::drawn(9).text())) == 8);
}
