#include "ceremony/seal.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

ceremony::Transcript one_entry() {
  ceremony::Transcript transcript;
  const auto line = ceremony::build_public_line({.i = 0,
                                                 .prev = ceremony::no_previous(),
                                                 .date = "2026-11-23",
                                                 .type = "open",
                                                 .data = ceremony::Json::object(),
                                                 .journal = std::string(64, '0')},
                                                {});
  REQUIRE(transcript.add(line.value().text));
  return transcript;
}

std::string signed_by(const std::string& name, const std::string& text) {
  return ceremony::sign_note_line({name, base::SecretBytes::copy_of(base::Bytes(32, 7))}, text)
      .value();
}

}  // namespace

TEST_CASE("seal: its five lines are those of the format") {
  const auto text = ceremony::seal_text("pki.example/root-g1/1", one_entry());
  REQUIRE(text);
  const std::string head = one_entry().head();
  CHECK(text->rfind("pki.example/root-g1/1\n1\n", 0) == 0);
  CHECK(text->find("\nhead sha256:" + head + "\nstatement: ") != std::string::npos);
  CHECK(std::count(text->begin(), text->end(), '\n') == 5);
}

TEST_CASE("seal: an origin with blanks, and an empty transcript, are refused") {
  for (const char* const origin : {"", "a b", "a+b", "a\n", "\xc3\xb6"}) {
    CHECK(ceremony::seal_text(origin, one_entry()).error().code ==
          base::ErrorCode::kInvalidArgument);
  }
  CHECK(ceremony::seal_text("a", ceremony::Transcript()).error().code ==
        base::ErrorCode::kWrongState);
}

TEST_CASE("seal: the public one is the full one without the executives, however many there are") {
  const std::string text = ceremony::seal_text("pki.example/x", one_entry()).value();
  std::string first;
  for (int executives = 0; executives <= 16; ++executives) {
    std::vector<std::string> lines = {signed_by("pki.example/x/administrator", text)};
    for (int seat = 0; seat < executives; ++seat) {
      lines.push_back(signed_by(ceremony::executive_name("pki.example/x"), text));
    }
    lines.push_back(signed_by("pki.example/x/witness", text));
    const auto full = ceremony::make_seal(text, lines);
    REQUIRE(full);
    CHECK(ceremony::parse_signed_note(*full).value().signatures.size() == lines.size());
    const auto open = ceremony::make_public_seal(*full);
    REQUIRE(open);
    first = first.empty() ? *open : first;
    CHECK(*open == first);
  }
}

TEST_CASE("seal: nobody signs twice, and somebody but executives must sign") {
  const std::string text = ceremony::seal_text("pki.example/x", one_entry()).value();
  const std::string line = signed_by("a", text);
  CHECK_FALSE(ceremony::make_seal(text, {line, line}));
  CHECK_FALSE(ceremony::make_seal(text, {}));
  CHECK_FALSE(ceremony::make_seal(text, {"no line\n"}));
  CHECK_FALSE(ceremony::make_seal("", {line}));
  const auto only = ceremony::make_seal(text, {signed_by(ceremony::executive_name("a"), text)});
  CHECK(ceremony::make_public_seal(only.value()).error().code == base::ErrorCode::kInsufficient);
  CHECK(ceremony::make_public_seal("x").error().code == base::ErrorCode::kMalformed);
}

TEST_CASE("seal: an executive's name is drawn by lot") {
  CHECK(ceremony::executive_name("a").size() == 1 + 4 + 16);
  CHECK(ceremony::executive_name("a") != ceremony::executive_name("a"));
  CHECK(ceremony::is_executive_name(ceremony::executive_name("a")));
  CHECK_FALSE(ceremony::is_executive_name("a/keeper"));
}
