// The 45 official vectors: what they give, and that each invalid one is refused for its own reason.

#include <fstream>
#include <map>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "shamir/slip39.h"
#include "support/shamir_secrets.h"

using base::SecretBytes;
using shamir_test::hex;
using shamir_test::secret;

namespace {

struct Vector {
  std::string description;
  std::vector<std::string> mnemonics;
  std::string master_secret;  // hexadecimal; empty where the mnemonics are invalid
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Vector> official_vectors() {
  const std::string content = content_of(TEST_VECTORS "/slip39/vectors.json");
  std::vector<Vector> vectors;
  for (const auto& entry : nlohmann::json::parse(content)) {
    vectors.push_back({entry[0], entry[1], entry[2]});
  }
  return vectors;
}

base::Result<SecretBytes> open(const Vector& vector) {
  std::vector<shamir::Slip39Share> shares;
  for (const std::string& mnemonic : vector.mnemonics) {
    auto share = shamir::read_words(secret(mnemonic));
    if (!share) {
      return std::move(share).error();
    }
    shares.push_back(std::move(*share));
  }
  return shamir::combine(shares, secret("TREZOR"));
}

// What must stand in the sentence that refuses the vector of this number.
const std::map<std::size_t, std::string> reasons = {
    {2, "most likely word 20"},
    {3, "fill up the first words"},
    {5, "more shares are needed"},
    {6, "share 2 of those given belongs to another set"},
    {7, "share 2 of those given has another iteration exponent"},
    {8, "share 3 of those given says another number of groups needed"},
    {9, "share 2 of those given says another number of groups than"},
    {10, "asks for more groups than there are"},
    {11, "share 2 of those given stands at the place of an earlier one"},
    {12, "share 2 of those given says another number of shares needed"},
    {13, "the group of share 1 of those given does not give a secret"},
    {14, "more shares are needed"},
    {15, "more shares are needed"},
    {16, "more shares are needed"},
    {21, "most likely word 33"},
    {22, "fill up the first words"},
    {24, "more shares are needed"},
    {25, "share 2 of those given belongs to another set"},
    {26, "share 2 of those given has another iteration exponent"},
    {27, "share 3 of those given says another number of groups needed"},
    {28, "share 2 of those given says another number of groups than"},
    {29, "asks for more groups than there are"},
    {30, "share 2 of those given stands at the place of an earlier one"},
    {31, "share 2 of those given says another number of shares needed"},
    {32, "the group of share 1 of those given does not give a secret"},
    {33, "more shares are needed"},
    {34, "more shares are needed"},
    {35, "more shares are needed"},
    {39, "too few words"},
    {40, "no share has this number of words"},
};

}  // namespace

TEST_CASE("SLIP-39: the official vectors are the file that its README names") {
  const std::string content = content_of(TEST_VECTORS "/slip39/vectors.json");
  std::vector<std::uint8_t> digest(crypto_hash_sha256_BYTES);
  const auto bytes = base::bytes_of(content);
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  CHECK(hex(secret(digest)) == "13ebecebdd869dd2bc2cdf69e7ce3a158cf106cac76c39d17682b1c6cdabbdc4");
}

TEST_CASE("SLIP-39: all 45 official vectors") {
  const std::vector<Vector> vectors = official_vectors();
  REQUIRE(vectors.size() == 45);
  std::size_t valid = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    CAPTURE(vectors[i].description);
    const auto master = open(vectors[i]);
    if (!vectors[i].master_secret.empty()) {
      REQUIRE(master.ok());
      CHECK(hex(*master) == vectors[i].master_secret);
      ++valid;
      continue;
    }
    REQUIRE(!master.ok());
    CAPTURE(master.error().message);
    CHECK(master.error().message.find(reasons.at(i + 1)) != std::string::npos);
  }
  CHECK(valid == 15);
}

TEST_CASE("SLIP-39: the mnemonics of the valid vectors are written back as they were") {
  for (const Vector& vector : official_vectors()) {
    for (const std::string& mnemonic : vector.mnemonics) {
      if (!vector.master_secret.empty()) {
        const auto share = shamir_test::require(shamir::read_words(secret(mnemonic)));
        CHECK(shamir_test::text(shamir_test::require(shamir::write_words(share))) == mnemonic);
      }
    }
  }
}
