#include "base/digest.h"

#include <array>
#include <utility>

#include <doctest/doctest.h>

#include "base/random.h"
#include "support/temporary_folder.h"

using namespace base;

TEST_CASE("digest: the examples of FIPS 180-4") {
  CHECK(sha256_hex({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex(bytes_of("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("digest: a million times the letter a, in pieces of every odd size") {
  const Bytes letters(1'000'000, 'a');
  for (const std::size_t piece : {1U, 63U, 64U, 65U, 9973U, 1'000'000U}) {
    Sha256 hash;
    for (ByteView rest = letters; !rest.empty();
         rest = rest.subspan(std::min(piece, rest.size()))) {
      hash.update(rest.first(std::min(piece, rest.size())));
    }
    CHECK(digest_hex(hash.finish()) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

TEST_CASE("digest: of a file it is that of its bytes") {
  const support::TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 200'000U}) {
    const Bytes bytes = random_bytes(size);
    support::plant(folder / "file", text_of(bytes));
    const auto digest = sha256_of_file(folder / "file");
    REQUIRE(digest.ok());
    CHECK(*digest == sha256(bytes));
  }
}

TEST_CASE("digest: of what is no regular file there is none") {
  const support::TemporaryFolder folder;
  CHECK(sha256_of_file(folder / "nothing").error().code == ErrorCode::kNotFound);
  CHECK(sha256_of_file(folder.path()).error().code == ErrorCode::kRefusedByPolicy);
  support::plant(folder / "file", "x");
  std::filesystem::create_symlink(folder / "file", folder / "link");
  CHECK(sha256_of_file(folder / "link").error().code == ErrorCode::kRefusedByPolicy);
}

TEST_CASE("digest: its hex digits are read back strictly") {
  const Digest digest = sha256(bytes_of("abc"));
  const std::string hex = digest_hex(digest);
  CHECK(*parse_digest_hex(hex) == digest);
  std::string upper = hex;
  upper[0] = 'B';
  for (const std::string& text : {std::string(), hex.substr(2), hex + "00", hex + "\n", upper}) {
    const auto parsed = parse_digest_hex(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == ErrorCode::kMalformed);
    CHECK(parsed.error().message ==
          "A digest is 64 digits from 0 to 9 and a to f, and this is not. Copy it again.");
  }
}
