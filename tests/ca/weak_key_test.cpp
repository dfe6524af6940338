// Weak keys, each made here for the purpose: there is no key of anybody's in this folder.

#include "ca/weak_key.h"

#include <array>

#include <doctest/doctest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "ca/der.h"
#include "support/ca_issuance.h"

namespace {

using namespace ca;
using BnCtxPtr = OpensslPtr<BN_CTX, BN_CTX_free>;

std::vector<std::string> rules(const base::Bytes& public_key_info) {
  return support::rules_of(find_key_faults(public_key_info));
}

base::Bytes magnitude(const BIGNUM& number) {
  base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(&number)));
  BN_bn2bin(&number, bytes.data());
  return bytes;
}

// RSAPublicKey with these numbers.
base::Bytes rsa_numbers(const base::Bytes& modulus, std::uint64_t exponent = 65537) {
  return der(DerTag::kSequence, {modulus, der_unsigned(exponent)});
}

// SubjectPublicKeyInfo by its parts: the parameters of its algorithm, and the bits of the key.
struct KeyParts {
  base::Bytes parameters;
  base::Bytes bits;
};

base::Bytes key_info(const char* algorithm, const KeyParts& parts) {
  const base::Bytes identifier =
      der(DerTag::kSequence, {der_object_identifier(algorithm), parts.parameters});
  const base::Bytes no_unused_bits{0x00};
  return der(DerTag::kSequence,
             {identifier, der(DerTag::kBitString, {no_unused_bits, parts.bits})});
}

base::Bytes rsa_info(const KeyParts& parts) {
  return key_info("1.2.840.113549.1.1.1", parts);
}

// SubjectPublicKeyInfo of an RSA key with that modulus and exponent.
base::Bytes rsa_key(const BIGNUM& modulus, std::uint64_t exponent = 65537) {
  return rsa_info(
      {der(DerTag::kNull, {}), rsa_numbers(der_unsigned(magnitude(modulus)), exponent)});
}

BignumPtr prime_of(int bits) {
  BignumPtr prime(BN_new());
  REQUIRE(BN_generate_prime_ex(prime.get(), bits, 0, nullptr, nullptr, nullptr) == 1);
  return prime;
}

BignumPtr product(const BIGNUM& one, const BIGNUM& other) {
  BignumPtr result(BN_new());
  const BnCtxPtr context(BN_CTX_new());
  BN_mul(result.get(), &one, &other, context.get());
  return result;
}

BignumPtr next_prime_after(const BIGNUM& number, BN_ULONG distance) {
  const BnCtxPtr context(BN_CTX_new());
  BignumPtr prime(BN_dup(&number));
  BN_add_word(prime.get(), distance);
  if (BN_is_odd(prime.get()) == 0) {
    BN_add_word(prime.get(), 1);
  }
  while (BN_check_prime(prime.get(), context.get(), nullptr) != 1) {
    BN_add_word(prime.get(), 2);
  }
  return prime;
}

// A prime of the form that the library with the ROCA fault made: k * M + (65537^a mod M), where M
// is the product of the first 126 primes (971 bits), for 1024-bit primes.
BignumPtr roca_prime() {
  const BnCtxPtr context(BN_CTX_new());
  BignumPtr product_of_primes(BN_new());
  BN_one(product_of_primes.get());
  int found = 0;
  for (BN_ULONG candidate = 2; found < 126; ++candidate) {
    const BignumPtr number(BN_new());
    BN_set_word(number.get(), candidate);
    if (BN_check_prime(number.get(), context.get(), nullptr) == 1) {
      BN_mul_word(product_of_primes.get(), candidate);
      ++found;
    }
  }
  const BignumPtr generator(BN_new());
  BN_set_word(generator.get(), 65537);
  BignumPtr prime(BN_new());
  do {
    const BignumPtr power(BN_new());
    const BignumPtr factor(BN_new());
    BN_rand(power.get(), 64, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
    BN_rand(factor.get(), 53, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
    const BignumPtr rest(BN_new());
    BN_mod_exp(rest.get(), generator.get(), power.get(), product_of_primes.get(), context.get());
    BN_mul(prime.get(), factor.get(), product_of_primes.get(), context.get());
    BN_add(prime.get(), prime.get(), rest.get());
  } while (BN_check_prime(prime.get(), context.get(), nullptr) != 1);
  return prime;
}

base::Bytes curve_key(const KeyParts& parts) {
  return key_info("1.2.840.10045.2.1", parts);
}

struct CurveKey {
  const char* curve;
  const char* encoding;  // of its parameters
};

base::Bytes made(const CurveKey& key_of) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY_keygen_init(context.get());
  std::string name = key_of.curve;
  std::string parameters = key_of.encoding;
  const std::array<OSSL_PARAM, 3> settings{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), 0),
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, parameters.data(), 0),
      OSSL_PARAM_construct_end()};
  REQUIRE(EVP_PKEY_CTX_set_params(context.get(), settings.data()) == 1);
  EVP_PKEY* key = nullptr;
  REQUIRE(EVP_PKEY_generate(context.get(), &key) == 1);
  const EvpPkeyPtr owned(key);
  return public_key_info_of(*owned).value();
}

using Rules = std::vector<std::string>;

}  // namespace

TEST_CASE("keys: good ones of every kind have no fault") {
  for (const Algorithm algorithm : {Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kRsa3072,
                                    Algorithm::kEd25519}) {
    const auto key = support::new_key(algorithm);
    CHECK(rules(key->public_key_info()).empty());
    CHECK(key_kind_of(key->public_key_info()) == name_of(algorithm));
  }
  CHECK(rules(rsa_key(*product(*prime_of(1024), *prime_of(1024)))).size() <= 1);  // 2047 bits: size
}

TEST_CASE("keys: RSA of another size or exponent") {
  const BignumPtr small = product(*prime_of(512), *prime_of(512));
  CHECK(rules(rsa_key(*small))[0] == "key-rsa-size");
  CHECK(key_kind_of(rsa_key(*small)).rfind("rsa-10", 0) == 0);
  const auto key = support::new_key(Algorithm::kRsa3072);
  const base::Result<EvpPkeyPtr> read = read_public_key(key->public_key_info());
  BIGNUM* modulus = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(read->get(), OSSL_PKEY_PARAM_RSA_N, &modulus) == 1);
  const BignumPtr owned(modulus);
  CHECK(rules(rsa_key(*owned, 3)) == Rules{"key-rsa-exponent"});
  CHECK(rules(rsa_key(*owned, 65539)) == Rules{"key-rsa-exponent"});
  BN_sub_word(owned.get(), 1);
  CHECK(rules(rsa_key(*owned)) == Rules{"key-rsa-even"});
}

TEST_CASE("keys: an RSA modulus with a small factor, up to 65537") {
  for (const BN_ULONG factor : {3U, 751U, 65521U, 65537U}) {
    CAPTURE(factor);
    // The cofactor is sized so that the product has exactly 2048 bits.
    BignumPtr modulus(BN_new());
    do {
      const BignumPtr cofactor(BN_new());
      const int bits = factor == 3 ? 2046 : factor == 751 ? 2038 : 2032;
      BN_rand(cofactor.get(), bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
      BN_copy(modulus.get(), cofactor.get());
      BN_mul_word(modulus.get(), factor);
    } while (BN_num_bits(modulus.get()) != 2048);
    CHECK(rules(rsa_key(*modulus)) == Rules{"key-rsa-small-factor"});
  }
}

TEST_CASE("keys: an RSA modulus that is a prime") {
  CHECK(rules(rsa_key(*prime_of(2048))) == Rules{"key-rsa-prime-modulus"});
}

TEST_CASE("keys: two RSA primes that lie close together") {
  BignumPtr first(BN_new());
  BignumPtr modulus(BN_new());
  do {
    first = prime_of(1024);
    BN_set_bit(first.get(), 1022);  // so that the product has 2048 bits
    first = next_prime_after(*first, 0);
    modulus = product(*first, *next_prime_after(*first, 1'000'000));
  } while (BN_num_bits(modulus.get()) != 2048);
  CHECK(rules(rsa_key(*modulus)) == Rules{"key-rsa-close-primes"});
  modulus = product(*first, *first);
  CHECK(rules(rsa_key(*modulus)) == Rules{"key-rsa-close-primes"});
}

TEST_CASE("keys: the pattern of the ROCA fault") {
  BignumPtr modulus(BN_new());
  do {
    modulus = product(*roca_prime(), *roca_prime());
  } while (BN_num_bits(modulus.get()) != 2048);
  CHECK(rules(rsa_key(*modulus)) == Rules{"key-rsa-roca"});
}

TEST_CASE("keys: bytes in an RSA key that are not the key's are refused") {
  BignumPtr modulus(BN_new());
  do {
    modulus = product(*prime_of(1024), *prime_of(1024));
  } while (BN_num_bits(modulus.get()) != 2048);
  REQUIRE(rules(rsa_key(*modulus)).empty());
  const base::Bytes null = der(DerTag::kNull, {});
  const base::Bytes numbers = rsa_numbers(der_unsigned(magnitude(*modulus)));
  base::Bytes longer = numbers;
  append(longer, base::bytes_of("and more"));
  const base::Bytes negative = rsa_numbers(der(DerTag::kInteger, {magnitude(*modulus)}));
  const base::Bytes smuggled = der(DerTag::kOctetString, {base::Bytes(200, 0x41)});
  for (const base::Bytes& info : {rsa_info({{}, numbers}),
                                  rsa_info({smuggled, numbers}),
                                  rsa_info({null, longer}),
                                  rsa_info({null, negative})}) {
    REQUIRE(read_public_key(info).ok());  // OpenSSL sees nothing in it
    const base::Findings findings = find_key_faults(info);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "key-encoding");
    CHECK(findings[0].message ==
          "The key is written with bytes that do not belong to it, which a certificate would carry "
          "and other programs may refuse; have it made with another tool.");
  }
}

TEST_CASE("keys: curves that are not allowed, and keys that are no points") {
  CHECK(rules(made({"prime192v1", "named_curve"})) == Rules{"key-ec-curve"});
  CHECK(rules(made({"secp256k1", "named_curve"})) == Rules{"key-ec-curve"});
  CHECK(rules(made({"P-256", "explicit"})) == Rules{"key-ec-explicit-parameters"});
  base::Bytes point(65, 0x01);
  point[0] = 0x04;
  const base::Bytes p256 = der_object_identifier("1.2.840.10045.3.1.7");
  const auto key = support::new_key(Algorithm::kP256);
  const base::Bytes& whole = key->public_key_info();
  base::Bytes compressed(whole.end() - 65, whole.end() - 32);  // 04 X, without Y
  compressed[0] = static_cast<std::uint8_t>(0x02U | (whole.back() & 1U));
  CHECK(rules(curve_key({p256, compressed})) == Rules{"key-ec-compressed"});
  CHECK(rules(curve_key({p256, point})) == Rules{"key-unreadable"});
  CHECK(rules(curve_key({p256, base::Bytes(65, 0x00)})) == Rules{"key-unreadable"});
  CHECK_FALSE(rules(curve_key({p256, base::Bytes{0x00}})).empty());
}

TEST_CASE("keys: Ed25519 points of a small group") {
  const base::Bytes header{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  for (const std::uint8_t first : base::Bytes{0x00, 0x01}) {
    base::Bytes key = header;
    key.resize(header.size() + 32);
    key[header.size()] = first;
    CHECK(rules(key) == Rules{"key-ed25519-point"});
  }
}

TEST_CASE("keys: other types, and what is no key at all") {
  const EvpPkeyPtr x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  CHECK(rules(public_key_info_of(*x25519).value()) == Rules{"key-type"});
  CHECK(rules({}) == Rules{"key-unreadable"});
  CHECK(rules({0x30, 0x00}) == Rules{"key-unreadable"});
  CHECK(key_kind_of({}) == "unknown");
}

TEST_CASE("key registry: what was seen before counts, and comes first") {
  KeyRegistry before;
  const auto key = support::new_key(Algorithm::kP256);
  const auto other = support::new_key(Algorithm::kEd25519);
  KeyRegistry seen(&before);
  seen.add(key->public_key_info(), "the request");
  CHECK(seen.owner_of(key->public_key_info()) == "the request");
  before.add(key->public_key_info(), "the root");
  before.add(other->public_key_info(), "another");
  CHECK(seen.owner_of(key->public_key_info()) == "the root");
  CHECK(seen.owner_of(other->public_key_info()) == "another");
  CHECK_FALSE(before.owner_of(support::new_key(Algorithm::kP384)->public_key_info()));
}

TEST_CASE("key: what has the usual form is written in no other way") {
  for (const Algorithm algorithm :
       {Algorithm::kP256, Algorithm::kP384, Algorithm::kP521, Algorithm::kEd25519}) {
    const base::Bytes info = support::new_key(algorithm)->public_key_info();
    CHECK(has_usual_form(info));
    CHECK(public_key_info_of(**read_public_key(info)).value() == info);
    for (const std::size_t at : {std::size_t{1}, std::size_t{5}, std::size_t{11}}) {
      base::Bytes changed = info;
      changed[at] ^= 0x01U;
      CHECK_FALSE(has_usual_form(changed));
    }
    CHECK_FALSE(has_usual_form(base::ByteView(info).first(info.size() - 1)));
  }
  CHECK_FALSE(has_usual_form(support::new_key(Algorithm::kRsa3072)->public_key_info()));
  CHECK_FALSE(has_usual_form({}));
}

TEST_CASE("key registry: a key is known again, also when its parameters are written differently") {
  KeyRegistry seen;
  const auto key = support::new_key(Algorithm::kP256);
  CHECK_FALSE(seen.owner_of(key->public_key_info()).has_value());
  seen.add(key->public_key_info(), "the root");
  seen.add(key->public_key_info(), "somebody else");
  CHECK(seen.owner_of(key->public_key_info()) == "the root");
  CHECK_FALSE(seen.owner_of(support::new_key(Algorithm::kP256)->public_key_info()).has_value());

  const BignumPtr modulus = product(*prime_of(1024), *prime_of(1024));
  const base::Bytes with_null = rsa_key(*modulus);
  const base::Bytes without_null = rsa_info({{}, rsa_numbers(der_unsigned(magnitude(*modulus)))});
  seen.add(with_null, "the RSA one");
  CHECK(seen.owner_of(without_null) == "the RSA one");
}
