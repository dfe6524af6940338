#include "ca/public_key.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "ca/asn1_forms.h"
#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/recently_seen.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

base::Error not_a_public_key() {
  return openssl_error(base::ErrorCode::kMalformed,
                       "this is not a public key in the form that certificates use; "
                       "have it sent again");
}

base::Result<Algorithm> rsa_of(int bits) {
  if (bits == 3072) {
    return Algorithm::kRsa3072;
  }
  if (bits == 4096) {
    return Algorithm::kRsa4096;
  }
  return base::Error{base::ErrorCode::kRefusedByPolicy,
                     "this RSA key has " + std::to_string(bits) +
                         " bits, and a root or signing key here has 3072 or 4096; "
                         "use another key"};
}

base::Result<Algorithm> curve_of(const EVP_PKEY& key) {
  std::array<char, 64> group{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(&key, group.data(), group.size(), &length) == 1) {
    const std::string name(group.data(), length);
    if (name == "prime256v1" || name == "P-256") {
      return Algorithm::kP256;
    }
    if (name == "secp384r1" || name == "P-384") {
      return Algorithm::kP384;
    }
    if (name == "secp521r1" || name == "P-521") {
      return Algorithm::kP521;
    }
  }
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kRefusedByPolicy,
                     "this key lies on a curve that is not used here; "
                     "use one on p-256, p-384 or p-521"};
}

}  // namespace

namespace {

// A kind of key that is nearly always written in one form: how that begins, up to the octets that
// differ from key to key, and how many those are.
struct UsualForm {
  base::Bytes beginning;
  std::size_t rest = 0;
};

UsualForm usual_form(const base::Bytes& algorithm, base::ByteView before_key, std::size_t rest) {
  base::Bytes key(1, 0);  // no unused bits
  append(key, before_key);
  key.resize(key.size() + rest);
  base::Bytes whole = der(DerTag::kSequence, {algorithm, der(DerTag::kBitString, {key})});
  whole.resize(whole.size() - rest);
  return {.beginning = std::move(whole), .rest = rest};
}

UsualForm usual_form_on_curve(std::string_view curve, std::size_t octets_of_point) {
  constexpr std::string_view kCurveKey = "1.2.840.10045.2.1";
  constexpr std::array<std::uint8_t, 1> kUncompressed{0x04};
  return usual_form(
      der(DerTag::kSequence, {der_object_identifier(kCurveKey), der_object_identifier(curve)}),
      kUncompressed,
      octets_of_point);
}

using SharedKey = std::shared_ptr<EVP_PKEY>;

// OpenSSL 3.0 takes 208 microseconds to read a key, more than a signature of P-256 takes.
RecentlySeen<SharedKey>& read_keys() {
  // Begun first, libcrypto ends last, and the keys can still be given back to it.
  static const int begun = OPENSSL_init_crypto(0, nullptr);
  static_cast<void>(begun);
  static RecentlySeen<SharedKey> keys;
  return keys;
}

EvpPkeyPtr shared(EVP_PKEY& key) {
  return EvpPkeyPtr(EVP_PKEY_up_ref(&key) == 1 ? &key : nullptr);
}

base::Error unreadable(base::ByteView public_key_info) {
  if (const std::optional<Algorithm> named = post_quantum_algorithm_of(public_key_info)) {
    if (const base::Result<Algorithm> here = algorithm_named(name_of(*named)); !here) {
      forget_openssl_errors();
      return here.error();
    }
  }
  return not_a_public_key();
}

}  // namespace

std::optional<Algorithm> post_quantum_algorithm_of(base::ByteView public_key_info) {
  const PublicKeyFormPtr form = read_public_key_form(public_key_info);
  if (form == nullptr) {
    return std::nullopt;
  }
  const base::Bytes identifier = written<i2d_X509_ALGOR>(form->algorithm);
  for (const Algorithm algorithm : all_algorithms()) {
    if (post_quantum_name_of(algorithm) != nullptr &&
        signature_algorithm_of(algorithm) == identifier) {
      return algorithm;
    }
  }
  return std::nullopt;
}

base::Result<EvpPkeyPtr> read_public_key(base::ByteView public_key_info) {
  forget_openssl_errors();
  if (const std::optional<SharedKey> known = read_keys().find(public_key_info)) {
    return shared(**known);
  }
  const unsigned char* at = public_key_info.data();
  EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key_info.size())));
  if (key == nullptr || at != public_key_info.data() + public_key_info.size()) {
    return unreadable(public_key_info);
  }
  read_keys().keep(public_key_info, SharedKey(shared(*key).release(), EVP_PKEY_free));
  return key;
}

bool has_usual_form(base::ByteView public_key_info) {
  static const std::array forms{
      usual_form_on_curve("1.2.840.10045.3.1.7", 64),
      usual_form_on_curve("1.3.132.0.34", 96),
      usual_form_on_curve("1.3.132.0.35", 132),
      usual_form(der(DerTag::kSequence, {der_object_identifier("1.3.101.112")}), {}, 32)};
  return std::ranges::any_of(forms, [&](const UsualForm& form) {
    return public_key_info.size() == form.beginning.size() + form.rest &&
           std::ranges::equal(public_key_info.first(form.beginning.size()), form.beginning);
  });
}

base::Result<base::Bytes> public_key_info_of(const EVP_PKEY& key) {
  forget_openssl_errors();
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(&key, &der);
  const OpensslBlock block(der);
  if (length <= 0) {
    return openssl_error(
        base::ErrorCode::kDeviceFailure,
        "the public half of a key could not be written out; begin this step again");
  }
  return base::Bytes(der, der + length);
}

base::Result<Algorithm> algorithm_of(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA") == 1) {
    return rsa_of(EVP_PKEY_get_bits(&key));
  }
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    return curve_of(key);
  }
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) {
    return Algorithm::kEd25519;
  }
  for (const Algorithm algorithm : all_algorithms()) {
    const char* const name = post_quantum_name_of(algorithm);
    if (name != nullptr && EVP_PKEY_is_a(&key, name) == 1) {
      return algorithm;
    }
  }
  return base::Error{base::ErrorCode::kRefusedByPolicy,
                     "this key is of a type that is not used here; use RSA, an elliptic curve, "
                     "Ed25519, ML-DSA or SLH-DSA"};
}

base::Result<Algorithm> algorithm_of_public_key(base::ByteView public_key_info) {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    return key.error();
  }
  return algorithm_of(**key);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order does not matter
base::Result<bool> is_same_public_key(base::ByteView one, base::ByteView other) {
  const base::Result<EvpPkeyPtr> first = read_public_key(one);
  if (!first) {
    return first.error();
  }
  const base::Result<EvpPkeyPtr> second = read_public_key(other);
  if (!second) {
    return second.error();
  }
  const bool same = EVP_PKEY_eq(first->get(), second->get()) == 1;
  forget_openssl_errors();
  return same;
}

base::Result<void> verify_signature(const SignedMessage& signed_message) {
  const base::Result<EvpPkeyPtr> key = read_public_key(signed_message.public_key_info);
  if (!key) {
    return key.error();
  }
  const base::Result<Algorithm> algorithm = algorithm_of(**key);
  if (!algorithm) {
    return algorithm.error();
  }
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  const base::ByteView signature = signed_message.signature;
  const base::ByteView message = signed_message.message;
  if (EVP_DigestVerifyInit_ex(context.get(),
                              nullptr,
                              digest_name_of(*algorithm),
                              nullptr,
                              nullptr,
                              key->get(),
                              nullptr) != 1 ||
      EVP_DigestVerify(
          context.get(), signature.data(), signature.size(), message.data(), message.size()) != 1) {
    return openssl_error(base::ErrorCode::kInconsistent,
                         "the signature was not made by this key over these bytes; "
                         "nothing signed here may be used");
  }
  return {};
}

const char* digest_name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRsa3072:
    case Algorithm::kP256:
      return "SHA-256";
    case Algorithm::kRsa4096:
    case Algorithm::kP384:
      return "SHA-384";
    case Algorithm::kP521:
      return "SHA-512";
    case Algorithm::kEd25519:
    case Algorithm::kMlDsa65:
    case Algorithm::kMlDsa87:
    case Algorithm::kSlhDsa128s:
    case Algorithm::kSlhDsa192s:
    case Algorithm::kSlhDsa256s:
      return nullptr;
  }
  return nullptr;
}

}  // namespace ca
