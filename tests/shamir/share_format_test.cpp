// The worked example of docs/formats/share.md, taken at its word.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "shamir/envelope.h"
#include "shamir/share_lines.h"
#include "shamir/share_set.h"
#include "support/shamir_custody.h"

using base::Bytes;

namespace {

const std::string& document() {
  static const std::string text = [] {
    std::ifstream file(TEST_VECTORS "/../../docs/formats/share.md");
    REQUIRE(file.good());
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return text;
}

// The text of the block that begins with ```NAME.
std::string block(const std::string& name) {
  const std::string start = "```" + name + "\n";
  const std::size_t at = document().find(start);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + start.size();
  return document().substr(begin, document().find("```", begin) - begin);
}

Bytes hex_block(const std::string& name) {
  std::string digits = block(name);
  digits.erase(std::remove(digits.begin(), digits.end(), '\n'), digits.end());
  const auto bytes = base::from_hex(digits);
  REQUIRE(bytes.ok());
  return *bytes;
}

shamir::SetHeader header() {
  const auto header = shamir::read_set_header(block("set-header"));
  REQUIRE(header.ok());
  return *header;
}

Bytes lines_block(const std::string& name) {
  const auto envelope = shamir::read_share_lines(block(name));
  REQUIRE(envelope.ok());
  return *envelope;
}

}  // namespace

TEST_CASE("share format: the documented lines are the documented envelope, and it opens") {
  const Bytes envelope = hex_block("envelope-1");
  CHECK(lines_block("lines-1") == envelope);
  const auto held = shamir::open_share(
      envelope, custody::passphrase_of(block("passphrase-1")), shamir::Mode::kRehearsal);
  REQUIRE(held.ok());
  const auto body = shamir::write_share_body(*held);
  REQUIRE(body.ok());
  CHECK(body->equals(base::SecretBytes::copy_of(hex_block("body-1"))));
}

TEST_CASE("share format: the documented shares give the documented secret") {
  shamir::ShareSet set(header());
  for (const std::string number : {"1", "2"}) {
    const Bytes envelope = lines_block("lines-" + number);
    const auto passphrase = custody::passphrase_of(block("passphrase-" + number));
    REQUIRE(set.present({.envelope = envelope, .passphrase = passphrase, .label = "card " + number})
                .ok());
  }
  const auto secret = set.combine();
  REQUIRE(secret.ok());
  CHECK(secret->equals(base::SecretBytes::copy_of(hex_block("secret"))));
}
