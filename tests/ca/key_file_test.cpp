#include "ca/key_file.h"

#include <string>

#include <doctest/doctest.h>

#include "support/ca_commands.h"
#include "support/temporary_folder.h"

namespace {

using base::ErrorCode;
using base::SecretBytes;
using ca::FileKey;
using ca::KeyFileCost;

constexpr std::string_view kWords = "six words that nobody else knows";

SecretBytes secret(std::string_view text) {
  return SecretBytes::copy_of(base::bytes_of(text));
}

base::Bytes file_of(const SecretBytes& raw, FileKey kind, KeyFileCost cost) {
  auto file =
      ca::write_key_file({.kind = kind, .raw = raw, .passphrase = secret(kWords), .cost = cost});
  REQUIRE_MESSAGE(file.ok(), (file.ok() ? "" : file.error().message));
  return std::move(file).value();
}

base::Result<SecretBytes> opened(base::ByteView text, FileKey kind, std::string_view words) {
  return ca::read_key_file({.kind = kind, .text = text, .passphrase = secret(words)});
}

void check_refused(std::string_view text, ErrorCode code, std::string_view why) {
  const auto key = opened(base::bytes_of(text), FileKey::kEd25519, kWords);
  REQUIRE_FALSE(key.ok());
  CHECK(key.error().code == code);
  CHECK_MESSAGE(key.error().message.find(why) != std::string::npos, key.error().message);
}

// What `openssl genpkey` makes, as the text of a file; "" for `cipher` leaves it in the clear.
std::string openssl_key(const std::string& algorithm, const std::string& cipher) {
  const support::TemporaryFolder folder;
  const std::string file = (folder.path() / "key.pem").string();
  std::vector<std::string> line{"genpkey", "-algorithm", algorithm, "-out", file};
  if (!cipher.empty()) {
    line.insert(line.end(), {cipher, "-pass", "pass:" + std::string(kWords)});
  }
  REQUIRE(support::run_command("openssl", line).exit_code == 0);
  return std::string(base::text_of(support::read_file(file)));
}

}  // namespace

TEST_CASE("key file: what was written is read back, for both kinds of key and both costs") {
  for (const FileKey kind : {FileKey::kEd25519, FileKey::kX25519}) {
    for (const KeyFileCost cost : {KeyFileCost::kStandard, KeyFileCost::kMinimal}) {
      const SecretBytes raw = SecretBytes::random(ca::kFileKeySize);
      const base::Bytes file = file_of(raw, kind, cost);
      CHECK(file.size() < ca::kLargestKeyFile);
      const auto again = opened(file, kind, kWords);
      REQUIRE_MESSAGE(again.ok(), (again.ok() ? "" : again.error().message));
      CHECK(again->equals(raw));
    }
  }
}

TEST_CASE("key file: openssl pkey opens it, and finds the same private key") {
  const SecretBytes raw = SecretBytes::random(ca::kFileKeySize);
  const support::TemporaryFolder folder;
  const std::string sealed = (folder.path() / "sealed.pem").string();
  const std::string plain = (folder.path() / "plain.der").string();
  support::write_file(sealed, file_of(raw, FileKey::kEd25519, KeyFileCost::kStandard));
  const auto run = support::run_command("openssl",
                                        {"pkey",
                                         "-in",
                                         sealed,
                                         "-passin",
                                         "pass:" + std::string(kWords),
                                         "-outform",
                                         "DER",
                                         "-out",
                                         plain});
  REQUIRE_MESSAGE(run.exit_code == 0, run.output);
  const base::Bytes der = support::read_file(plain);
  REQUIRE(der.size() >= ca::kFileKeySize);
  const base::ByteView tail = base::ByteView(der).last(ca::kFileKeySize);
  CHECK(SecretBytes::copy_of(tail).equals(raw));
}

TEST_CASE("key file: one that openssl encrypted opens here") {
  const std::string text = openssl_key("ed25519", "-aes-256-cbc");
  CHECK(opened(base::bytes_of(text), FileKey::kEd25519, kWords).ok());
}

TEST_CASE("key file: two files of one key have nothing in common but their frame") {
  const SecretBytes raw = SecretBytes::random(ca::kFileKeySize);
  CHECK(file_of(raw, FileKey::kEd25519, KeyFileCost::kMinimal) !=
        file_of(raw, FileKey::kEd25519, KeyFileCost::kMinimal));
}

TEST_CASE("key file: a wrong passphrase opens nothing, and a damaged file says the same") {
  base::Bytes file =
      file_of(SecretBytes::random(ca::kFileKeySize), FileKey::kEd25519, KeyFileCost::kMinimal);
  const auto wrong = opened(file, FileKey::kEd25519, "other words");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(wrong.error().message.find("does not open this key file") != std::string::npos);
  std::string text(base::text_of(file));
  const std::size_t at = text.rfind("\n-----END");
  REQUIRE(at > 40);
  text[at - 30] = text[at - 30] == 'A' ? 'B' : 'A';
  CHECK_FALSE(opened(base::bytes_of(text), FileKey::kEd25519, kWords).ok());
}

TEST_CASE("key file: what is no encrypted key, or another kind of key, is refused by its name") {
  check_refused("", ErrorCode::kMalformed, "it does not hold one");
  check_refused("not a key", ErrorCode::kMalformed, "it does not hold one");
  check_refused(std::string(ca::kLargestKeyFile + 1, 'x'), ErrorCode::kMalformed, "too long");
  check_refused(
      openssl_key("ed25519", ""), ErrorCode::kMalformed, "the key in it is not encrypted");
  check_refused(openssl_key("x25519", "-aes-256-cbc"),
                ErrorCode::kMalformed,
                "another kind of key than Ed25519");
  const base::Bytes signing =
      file_of(SecretBytes::random(ca::kFileKeySize), FileKey::kEd25519, KeyFileCost::kMinimal);
  const auto keeper = opened(signing, FileKey::kX25519, kWords);
  REQUIRE_FALSE(keeper.ok());
  CHECK(keeper.error().message.find("another kind of key than X25519") != std::string::npos);
}

TEST_CASE("key file: a key of another size or an empty passphrase is not written") {
  const auto is_refused = [](std::size_t size, std::string_view words) {
    const SecretBytes raw = SecretBytes::random(size);
    const auto file =
        ca::write_key_file({.kind = FileKey::kEd25519, .raw = raw, .passphrase = secret(words)});
    return !file.ok() && file.error().code == ErrorCode::kInvalidArgument;
  };
  CHECK(is_refused(31, kWords));
  CHECK(is_refused(33, kWords));
  CHECK(is_refused(32, ""));
}
