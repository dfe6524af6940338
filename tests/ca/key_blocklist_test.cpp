// Blocklists in badkeys' form, made here: no key of anybody's lies in this folder.

#include "ca/key_blocklist.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "ca/der.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;

base::Bytes record_of(const BlocklistName& name, std::uint8_t list) {
  base::Bytes record(name.begin(), name.end());
  record.push_back(list);
  return record;
}

// A blocklist of that many invented keys, and of those given.
base::Bytes blocklist_with(std::vector<base::Bytes> records, std::size_t invented) {
  for (std::size_t i = 0; i < invented; ++i) {
    base::Digest digest = base::sha256(base::bytes_of("key " + std::to_string(i)));
    records.emplace_back(digest.begin(), digest.begin() + 16);
  }
  std::ranges::sort(records);
  base::Bytes file;
  for (const base::Bytes& record : records) {
    file.insert(file.end(), record.begin(), record.end());
  }
  return file;
}

BlocklistName name_of_info(const base::Bytes& info) {
  const std::optional<BlocklistName> name = blocklist_name_of(info);
  REQUIRE(name.has_value());
  return *name;
}

base::Bytes from(std::string_view hex) {
  return base::from_hex(hex).value();
}

std::string refusal(const std::filesystem::path& path) {
  const base::Result<KeyBlocklist> list = KeyBlocklist::open(path);
  return list ? "" : list.error().message;
}

}  // namespace

TEST_CASE("blocklist: keys have the names that badkeys gives them") {
  // The digests are those of Python's hashlib over the numbers, by docs/BLOCKLISTFORMAT.md.
  // RFC 6979 section A.2.5, P-256: the x coordinate.
  const base::Bytes p256 = from(
      "3059301306072a8648ce3d020106082a8648ce3d030107034200"
      "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  CHECK(base::to_hex(name_of_info(p256)) == "10985c901b9bc6c098258f3ae43e4f");
  // RFC 8032 section 7.1, test 1: the key itself.
  const base::Bytes ed25519 = from(
      "302a300506032b6570032100"
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(base::to_hex(name_of_info(ed25519)) == "21fe31dfa154a261626bf854046fd2");
  // RSA with N = 2^2047 + 1.
  base::Bytes modulus(256);
  modulus.front() = 0x80;
  modulus.back() = 0x01;
  constexpr std::array<std::uint8_t, 1> kNoUnusedBits{0};
  const base::Bytes rsa = der(
      DerTag::kSequence,
      {der(DerTag::kSequence,
           {der_object_identifier("1.2.840.113549.1.1.1"), der(DerTag::kNull, {})}),
       der(DerTag::kBitString,
           {kNoUnusedBits,
            der(DerTag::kSequence, {der_unsigned(modulus), der_unsigned(std::uint64_t{65537})})})});
  CHECK(base::to_hex(name_of_info(rsa)) == "69c260c255982f793a8d1c4ca5fc52");
  CHECK_FALSE(blocklist_name_of({}).has_value());
}

TEST_CASE("blocklist: an Ed25519 key that begins with zeros is named without them") {
  base::Bytes key = from("302a300506032b6570032100");
  base::Bytes tail(30, 0x17);
  key.insert(key.end(), 2, 0x00);
  key.insert(key.end(), tail.begin(), tail.end());
  const base::Digest digest = base::sha256(tail);
  CHECK(std::equal(digest.begin(), digest.begin() + 15, name_of_info(key).begin()));
}

TEST_CASE("blocklist: a key on it is found wherever it stands, another one is not") {
  const support::TemporaryFolder folder;
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kRsa3072, Algorithm::kEd25519}) {
    const auto key = support::new_key(algorithm);
    for (const std::size_t others : {0U, 1U, 2U, 1000U}) {
      const base::Bytes file =
          blocklist_with({record_of(name_of_info(key->public_key_info()), 7)}, others);
      support::write_file(folder / "blocklist.dat", file);
      const base::Result<KeyBlocklist> list = KeyBlocklist::open(folder / "blocklist.dat");
      REQUIRE(list.ok());
      CHECK(list->size() == others + 1);
      CHECK(list->digest() == base::sha256(file));
      const base::Findings findings = list->look_up(key->public_key_info()).value();
      REQUIRE(findings.size() == 1);
      CHECK(findings[0].rule == "key-blocklisted");
      CHECK(findings[0].severity == base::Severity::kError);
      CHECK(support::has(findings[0].message, "(list 7 of it)"));
      CHECK(list->look_up(support::new_key(Algorithm::kP256)->public_key_info())->empty());
      CHECK(list->look_up({})->empty());
    }
  }
}

TEST_CASE("blocklist: the first and the last of many are found") {
  const support::TemporaryFolder folder;
  // More than one piece of reading, so that its ends are tried, too.
  const base::Bytes file = blocklist_with({}, 70'000);
  support::write_file(folder / "blocklist.dat", file);
  const base::Result<KeyBlocklist> list = KeyBlocklist::open(folder / "blocklist.dat");
  REQUIRE(list.ok());
  CHECK(list->digest() == base::sha256(file));
  const auto key = support::new_key(Algorithm::kP256);
  const BlocklistName name = name_of_info(key->public_key_info());
  for (const std::size_t at : {std::size_t{0}, file.size() - 16}) {
    // The key stands where the first or last one did, with neighbours that keep the order.
    base::Bytes changed(file.size(), at == 0 ? std::uint8_t{0xff} : std::uint8_t{0x00});
    std::ranges::copy(record_of(name, 1), changed.begin() + static_cast<std::ptrdiff_t>(at));
    support::write_file(folder / "changed.dat", changed);
    const base::Result<KeyBlocklist> edge = KeyBlocklist::open(folder / "changed.dat");
    REQUIRE(edge.ok());
    CHECK(edge->look_up(key->public_key_info())->size() == 1);
  }
}

TEST_CASE("blocklist: one that is missing, empty, cut off or not in order is refused") {
  const support::TemporaryFolder folder;
  const std::filesystem::path path = folder / "blocklist.dat";
  CHECK(KeyBlocklist::open(path).error().code == base::ErrorCode::kNotFound);
  support::write_file(path, {});
  CHECK(support::has(refusal(path), "is empty or was cut off"));
  base::Bytes file = blocklist_with({}, 100);
  support::write_file(path, base::ByteView(file).first(file.size() - 1));
  CHECK(support::has(refusal(path), "(its size is no multiple of 16 bytes); fetch blocklist.dat"));
  std::swap_ranges(file.begin(), file.begin() + 16, file.begin() + 16);
  support::write_file(path, file);
  CHECK(support::has(refusal(path), "is not in order, so a key on it could be missed"));
  std::filesystem::create_directory(folder / "folder.dat");
  CHECK(KeyBlocklist::open(folder / "folder.dat").error().code ==
        base::ErrorCode::kRefusedByPolicy);
}

TEST_CASE("blocklist: one that is cut off while it is in use is an error, not a clean bill") {
  const support::TemporaryFolder folder;
  support::write_file(folder / "blocklist.dat", blocklist_with({}, 1000));
  const base::Result<KeyBlocklist> list = KeyBlocklist::open(folder / "blocklist.dat");
  REQUIRE(list.ok());
  std::filesystem::resize_file(folder / "blocklist.dat", 16);
  const auto key = support::new_key(Algorithm::kP256);
  CHECK(list->look_up(key->public_key_info()).error().code == base::ErrorCode::kStorageFailure);
}
