// RSA keys with a prime in common, made here from their primes.

#include "ca/shared_primes.h"

#include <array>
#include <chrono>
#include <memory>

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "support/ca_issuance.h"
#include "support/texts.h"

namespace {

using namespace ca;

BignumPtr random_prime(int bits) {
  BignumPtr prime(BN_new());
  REQUIRE(BN_generate_prime_ex(prime.get(), bits, 0, nullptr, nullptr, nullptr) == 1);
  return prime;
}

BignumPtr times(const BIGNUM& one, const BIGNUM& other) {
  BignumPtr result(BN_new());
  const OpensslPtr<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  REQUIRE(BN_mul(result.get(), &one, &other, context.get()) == 1);
  return result;
}

// SubjectPublicKeyInfo of the RSA key with that modulus.
base::Bytes rsa_info_of(const BIGNUM& modulus, unsigned exponent = 65537) {
  const BignumPtr e(BN_new());
  BN_set_word(e.get(), exponent);
  const OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, &modulus);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const OpensslPtr<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY* key = nullptr;
  REQUIRE(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1);
  const EvpPkeyPtr owned(key);
  return public_key_info_of(*owned).value();
}

base::Bytes rsa_info_of(const BignumPtr& one, const BignumPtr& other) {
  return rsa_info_of(*times(*one, *other));
}

std::vector<std::string> told(const std::vector<SharedPrime>& found) {
  std::vector<std::string> lines;
  lines.reserve(found.size());
  for (const SharedPrime& each : found) {
    lines.push_back(each.owner + "/" + each.other);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("shared primes: two keys of a batch are found, and both are told") {
  const BignumPtr common = random_prime(1024);
  ModulusPool pool;
  pool.add(rsa_info_of(random_prime(1024), random_prime(1024)), "a", ModulusPlace::kBatch);
  pool.add(rsa_info_of(common, random_prime(1024)), "b", ModulusPlace::kBatch);
  pool.add(rsa_info_of(random_prime(1024), random_prime(1024)), "c", ModulusPlace::kBatch);
  CHECK(pool.find_shared().empty());
  pool.add(rsa_info_of(common, random_prime(1024)), "d", ModulusPlace::kBatch);
  CHECK(told(pool.find_shared()) == Lines{"b/d", "d/b"});
}

TEST_CASE("shared primes: a key of the history is found, and of it alone nothing is said") {
  const BignumPtr common = random_prime(1024);
  const BignumPtr old = random_prime(1024);
  ModulusPool pool;
  pool.add(rsa_info_of(common, random_prime(1024)), "old one", ModulusPlace::kHistory);
  pool.add(rsa_info_of(old, random_prime(1024)), "old two", ModulusPlace::kHistory);
  pool.add(rsa_info_of(old, random_prime(1024)), "old three", ModulusPlace::kHistory);
  CHECK(pool.find_shared().empty());
  pool.add(rsa_info_of(random_prime(1024), common), "new", ModulusPlace::kBatch);
  CHECK(told(pool.find_shared()) == Lines{"new/old one"});
}

TEST_CASE("shared primes: keys of different sizes, and keys whose both primes come elsewhere") {
  const BignumPtr p = random_prime(1024);
  const BignumPtr q = random_prime(1024);
  const BignumPtr r = random_prime(1024);
  ModulusPool pool;
  pool.add(rsa_info_of(p, q), "pq", ModulusPlace::kBatch);
  pool.add(rsa_info_of(q, r), "qr", ModulusPlace::kBatch);
  pool.add(rsa_info_of(r, p), "rp", ModulusPlace::kBatch);
  pool.add(rsa_info_of(random_prime(2048), p), "larger", ModulusPlace::kBatch);
  const std::vector<SharedPrime> found = pool.find_shared();
  REQUIRE(found.size() == 4);
  for (const SharedPrime& each : found) {
    CHECK(each.owner != each.other);
  }
  CHECK(found[3].owner == "larger");
  CHECK((found[3].other == "pq" || found[3].other == "rp"));
}

TEST_CASE("shared primes: a modulus that comes twice is one, with any exponent") {
  const BignumPtr modulus = times(*random_prime(1024), *random_prime(1024));
  ModulusPool pool;
  pool.add(rsa_info_of(*modulus), "first", ModulusPlace::kBatch);
  pool.add(rsa_info_of(*modulus), "again", ModulusPlace::kBatch);
  pool.add(rsa_info_of(*modulus, 3), "with another exponent", ModulusPlace::kBatch);
  CHECK(pool.size() == 1);
  CHECK(pool.find_shared().empty());
}

TEST_CASE("shared primes: other keys, even moduli and odd sizes are passed over") {
  ModulusPool pool;
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kEd25519}) {
    pool.add(support::new_key(algorithm)->public_key_info(), "curve", ModulusPlace::kBatch);
  }
  pool.add({}, "nothing", ModulusPlace::kBatch);
  pool.add(rsa_info_of(random_prime(128), random_prime(128)), "tiny", ModulusPlace::kBatch);
  BignumPtr even = times(*random_prime(1024), *random_prime(1024));
  BN_clear_bit(even.get(), 0);
  pool.add(rsa_info_of(*even), "even", ModulusPlace::kBatch);
  BignumPtr huge(BN_new());
  BN_rand(huge.get(), 8193, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  pool.add(rsa_info_of(*huge), "huge", ModulusPlace::kBatch);
  CHECK(pool.size() == 0);
  CHECK(pool.find_shared().empty());
}

TEST_CASE("shared primes: five of a thousand keys are found in a few seconds") {
  // The sound ones are eighth powers of primes of 256 bits: quickly made, and for what is measured
  // here as good as products of two primes.
  constexpr std::size_t kCount = 1000;
  const BignumPtr common = random_prime(1024);
  const OpensslPtr<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  ModulusPool pool;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool is_weak = i % 200 == 7;
    const BignumPtr part = is_weak ? random_prime(1024) : random_prime(256);
    const BignumPtr square = times(*part, *part);
    const BignumPtr fourth = times(*square, *square);
    const BignumPtr modulus = is_weak ? times(*common, *part) : times(*fourth, *fourth);
    pool.add(rsa_info_of(*modulus), std::to_string(i), ModulusPlace::kBatch);
    if (is_weak) {
      expected.push_back(std::to_string(i));
    }
  }
  REQUIRE(pool.size() == kCount);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<SharedPrime> found = pool.find_shared();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  MESSAGE("1,000 moduli of 2048 bits: ", took.count(), " s");
  CHECK(took.count() <
        30);  // 2.5 s where nobody else works; a gcd for each pair would take minutes
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].owner == expected[i]);
  }
}

TEST_CASE("shared primes: the finding names the other key and says what to do") {
  const base::Finding finding = shared_prime_finding("the request b.csr");
  CHECK(finding.rule == "key-rsa-shared-prime");
  CHECK(finding.severity == base::Severity::kError);
  CHECK(support::has(finding.message, "in common with that of the request b.csr, so anybody"));
}
