#include "ceremony/typed_secrets.h"

#include <string>

#include <doctest/doctest.h>

#include "base/bytes.h"

namespace ceremony {
namespace {

TypedSecrets knowing(std::string_view typed) {
  TypedSecrets secrets;
  secrets.remember(base::SecretBytes::copy_of(base::bytes_of(typed)));
  return secrets;
}

TEST_CASE("a passphrase is known again whatever stands around it and between its words") {
  const TypedSecrets secrets = knowing("grey heron at the weir");
  for (const char* const text : {"grey heron at the weir",
                                 "it was \"Grey heron, at the weir\".",
                                 "grey-heron-at-the-weir",
                                 "  GREY\theron\nat the  weir!"}) {
    CAPTURE(text);
    CHECK(secrets.stand_in(text, Chance::kMay));
    CHECK(secrets.stand_in(text, Chance::kMayNot));
  }
  for (const char* const text : {"", "grey heron at the", "grey heron on the weir", "greyheron"}) {
    CAPTURE(text);
    CHECK(!secrets.stand_in(text, Chance::kMay));
  }
}

TEST_CASE("a PIN counts only where it is all that was typed") {
  const TypedSecrets secrets = knowing("482913");
  CHECK(secrets.stand_in("482913", Chance::kMay));
  CHECK(secrets.stand_in(" 482913.", Chance::kMay));
  CHECK(!secrets.stand_in("bag 482913", Chance::kMay));
  CHECK(!secrets.stand_in("482913", Chance::kMayNot));
}

TEST_CASE("a secret of one word counts among others, but not where chance must be ruled out") {
  const TypedSecrets secrets = knowing("Wiesbaden7");
  CHECK(secrets.stand_in("he said wiesbaden7 twice", Chance::kMay));
  CHECK(!secrets.stand_in("he said wiesbaden7 twice", Chance::kMayNot));
  CHECK(knowing("KzQ9xVw3Lm7TrN5pYb2s").stand_in("a kzq9xvw3lm7trn5pyb2s z", Chance::kMayNot));
}

TEST_CASE("letters of other alphabets make words, too") {
  const TypedSecrets secrets = knowing("\xD1\x81\xD0\xB5\xD1\x80\xD0\xB0\xD1\x8F");
  CHECK(secrets.stand_in("(\xD1\x81\xD0\xB5\xD1\x80\xD0\xB0\xD1\x8F)", Chance::kMay));
  CHECK(!secrets.stand_in("?", Chance::kMay));
}

TEST_CASE("what has neither letters nor digits is not looked for, and what is forgotten neither") {
  CHECK(!knowing("--- !!").stand_in("--- !!", Chance::kMay));
  CHECK(!knowing("").stand_in("", Chance::kMay));
  TypedSecrets secrets = knowing("grey heron at the weir");
  secrets.forget();
  CHECK(!secrets.stand_in("grey heron at the weir", Chance::kMay));
}

TEST_CASE("all that were typed are known") {
  TypedSecrets secrets = knowing("grey heron at the weir");
  secrets.remember(base::SecretBytes::copy_of(base::bytes_of("482913")));
  secrets.remember(base::SecretBytes::copy_of(base::bytes_of("482913")));
  CHECK(secrets.stand_in("482913", Chance::kMay));
  CHECK(secrets.stand_in("the grey heron at the weir", Chance::kMayNot));
}

TEST_CASE("what was typed in a turn that was refused is forgotten alone") {
  TypedSecrets secrets = knowing("grey heron at the weir");
  const std::size_t before = secrets.count();
  secrets.remember(base::SecretBytes::copy_of(base::bytes_of("bag B-0042 and seal S-0042")));
  secrets.forget_behind(before);
  CHECK(!secrets.stand_in("bag B-0042 and seal S-0042", Chance::kMay));
  CHECK(secrets.stand_in("grey heron at the weir", Chance::kMay));
  secrets.forget_behind(before + 1);
  CHECK(secrets.count() == before);
}

TEST_CASE("four letters are no long passphrase, and letters are counted, not bytes") {
  CHECK(!knowing("a b c d").stand_in("a b c d", Chance::kMayNot));
  // "Novosibirsk" in its own letters: 11 of them, 22 bytes.
  const std::string city =
      "\xD0\x9D\xD0\xBE\xD0\xB2\xD0\xBE\xD1\x81\xD0\xB8\xD0\xB1\xD0\xB8\xD1\x80\xD1\x81\xD0\xBA";
  CHECK(!knowing(city).stand_in(city, Chance::kMayNot));
  CHECK(knowing(city).stand_in("to " + city, Chance::kMay));
}

TEST_CASE("a file is not remembered by its words") {
  const std::string file(kLongestTyped + 1, 'a');
  CHECK(knowing(file).count() == 0);
  CHECK(knowing(file.substr(1)).count() == 1);
}

}  // namespace
}  // namespace ceremony
