#include "ca/software_key.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

#include "ca/public_key.h"

namespace {

using base::ErrorCode;
using ca::Algorithm;

constexpr std::array<std::uint8_t, 7> kMessage{'m', 'e', 's', 's', 'a', 'g', 'e'};

std::unique_ptr<ca::SoftwareKey> made(Algorithm algorithm) {
  auto key = ca::SoftwareKey::generate(algorithm);
  REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
  return std::move(key).value();
}

// The key with one byte of its PKCS #8 changed.
base::SecretBytes altered(const base::SecretBytes& pkcs8, std::size_t at) {
  const base::SecretBytes::Reader reader = pkcs8.read();
  base::SecretBytes copy = base::SecretBytes::copy_of(reader.bytes());
  copy.write().bytes()[at] ^= 0x01;
  return copy;
}

}  // namespace

TEST_CASE("software key: written out and read back it is the same key, for every algorithm") {
  for (const Algorithm algorithm : ca::all_algorithms()) {
    CAPTURE(ca::name_of(algorithm));
    auto generated = ca::SoftwareKey::generate(algorithm);
    REQUIRE(generated.ok() == ca::algorithm_named(ca::name_of(algorithm)).ok());
    if (!generated) {
      CHECK(generated.error().code == ErrorCode::kRefusedByPolicy);
      continue;
    }
    const auto pkcs8 = (*generated)->to_pkcs8();
    REQUIRE(pkcs8.ok());
    const auto key = ca::SoftwareKey::from_pkcs8(*pkcs8);
    REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
    CHECK((*key)->algorithm() == algorithm);
    CHECK((*key)->public_key_info() == (*generated)->public_key_info());
    CHECK((*key)->to_pkcs8().value().equals(*pkcs8));
    const auto signature = (*key)->sign(kMessage);
    REQUIRE(signature.ok());
    CHECK(ca::verify_signature({.public_key_info = (*generated)->public_key_info(),
                                .message = kMessage,
                                .signature = *signature})
              .ok());
  }
}

TEST_CASE("software key: what is no PKCS #8, or has bytes behind it, is refused") {
  const auto pkcs8 = made(Algorithm::kP256)->to_pkcs8();
  const base::SecretBytes::Reader reader = pkcs8->read();
  base::SecretBytes longer(reader.bytes().size() + 1);
  std::copy(reader.bytes().begin(), reader.bytes().end(), longer.write().bytes().begin());
  const auto shorter = base::SecretBytes::copy_of(reader.bytes().first(reader.bytes().size() - 1));
  for (const base::SecretBytes* const bad :
       std::array<const base::SecretBytes*, 2>{&longer, &shorter}) {
    const auto key = ca::SoftwareKey::from_pkcs8(*bad);
    REQUIRE(!key.ok());
    CHECK(key.error().code == ErrorCode::kMalformed);
    CHECK(key.error().message.rfind("what was unwrapped is not a private key; the wrapped key is "
                                    "damaged, use another copy of it",
                                    0) == 0);
  }
  CHECK(!ca::SoftwareKey::from_pkcs8(base::SecretBytes(0)).ok());
}

TEST_CASE("software key: halves that do not belong together are refused") {
  const auto pkcs8 = made(Algorithm::kP256)->to_pkcs8();
  // The private number begins at byte 36 of a P-256 PKCS #8.
  const auto key = ca::SoftwareKey::from_pkcs8(altered(*pkcs8, 40));
  REQUIRE(!key.ok());
  CHECK(key.error().code == ErrorCode::kInconsistent);
  CHECK(key.error().message.rfind("the private and the public half of the unwrapped key do not "
                                  "belong together; the wrapped key is damaged, use another copy",
                                  0) == 0);
}

TEST_CASE("software key: only Ed25519 gives its 32 bytes") {
  CHECK(made(Algorithm::kEd25519)->raw_private_key()->size() == 32);
  CHECK(made(Algorithm::kP256)->raw_private_key().error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("public key: trailing bytes, rubbish and foreign keys are refused") {
  const base::Bytes good = made(Algorithm::kP384)->public_key_info();
  CHECK(ca::algorithm_of_public_key(good).value() == Algorithm::kP384);
  base::Bytes longer = good;
  longer.push_back(0);
  CHECK(ca::algorithm_of_public_key(longer).error().code == ErrorCode::kMalformed);
  CHECK(ca::algorithm_of_public_key({}).error().code == ErrorCode::kMalformed);
  const ca::EvpPkeyPtr small(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  CHECK(ca::algorithm_of(*small).error().message ==
        "this RSA key has 2048 bits, and a root or signing key here has 3072 or 4096; use another "
        "key");
  const ca::EvpPkeyPtr curve(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"));
  CHECK(ca::algorithm_of(*curve).error().message ==
        "this key lies on a curve that is not used here; use one on p-256, p-384 or p-521");
  const ca::EvpPkeyPtr exchange(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  CHECK(ca::algorithm_of(*exchange).error().message ==
        "this key is of a type that is not used here; use RSA, an elliptic curve, Ed25519, "
        "ML-DSA or SLH-DSA");
}

TEST_CASE("public key: a signature counts for its own key and message only") {
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    const auto key = made(algorithm);
    const auto other = made(algorithm);
    base::Bytes signature = key->sign(kMessage).value();
    const base::Bytes another_message{'m', 'e', 's', 's', 'a', 'g', 'f'};
    CHECK(!ca::is_same_public_key(key->public_key_info(), other->public_key_info()).value());
    CHECK(!ca::verify_signature({.public_key_info = other->public_key_info(),
                                 .message = kMessage,
                                 .signature = signature})
               .ok());
    CHECK(!ca::verify_signature({.public_key_info = key->public_key_info(),
                                 .message = another_message,
                                 .signature = signature})
               .ok());
    signature.back() ^= 0x01;
    const auto verified = ca::verify_signature(
        {.public_key_info = key->public_key_info(), .message = kMessage, .signature = signature});
    REQUIRE(!verified.ok());
    CHECK(verified.error().code == ErrorCode::kInconsistent);
  }
}
