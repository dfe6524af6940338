#include "ca/shared_primes.h"

#include <cstdint>
#include <numeric>
#include <utility>

#include <openssl/core_names.h>

#include "ca/openssl_error.h"
#include "ca/public_key.h"

namespace ca {

namespace {

using ScratchPtr = OpensslPtr<BN_CTX, BN_CTX_free>;
using MontgomeryPtr = OpensslPtr<BN_MONT_CTX, BN_MONT_CTX_free>;

constexpr int kSmallestModulusBits = 512;
constexpr int kLargestModulusBits = 8192;

// The modulus, or nullptr where the key is not of RSA or cannot be read.
BignumPtr modulus_of(base::ByteView public_key_info) {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  BIGNUM* modulus = nullptr;
  if (key && EVP_PKEY_is_a(key->get(), "RSA") == 1) {
    EVP_PKEY_get_bn_param(key->get(), OSSL_PKEY_PARAM_RSA_N, &modulus);
  }
  forget_openssl_errors();
  return BignumPtr(modulus);
}

bool can_be_compared(const BIGNUM& modulus) {
  const int bits = BN_num_bits(&modulus);
  return bits >= kSmallestModulusBits && bits <= kLargestModulusBits && BN_is_odd(&modulus) == 1;
}

base::Bytes bytes_of_number(const BIGNUM& number) {
  base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(&number)));
  BN_bn2bin(&number, bytes.data());
  return bytes;
}

// One modulus, and what others have in common with it.
class Comparison {
 public:
  explicit Comparison(const BIGNUM& modulus)
      : modulus_(modulus),
        scratch_(BN_CTX_new()),
        montgomery_(BN_MONT_CTX_new()),
        product_(BN_new()),
        rest_(BN_new()) {
    BN_MONT_CTX_set(montgomery_.get(), &modulus_, scratch_.get());
    BN_one(product_.get());
  }

  // Each multiplication also divides by a power of two, which has nothing in common with an odd
  // modulus; so it may stay.
  void multiply(const BIGNUM& factor) {
    const BIGNUM* reduced = &factor;
    if (BN_ucmp(&factor, &modulus_) >= 0) {
      BN_nnmod(rest_.get(), &factor, &modulus_, scratch_.get());
      reduced = rest_.get();
    }
    BN_mod_mul_montgomery(
        product_.get(), product_.get(), reduced, montgomery_.get(), scratch_.get());
  }

  // Whether one of those multiplied so far has a prime in common with the modulus.
  [[nodiscard]] bool shares_a_prime() {
    BN_gcd(rest_.get(), product_.get(), &modulus_, scratch_.get());
    return BN_is_one(rest_.get()) == 0;
  }

 private:
  const BIGNUM& modulus_;
  ScratchPtr scratch_;
  MontgomeryPtr montgomery_;
  BignumPtr product_;
  BignumPtr rest_;
};

}  // namespace

void ModulusPool::add(base::ByteView public_key_info, std::string owner, ModulusPlace place) {
  BignumPtr modulus = modulus_of(public_key_info);
  if (modulus == nullptr || !can_be_compared(*modulus) ||
      !known_.emplace(bytes_of_number(*modulus), members_.size()).second) {
    return;
  }
  members_.push_back({.modulus = std::move(modulus), .owner = std::move(owner), .place = place});
}

bool ModulusPool::shares(const Member& judged, Span among) const {
  Comparison comparison(*judged.modulus);
  for (std::size_t i = among.first; i < among.end; ++i) {
    if (&members_[i] != &judged) {
      comparison.multiply(*members_[i].modulus);
    }
  }
  return comparison.shares_a_prime();
}

// Halves them until one is left: ten steps among a thousand.
std::size_t ModulusPool::partner_of(const Member& judged) const {
  Span span{.first = 0, .end = members_.size()};
  while (span.end - span.first > 1) {
    const std::size_t middle = std::midpoint(span.first, span.end);
    const bool is_in_first_half = shares(judged, {.first = span.first, .end = middle});
    span = is_in_first_half ? Span{.first = span.first, .end = middle}
                            : Span{.first = middle, .end = span.end};
  }
  return span.first;
}

std::vector<SharedPrime> ModulusPool::find_shared() const {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> partners(members_.size(), kNone);
  std::vector<SharedPrime> found;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& judged = members_[i];
    if (judged.place == ModulusPlace::kHistory) {
      continue;
    }
    if (partners[i] == kNone && shares(judged, {.first = 0, .end = members_.size()})) {
      partners[i] = partner_of(judged);
      std::size_t& of_partner = partners[partners[i]];
      of_partner = of_partner == kNone ? i : of_partner;  // it need not be looked for again
    }
    if (partners[i] != kNone) {
      found.push_back({.owner = judged.owner, .other = members_[partners[i]].owner});
    }
  }
  forget_openssl_errors();
  return found;
}

base::Finding shared_prime_finding(std::string_view other) {
  return {.rule = "key-rsa-shared-prime",
          .severity = base::Severity::kError,
          .field = "subjectPublicKeyInfo",
          .source = "Heninger et al. 2012, BR 6.1.1.3",
          .message = "The RSA key has a prime factor in common with that of " + std::string(other) +
                     ", so anybody can compute both private keys; have a new key made where the "
                     "random numbers are good, and replace the other one, too."};
}

}  // namespace ca
