#include "ceremony/signed_note.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text_encoding.h"

namespace {

struct Vector {
  std::string vkey;
  std::string note;
};

Vector read_vector(const std::string& name) {
  std::ifstream file(std::string(TEST_VECTORS) + "/signed_note/" + name + ".note");
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end = content.find("\n\n");
  REQUIRE(end != std::string::npos);
  return {content.substr(0, end), content.substr(end + 2)};
}

ceremony::NoteSigner signer_named(const std::string& name) {
  return {name, base::SecretBytes::copy_of(base::Bytes(32, 0x42))};
}

}  // namespace

TEST_CASE("signed note: notes of other implementations verify, and no changed byte does") {
  for (const char* const name : {"example", "peter-neumann", "rekor", "pixel"}) {
    CAPTURE(name);
    const Vector vector = read_vector(name);
    const auto key = ceremony::parse_vkey(vector.vkey);
    const auto note = ceremony::parse_signed_note(vector.note);
    REQUIRE(key);
    REQUIRE(note);
    CHECK(key->text() == vector.vkey);
    CHECK(note->whole() == vector.note);
    REQUIRE(note->signatures.size() == 1);
    const ceremony::NoteSignature& signature = note->signatures.front();
    CHECK(ceremony::verify_signature(*key, {note->text, &signature}));
    for (std::size_t at = 0; at < note->text.size(); ++at) {
      std::string text = note->text;
      text[at] = static_cast<char>(text[at] ^ 1);
      CHECK_FALSE(ceremony::verify_signature(*key, {text, &signature}));
    }
    for (std::size_t at = 0; at < signature.signature.size(); ++at) {
      ceremony::NoteSignature changed = signature;
      changed.signature[at] ^= 1U;
      CHECK_FALSE(ceremony::verify_signature(*key, {note->text, &changed}));
    }
    ceremony::NoteSignature longer = signature;
    longer.signature.push_back(0);
    CHECK_FALSE(ceremony::verify_signature(*key, {note->text, &longer}));
  }
}

TEST_CASE("signed note: the published Ed25519 seed gives the published line") {
  // Source: golang.org/x/mod sumdb/note, the package's example (its seed is public).
  const Vector vector = read_vector("peter-neumann");
  const auto seed =
      base::from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").value();  // type, seed
  const ceremony::NoteSigner signer{"PeterNeumann",
                                    base::SecretBytes::copy_of(base::ByteView(seed).subspan(1))};
  CHECK(ceremony::vkey_of(signer).value().text() == vector.vkey);
  const std::string text = ceremony::parse_signed_note(vector.note).value().text;
  const auto line = ceremony::sign_note_line(signer, text);
  REQUIRE(line);
  CHECK(text + "\n" + *line == vector.note);
}

TEST_CASE("signed note: a signature counts for its own key alone") {
  const auto line = ceremony::sign_note_line(signer_named("a/witness"), "text\n");
  REQUIRE(line);
  const auto signature = ceremony::parse_signature_line(*line);
  REQUIRE(signature);
  CHECK(signature->line() == *line);
  const auto other = ceremony::vkey_of(signer_named("a/auditor"));
  CHECK(ceremony::verify_signature(*other, {"text\n", &*signature}).error().message ==
        "the signature is of another key");
}

TEST_CASE("signed note: bad names, seeds and texts are not signed with") {
  for (const char* const name : {"", "a b", "a+b", "a\nb", "\xc3\xb6", "a\x7f"}) {
    CHECK_FALSE(ceremony::vkey_of(signer_named(name)));
  }
  const ceremony::NoteSigner short_seed{"a", base::SecretBytes(31)};
  CHECK(ceremony::vkey_of(short_seed).error().code == base::ErrorCode::kInvalidArgument);
  for (const char* const text : {"", "no line end", "tab\t\n", "cr\r\n", "\xff\n"}) {
    CHECK_FALSE(ceremony::sign_note_line(signer_named("a"), text));
  }
}

TEST_CASE("verifier key: every shorter or changed text is refused") {
  for (const char* const name : {"example", "pixel"}) {
    const std::string vkey = read_vector(name).vkey;
    for (std::size_t at = 0; at < vkey.size(); ++at) {
      CHECK_FALSE(ceremony::parse_vkey(vkey.substr(0, at)));
      std::string changed = vkey;
      changed[at] = changed[at] == 'x' ? 'y' : 'x';
      // The hash of a P-256 key does not cover the name; then it is the key of somebody else.
      const auto other = ceremony::parse_vkey(changed);
      CHECK((!other || other->name != vkey.substr(0, vkey.find('+'))));
    }
  }
  CHECK_FALSE(ceremony::make_vkey({"a", ceremony::NoteAlgorithm::kP256, base::Bytes(91, 1)}));
  CHECK_FALSE(ceremony::make_vkey({"a", ceremony::NoteAlgorithm::kEd25519, base::Bytes(33, 1)}));
}

TEST_CASE("signed note: what is none is refused") {
  const std::string line = ceremony::sign_note_line(signer_named("a"), "text\n").value();
  CHECK(ceremony::parse_signed_note("text\n\n" + line));
  const std::vector<std::string> texts = {std::string(),
                                          std::string("text\n"),
                                          std::string("text\n\n"),
                                          "text\n" + line,
                                          "text\n\n" + line.substr(0, line.size() - 1),
                                          "text\r\n\n" + line,
                                          "text\n\n" + line + "more\n",
                                          "text\n\n- a AAAAAAA=\n",
                                          "text\n\n\xe2\x80\x94 a\n",
                                          std::string("text\n\n\xe2\x80\x94 a AAAA\n"),
                                          "\xff\n\n" + line};
  for (const std::string& bad : texts) {
    CAPTURE(bad);
    CHECK(ceremony::parse_signed_note(bad).error().code == base::ErrorCode::kMalformed);
  }
  std::string many = "text\n\n";
  for (int i = 0; i < 101; ++i) {
    many += line;
  }
  CHECK_FALSE(ceremony::parse_signed_note(many));
  CHECK_FALSE(ceremony::parse_signature_line(""));
}
