// What is left of the KEK and of the private key in this process' memory, measured.

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <openssl/crypto.h>

#include "ca/openssl_memory.h"
#include "ca/root_key.h"
#include "ca/soft_token.h"
#include "support/ca_memory_scan.h"
#include "support/ca_private_number.h"

namespace {

using ca::Algorithm;

struct Needles {
  support::MaskedNeedle kek;
  support::MaskedNeedle private_key;
};

// A whole life: born, wrapped, used, destroyed; opened in a second token, used, destroyed.
Needles live(Algorithm algorithm, const std::string& heading) {
  auto token = std::move(ca::SoftToken::create()).value();
  const ca::Kek kek = std::move(ca::Kek::random()).value();
  auto key = std::move(ca::RootKey::generate(*token, algorithm)).value();
  const base::Bytes blob = std::move(key->wrap(kek)).value();
  const base::Bytes message(100, 0x41);
  REQUIRE(key->sign(message).ok());
  REQUIRE(key->destroy().ok());
  REQUIRE(token->destroy().ok());
  token = std::move(ca::SoftToken::create()).value();
  const base::Bytes public_key_info = key->public_key_info();
  key =
      std::move(ca::RootKey::open(*token, {.blob = blob, .public_key_info = public_key_info}, kek))
          .value();
  REQUIRE(key->sign(message).ok());
  Needles needles{support::MaskedNeedle::of(kek.bytes()),
                  support::MaskedNeedle::of_hex(support::private_digits(blob, kek, heading))};
  // The control: while libcrypto holds the key the scan finds it, and finds the KEK in our pages.
  const auto held = ca::open_by_openssl({.blob = blob, .public_key_info = public_key_info}, kek);
  REQUIRE(held.ok());
  CHECK(needles.kek.copies_in_memory() == 1);
  CHECK(needles.private_key.copies_in_memory() >= 1);
  REQUIRE((*held)->sign(message).ok());
  // Of RSA, OpenSSL keeps the primes a second time as moduli, which it does not lock.
  const std::size_t unlocked = algorithm == Algorithm::kRsa3072 ? 1 : 0;
  CHECK(needles.private_key.copies_in_unlocked_memory() == unlocked);
  CHECK(CRYPTO_secure_used() < std::size_t{1} << 19);  // half of it is left for the next key
  return needles;
}

struct Row {
  Algorithm algorithm;
  const char* heading;  // of `openssl pkey -text`
  std::size_t bytes;    // at least so many
};

}  // namespace

TEST_CASE("memory: the scan finds a secret that is there") {
  std::optional<base::SecretBytes> locked = base::SecretBytes::random(32);
  const auto needle = support::MaskedNeedle::of(*locked);
  CHECK(needle.copies_in_memory() == 1);
  {
    const base::SecretBytes::Reader reader = locked->read();
    const base::Bytes on_heap(reader.bytes().begin(), reader.bytes().end());
    const base::Bytes backwards(reader.bytes().rbegin(), reader.bytes().rend());
    CHECK(needle.copies_in_memory() == 3);
    CHECK(needle.copies_in_unlocked_memory() == 2);
  }
  locked.reset();
}

TEST_CASE("memory: OpenSSL was prepared before main") {
  const auto prepared = ca::prepare_openssl();
  CHECK_MESSAGE(prepared.ok(), (prepared.ok() ? "" : prepared.error().message));
  CHECK(CRYPTO_secure_malloc_initialized() == 1);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
  CHECK(std::string(std::getenv("OPENSSL_CONF")) == "/dev/null");  // SoftHSM obeys it, too
}

TEST_CASE("memory: nothing is left of the KEK and the private key after a root key's life") {
  const Row rows[]{{Algorithm::kP384, "priv:", 46},
                   {Algorithm::kP521, "priv:", 63},
                   {Algorithm::kEd25519, "priv:", 31},
                   {Algorithm::kRsa3072, "prime1:", 191},
                   {Algorithm::kMlDsa65, "seed:", 31},
                   {Algorithm::kSlhDsa128s, "priv:", 63}};
  for (const Row& row : rows) {
    if (!ca::algorithm_named(ca::name_of(row.algorithm)).ok()) {
      continue;  // this OpenSSL has no such keys at all: root_key_test.cpp tests that it says so
    }
    CAPTURE(ca::name_of(row.algorithm));
    const std::string heading = row.heading;
    CAPTURE(heading);
    const Needles needles = live(row.algorithm, heading);
    REQUIRE(needles.private_key.size() >= row.bytes);
    CHECK(needles.kek.copies_in_memory() == 0);
    CHECK(needles.private_key.copies_in_memory() == 0);
  }
}
