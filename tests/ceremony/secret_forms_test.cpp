#include "ceremony/secret_forms.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ca/distinguished_name.h"
#include "ca/request_writer.h"
#include "ca/software_key.h"
#include "shamir/passphrase.h"
#include "shamir/share_lines.h"

namespace ceremony {
namespace {

bool is(std::string_view text, std::string_view what) {
  return secret_form_in(text).find(what) != std::string_view::npos;
}

// A locked share that nobody can open: the form is all that counts.
base::Bytes locked_share() {
  constexpr std::size_t kSize = 200;
  base::Bytes envelope(kSize, 0x5A);
  const base::ByteView begin = base::bytes_of("CNCLVSHR");
  std::copy(begin.begin(), begin.end(), envelope.begin());
  return envelope;
}

std::array<std::string, shamir::kShareLines> card() {
  auto lines = shamir::write_share_lines(locked_share());
  REQUIRE(lines.ok());
  return *lines;
}

base::Bytes private_key(ca::Algorithm algorithm) {
  auto key = ca::SoftwareKey::generate(algorithm);
  REQUIRE(key.ok());
  auto der = (*key)->to_pkcs8();
  REQUIRE(der.ok());
  const auto reader = der->read();
  return {reader.bytes().begin(), reader.bytes().end()};
}

TEST_CASE("every line of a share card is known, however it is typed into a sentence") {
  for (const std::string& line : card()) {
    CAPTURE(line);
    std::string joined = line;
    std::erase(joined, ' ');
    std::string small = line;
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string dashed = line;
    std::ranges::replace(dashed, ' ', '-');
    CHECK(is(line, "a line of a share card"));
    CHECK(is("the holder read 7: " + line + " aloud", "a line of a share card"));
    CHECK(is("read (" + joined + ")", "a line of a share card"));
    CHECK(is(small, "a line of a share card"));
    CHECK(is("bag " + dashed + ".", "a line of a share card"));
  }
}

TEST_CASE("a whole card is known, in lines and as its QR code has it") {
  std::string lines;
  std::string code;
  for (const std::string& line : card()) {
    lines += line + "\n";
    code += line;
  }
  std::erase(code, ' ');
  CHECK(is(lines, "a line of a share card"));
  CHECK(is("scanned " + code, "a line of a share card"));
}

TEST_CASE("groups whose check is wrong are no line of a card") {
  std::string line = card().front();
  line[0] = line[0] == 'A' ? 'B' : 'A';
  CHECK(secret_form_in(line).empty());
  CHECK(secret_form_in(line.substr(0, line.size() - 5)).empty());
}

TEST_CASE("a locked share is known raw, in hex, base64 and base64url") {
  const base::Bytes share = locked_share();
  std::string capitals = base::to_hex(share);
  std::ranges::transform(
      capitals, capitals.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const std::string& text : {std::string(base::text_of(share)),
                                  base::to_hex(share),
                                  capitals,
                                  base::to_base64(share),
                                  base::to_base64url(share)}) {
    CAPTURE(text);
    CHECK(is(text, "a locked share"));
    CHECK(is("file: " + text + " was found", "a locked share"));
  }
  // In lines, as a program prints it.
  const std::string hex = base::to_hex(share);
  CHECK(is(hex.substr(0, 9) + "\n" + hex.substr(9), "a locked share"));
}

TEST_CASE("a private key is known in PEM, and as PKCS #8 in each encoding") {
  for (const ca::Algorithm algorithm : {ca::Algorithm::kP256, ca::Algorithm::kEd25519}) {
    const base::Bytes key = private_key(algorithm);
    CHECK(is("key " + base::to_base64(key), "a private key"));
    CHECK(is("key " + base::to_base64url(key) + ";", "a private key"));
    CHECK(is(base::to_hex(key), "a private key"));
    // Of key and certificate files, lines of 64 characters without the lines around them.
    std::string lines = base::to_base64(key);
    for (std::size_t at = 64; at < lines.size(); at += 65) {
      lines.insert(at, "\n");
    }
    CHECK(is(lines, "a private key"));
  }
  CHECK(is("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIG", "a private key"));
  CHECK(is("-----BEGIN PRIVATE KEY-----", "a private key"));
  CHECK(is("AGE-SECRET-KEY-1QQQ", "a private key"));
}

TEST_CASE("what hides a second time is found within") {
  const std::string disclosure = R"(["salt","why",")" + card().front() + R"("])";
  CHECK(is(base::to_base64url(base::bytes_of(disclosure)), "a line of a share card"));
  CHECK(is(base::to_base64(base::bytes_of("-----BEGIN PRIVATE KEY-----")), "a private key"));
}

TEST_CASE("a passphrase as it is drawn is known, and five of its words are not") {
  constexpr int kDraws = 50;
  for (int i = 0; i < kDraws; ++i) {
    const shamir::Passphrase drawn = shamir::Passphrase::drawn();
    const auto reader = drawn.text().read();
    const std::string words(base::text_of(reader.bytes()));
    CHECK(is("it was \"" + words + "\", he said", "words of a passphrase"));
    CHECK(secret_form_in(words.substr(0, words.rfind(' '))).empty());
  }
  CHECK(is("Memory-Soul-Mule-Script-Hairy-Density", "words of a passphrase"));
}

TEST_CASE("words are known with numbers, without their ends, and not where English has them") {
  CHECK(is("1 memory 2 soul 3 mule 4 script 5 hairy 6 density", "words of a passphrase"));
  CHECK(is("memo soul mule scri hair dens", "words of a passphrase"));
  CHECK(is("memory soul mule scri hair dens memory soul mule scri hair dens", "words of"));
  for (const char* const text : {"replace paper card with smart card",
                                 "video camera failure; hand over security card",
                                 R"({"type":"machine.check","data":{"result":"fit"}})",
                                 "000000000000000000000000",
                                 "0000 0000 0000 0000 0000 0000"}) {
    CAPTURE(text);
    CHECK(secret_form_in(text) == "");
  }
}

TEST_CASE("an encoding is known whatever sticks to it, and without its padding") {
  const base::Bytes key = private_key(ca::Algorithm::kP256);
  const std::string base64 = base::to_base64(key);
  const std::string hex = base::to_hex(key);
  CHECK(is("key=" + base64, "a private key"));
  CHECK(is("key=" + base64.substr(0, base64.find_last_not_of('=') + 1), "a private key"));
  CHECK(is("kek_" + hex, "a private key"));
  std::string groups = "it reads";
  for (std::size_t at = 0; at < hex.size(); at += 4) {
    groups += " " + hex.substr(at, 4);
  }
  CHECK(is(groups, "a private key"));
  std::string lines = "key file: ";
  for (std::size_t at = 0; at < base64.size(); at += 64) {
    lines += base64.substr(at, 64) + "\n";
  }
  CHECK(is(lines, "a private key"));
  CHECK(is("-----begin private key-----", "a private key"));
}

TEST_CASE("what stands in every record is no secret") {
  auto key = ca::SoftwareKey::generate(ca::Algorithm::kEd25519);
  REQUIRE(key.ok());
  auto name = ca::DistinguishedName::of({{.type = "CN", .value = "Factory 1"}});
  REQUIRE(name.ok());
  auto request = ca::write_request(*name, **key);
  REQUIRE(request.ok());
  for (const std::string& text :
       {std::string(),
        std::string("the safe was opened by force; bag B-0042 and seal S-0042 are whole"),
        std::string("2026-11-23T10:00:00Z"),
        std::string("this week they said that some bags were left open over there"),
        base::digest_words(base::sha256(base::bytes_of("plan"))),
        base::to_base64(*request),
        base::to_base64((*key)->public_key_info()),
        std::string("pki.example/root-g1/director+d2dbe0c9+"
                    "ARNzXQXYn5VXFvtSh4+5RtTyAkOvqaTqT1cXMbYCKzfC")}) {
    CAPTURE(text);
    CHECK(secret_form_in(text) == "");
  }
}

TEST_CASE("digests, salts, serial numbers and signatures are no secret") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 draw(seed);
  for (int i = 0; i < 1000; ++i) {
    for (const std::size_t size : {8U, 16U, 32U, 64U}) {
      base::Bytes bytes(size);
      std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(draw()); });
      const std::string told =
          base::to_hex(bytes) + " " + base::to_base64(bytes) + " " + base::to_base64url(bytes);
      CHECK_MESSAGE(secret_form_in(told).empty(), told);
    }
  }
}

}  // namespace
}  // namespace ceremony
