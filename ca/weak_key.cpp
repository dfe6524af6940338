#include "ca/weak_key.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <utility>

#include <openssl/core_names.h>
#include <sodium.h>

#include "ca/asn1_forms.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"
#include "ca/recently_seen.h"

namespace ca {

namespace {

using BnCtxPtr = OpensslPtr<BN_CTX, BN_CTX_free>;

constexpr unsigned kLargestSmallFactor = 65537;
constexpr int kFermatRounds = 110;  // the Baseline Requirements ask for 100
constexpr unsigned kRsaExponent = 65537;

base::Finding key_fault(const char* rule, const char* source, std::string message) {
  return {.rule = rule,
          .severity = base::Severity::kError,
          .field = "subjectPublicKeyInfo",
          .source = source,
          .message = std::move(message)};
}

BignumPtr number_of(const EVP_PKEY& key, const char* parameter) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(&key, parameter, &number);
  return BignumPtr(number);
}

// The largest whole number whose square is at most `number`: Newton's method from above.
BignumPtr square_root_of(const BIGNUM& number, BN_CTX* context) {
  BignumPtr root(BN_new());
  BignumPtr next(BN_new());
  BN_set_bit(root.get(), (BN_num_bits(&number) + 1) / 2);
  for (;;) {
    BN_div(next.get(), nullptr, &number, root.get(), context);
    BN_add(next.get(), next.get(), root.get());
    BN_rshift1(next.get(), next.get());
    if (BN_cmp(next.get(), root.get()) >= 0) {
      return root;
    }
    std::swap(root, next);
  }
}

bool is_square(const BIGNUM& number, BN_CTX* context) {
  // Squares end in 0, 1, 4 or 9 modulo 16: three of four others need no root.
  const BN_ULONG low = BN_mod_word(&number, 16);
  if (low != 0 && low != 1 && low != 4 && low != 9) {
    return false;
  }
  const BignumPtr root = square_root_of(number, context);
  const BignumPtr square(BN_new());
  BN_sqr(square.get(), root.get(), context);
  return BN_cmp(square.get(), &number) == 0;
}

// N = a^2 - b^2 with a near the root of N: two primes that lie close together.
bool factors_by_fermat(const BIGNUM& modulus, BN_CTX* context) {
  const BignumPtr a = square_root_of(modulus, context);
  const BignumPtr rest(BN_new());
  for (int round = 0; round < kFermatRounds; ++round) {
    BN_sqr(rest.get(), a.get(), context);
    BN_sub(rest.get(), rest.get(), &modulus);
    if (BN_is_negative(rest.get()) == 0 && is_square(*rest, context)) {
      return true;
    }
    BN_add_word(a.get(), 1);
  }
  return false;
}

// Whether N modulo `prime` is a power of 65537 there.
bool is_power_of_generator(const BIGNUM& modulus, unsigned prime) {
  const auto rest = static_cast<unsigned>(BN_mod_word(&modulus, prime));
  unsigned power = 1;
  for (unsigned i = 0; i < prime; ++i) {
    if (power == rest) {
      return true;
    }
    power = power * (kRsaExponent % prime) % prime;
  }
  return false;
}

// The library with the ROCA fault made primes k * M + (65537^a mod M), M the product of the first
// primes; so N is a power of 65537 modulo each of them. By chance: less than 1 in 2^70.
bool has_roca_pattern(const BIGNUM& modulus) {
  constexpr std::array<unsigned, 38> kPrimes{
      3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
      73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
  return std::all_of(kPrimes.begin(), kPrimes.end(), [&](unsigned prime) {
    return is_power_of_generator(modulus, prime);
  });
}

// The smallest prime up to 65537 that divides the number, or 0.
unsigned small_factor_of(const BIGNUM& number) {
  std::bitset<kLargestSmallFactor + 1> composite;
  for (unsigned prime = 2; prime <= kLargestSmallFactor; ++prime) {
    if (composite[prime]) {
      continue;
    }
    if (BN_mod_word(&number, prime) == 0) {
      return prime;
    }
    for (unsigned multiple = 2 * prime; multiple <= kLargestSmallFactor; multiple += prime) {
      composite[multiple] = true;
    }
  }
  return 0;
}

void check_modulus(const BIGNUM& modulus, base::Findings& findings) {
  if (BN_is_odd(&modulus) == 0) {
    findings.push_back(key_fault("key-rsa-even",
                                 "BR 6.1.6",
                                 "The RSA modulus is an even number, so the key is broken; have a "
                                 "new key made."));
    return;
  }
  if (const unsigned factor = small_factor_of(modulus); factor != 0) {
    findings.push_back(key_fault("key-rsa-small-factor",
                                 "BR 6.1.6",
                                 "The RSA modulus is divisible by " + std::to_string(factor) +
                                     ", so the key is broken; have a new key made."));
    return;
  }
  const BnCtxPtr context(BN_CTX_new());
  if (has_roca_pattern(modulus)) {
    findings.push_back(key_fault("key-rsa-roca",
                                 "BR 6.1.1.3, CVE-2017-15361",
                                 "The RSA key comes from a generator that is known to be broken "
                                 "(ROCA); have a new key made on another device."));
  }
  if (BN_check_prime(&modulus, context.get(), nullptr) == 1) {
    findings.push_back(key_fault("key-rsa-prime-modulus",
                                 "RFC 8017 section 3.1",
                                 "The RSA modulus is a prime number, so the key is broken; have a "
                                 "new key made."));
  }
  if (factors_by_fermat(modulus, context.get())) {
    findings.push_back(key_fault("key-rsa-close-primes",
                                 "BR 6.1.1.3",
                                 "The two primes of the RSA key lie too close together, so that "
                                 "anybody can compute it (Fermat); have a new key made."));
  }
}

base::Findings find_rsa_faults(const EVP_PKEY& key) {
  base::Findings findings;
  const BignumPtr modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const BignumPtr exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  const int bits = modulus == nullptr ? 0 : BN_num_bits(modulus.get());
  if (bits != 2048 && bits != 3072 && bits != 4096) {
    findings.push_back(key_fault("key-rsa-size",
                                 "BR 6.1.5",
                                 "The RSA key has " + std::to_string(bits) +
                                     " bits, and only 2048, 3072 or 4096 are allowed; have a new "
                                     "key made."));
  }
  if (exponent == nullptr || BN_is_word(exponent.get(), kRsaExponent) == 0) {
    findings.push_back(key_fault("key-rsa-exponent",
                                 "BR 6.1.6",
                                 "The public exponent of the RSA key is not 65537, the only one "
                                 "allowed here; have a new key made."));
  }
  // Larger keys cost minutes to test and are refused already.
  if (bits >= 512 && bits <= 4096) {
    check_modulus(*modulus, findings);
  }
  return findings;
}

base::Findings find_ed25519_faults(const EVP_PKEY& key) {
  std::array<unsigned char, crypto_core_ed25519_BYTES> point{};
  std::size_t size = point.size();
  if (EVP_PKEY_get_raw_public_key(&key, point.data(), &size) == 1 &&
      crypto_core_ed25519_is_valid_point(point.data()) == 1) {
    return {};
  }
  return {key_fault("key-ed25519-point",
                    "RFC 8032 section 5.1.7",
                    "The Ed25519 key is not a point of the group that signatures need (an all-zero "
                    "key, for example), so anybody could sign for it; have a new key made.")};
}

base::Findings find_ec_faults(const EVP_PKEY& key) {
  base::Findings findings;
  if (!algorithm_of(key)) {
    findings.push_back(key_fault("key-ec-curve",
                                 "BR 6.1.5",
                                 "The key lies on a curve that is not allowed; only P-256, P-384 "
                                 "and P-521 are. Have a new key made."));
    return findings;
  }
  const EvpPkeyCtxPtr context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, const_cast<EVP_PKEY*>(&key), nullptr));
  if (context == nullptr || EVP_PKEY_public_check(context.get()) != 1) {
    findings.push_back(key_fault("key-ec-point",
                                 "BR 6.1.6, SP 800-56A revision 3 section 5.6.2.3",
                                 "The key is not a point of its curve; have a new key made."));
  }
  return findings;
}

// How an elliptic curve key is written down; all false for other keys.
struct CurveKeyForm {
  bool has_explicit_parameters = false;  // a curve spelled out (CVE-2020-0601 was made of those)
  bool is_compressed = false;            // a point by one coordinate
};

CurveKeyForm curve_key_form(base::ByteView public_key_info) {
  constexpr unsigned char kUncompressedPoint = 0x04;
  const PublicKeyFormPtr form = read_public_key_form(public_key_info);
  if (form == nullptr) {
    forget_openssl_errors();
    return {};
  }
  const ASN1_OBJECT* type = nullptr;
  int parameter_type = 0;
  X509_ALGOR_get0(&type, &parameter_type, nullptr, form->algorithm);
  if (OBJ_obj2nid(type) != NID_X9_62_id_ecPublicKey) {
    return {};
  }
  const base::ByteView point = bytes_of_string(form->key);
  return {.has_explicit_parameters = parameter_type != V_ASN1_OBJECT,
          .is_compressed = !point.empty() && point[0] != kUncompressedPoint};
}

base::Findings find_faults_of_kind(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA") == 1) {
    return find_rsa_faults(key);
  }
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    return find_ec_faults(key);
  }
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) {
    return find_ed25519_faults(key);
  }
  if (algorithm_of(key)) {
    return {};
  }
  return {key_fault("key-type",
                    "BR 6.1.5",
                    "The key is of a type that is not allowed; use RSA, P-256, P-384, P-521, "
                    "Ed25519, ML-DSA or SLH-DSA.")};
}

// Whether these are the only bytes for the key. OpenSSL passes over parameters that RSA does not
// have, bytes behind the numbers and negative numbers; in a certificate all of that would be signed
// although nobody has looked at it.
bool is_written_exactly(const EVP_PKEY& key, base::ByteView public_key_info) {
  if (has_usual_form(public_key_info)) {
    return true;
  }
  const base::Result<base::Bytes> again = public_key_info_of(key);
  return again.ok() &&
         std::equal(again->begin(), again->end(), public_key_info.begin(), public_key_info.end());
}

// The same key has one name here, whether its NULL parameters are written or not.
base::Digest name_of_key(base::ByteView public_key_info) {
  if (has_usual_form(public_key_info)) {
    return base::sha256(public_key_info);
  }
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  const base::Result<base::Bytes> again =
      key ? public_key_info_of(**key)
          : base::Result<base::Bytes>(base::Bytes(public_key_info.begin(), public_key_info.end()));
  return base::sha256(again ? base::ByteView(*again) : public_key_info);
}

base::Findings judge_key(base::ByteView public_key_info) {
  const CurveKeyForm form = curve_key_form(public_key_info);
  if (form.has_explicit_parameters) {
    return {key_fault("key-ec-explicit-parameters",
                      "RFC 5480 section 2.1.1",
                      "The key spells out a curve of its own instead of naming a standard one, "
                      "which can hide a forged key; have it made with a named curve.")};
  }
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key && key.error().code == base::ErrorCode::kRefusedByPolicy) {
    return {key_fault("key-needs-newer-openssl",
                      "RFC 9881, RFC 9909",
                      "The key cannot be judged here: " + key.error().message + ".")};
  }
  if (!key) {
    return {key_fault("key-unreadable",
                      "RFC 5280 section 4.1.2.7",
                      "The public key cannot be read: it is of an unknown type, or not a point of "
                      "its curve; have a new key made.")};
  }
  base::Findings findings = find_faults_of_kind(**key);
  if (findings.empty() && !is_written_exactly(**key, public_key_info)) {
    findings.push_back(key_fault("key-encoding",
                                 "RFC 3279 section 2.3, BR 7.1.3.1",
                                 "The key is written with bytes that do not belong to it, which a "
                                 "certificate would carry and other programs may refuse; have it "
                                 "made with another tool."));
  }
  if (form.is_compressed) {
    findings.push_back(key_fault("key-ec-compressed",
                                 "RFC 5480 section 2.2",
                                 "The key is written in its compressed form, under which a key "
                                 "that was seen before would not be known again; have it sent "
                                 "uncompressed."));
  }
  forget_openssl_errors();
  return findings;
}

}  // namespace

std::string key_kind_of(base::ByteView public_key_info) {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    const std::optional<Algorithm> named = post_quantum_algorithm_of(public_key_info);
    forget_openssl_errors();
    return named ? std::string(name_of(*named)) : "unknown";
  }
  if (const base::Result<Algorithm> algorithm = algorithm_of(**key)) {
    return std::string(name_of(*algorithm));
  }
  if (EVP_PKEY_is_a(key->get(), "RSA") == 1) {
    return "rsa-" + std::to_string(EVP_PKEY_get_bits(key->get()));
  }
  const char* const type = EVP_PKEY_get0_type_name(key->get());
  forget_openssl_errors();
  return type == nullptr ? "unknown" : type;
}

base::Findings find_key_faults(base::ByteView public_key_info) {
  static RecentlySeen<base::Findings> judged;
  if (std::optional<base::Findings> known = judged.find(public_key_info)) {
    return std::move(*known);
  }
  base::Findings findings = judge_key(public_key_info);
  judged.keep(public_key_info, findings);
  return findings;
}

void KeyRegistry::add(base::ByteView public_key_info, std::string owner) {
  owners_.emplace(name_of_key(public_key_info), std::move(owner));
}

std::optional<std::string_view> KeyRegistry::owner_of(base::ByteView public_key_info) const {
  if (before_ != nullptr) {
    if (const std::optional<std::string_view> owner = before_->owner_of(public_key_info)) {
      return owner;
    }
  }
  const auto found = owners_.find(name_of_key(public_key_info));
  return found == owners_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

}  // namespace ca
