#include "ca/software_key.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <openssl/core_names.h>

#include "ca/openssl_error.h"
#include "ca/openssl_memory.h"
#include "ca/public_key.h"

namespace ca {

namespace {

using base::ErrorCode;

constexpr std::size_t kEd25519KeySize = 32;
constexpr std::size_t kMlDsaSeedSize = 32;

// PrivateKeyInfo of ML-DSA with the seed alone, RFC 9881 section 6: all that stands before the
// seed. The last byte of the object identifier (2.16.840.1.101.3.4.3.18 or .19) is at
// kMlDsaOidByte.
constexpr std::array<std::uint8_t, 22> kMlDsaPrefix{0x30, 0x34, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06,
                                                    0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                                                    0x03, 0x12, 0x04, 0x22, 0x80, 0x20};
constexpr std::size_t kMlDsaOidByte = 17;

base::Error could_not(const char* what) {
  return openssl_error(ErrorCode::kDeviceFailure,
                       std::string("the key could not be ") + what +
                           " on this machine; begin this step again, and use another machine if "
                           "it happens twice");
}

base::Error not_a_private_key() {
  return openssl_error(ErrorCode::kMalformed,
                       "what was unwrapped is not a private key; the wrapped key is damaged, use "
                       "another copy of it");
}

// OpenSSL puts private numbers of the other algorithms on its secure heap by itself.
std::optional<OnSecureHeap> locked_for(Algorithm algorithm) {
  return post_quantum_name_of(algorithm) == nullptr ? std::optional<OnSecureHeap>(std::nullopt)
                                                    : std::optional<OnSecureHeap>(std::in_place);
}

// The key in a PKCS #8 with nothing behind it; nullptr for anything else.
EvpPkeyPtr read_private_key(base::ByteView der) {
  const OnSecureHeap locked;
  const unsigned char* at = der.data();
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (info == nullptr || at != der.data() + der.size()) {
    return nullptr;
  }
  return EvpPkeyPtr(EVP_PKCS82PKEY(info.get()));
}

EvpPkeyPtr generate_key(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRsa3072:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{3072}));
    case Algorithm::kRsa4096:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{4096}));
    case Algorithm::kP256:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    case Algorithm::kP384:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"));
    case Algorithm::kP521:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"));
    case Algorithm::kEd25519:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case Algorithm::kMlDsa65:
    case Algorithm::kMlDsa87:
    case Algorithm::kSlhDsa128s:
    case Algorithm::kSlhDsa192s:
    case Algorithm::kSlhDsa256s:
      return EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, post_quantum_name_of(algorithm)));
  }
  return nullptr;
}

base::Result<base::SecretBytes> ml_dsa_pkcs8(const EVP_PKEY& key, Algorithm algorithm) {
  base::SecretBytes pkcs8(kMlDsaPrefix.size() + kMlDsaSeedSize);
  const base::SecretBytes::Writer writer = pkcs8.write();
  std::copy(kMlDsaPrefix.begin(), kMlDsaPrefix.end(), writer.bytes().begin());
  writer.bytes()[kMlDsaOidByte] = algorithm == Algorithm::kMlDsa65 ? 0x12 : 0x13;
  const std::span<std::uint8_t> seed = writer.bytes().subspan(kMlDsaPrefix.size());
  std::size_t length = 0;
  if (EVP_PKEY_get_octet_string_param(&key, "seed", seed.data(), seed.size(), &length) != 1 ||
      length != kMlDsaSeedSize) {
    return could_not("written out");
  }
  return pkcs8;
}

}  // namespace

base::Result<std::unique_ptr<SoftwareKey>> SoftwareKey::holding(EvpPkeyPtr key) {
  const base::Result<Algorithm> algorithm = algorithm_of(*key);
  if (!algorithm) {
    return algorithm.error();
  }
  base::Result<base::Bytes> public_key_info = public_key_info_of(*key);
  if (!public_key_info) {
    return public_key_info.error();
  }
  return std::unique_ptr<SoftwareKey>(
      new SoftwareKey(*algorithm, std::move(key), std::move(*public_key_info)));
}

base::Result<std::unique_ptr<SoftwareKey>> SoftwareKey::generate(Algorithm algorithm) {
  const base::Result<Algorithm> available = algorithm_named(name_of(algorithm));
  if (!available) {
    return available.error();
  }
  forget_openssl_errors();
  const auto locked = locked_for(algorithm);
  EvpPkeyPtr key = generate_key(algorithm);
  if (key == nullptr) {
    return could_not("generated");
  }
  return holding(std::move(key));
}

base::Result<std::unique_ptr<SoftwareKey>> SoftwareKey::from_pkcs8(const base::SecretBytes& pkcs8) {
  forget_openssl_errors();
  const base::SecretBytes::Reader reader = pkcs8.read();
  EvpPkeyPtr key = read_private_key(reader.bytes());
  if (key == nullptr) {
    return not_a_private_key();
  }
  const base::Result<Algorithm> algorithm = algorithm_of(*key);
  if (!algorithm) {
    return algorithm.error();
  }
  const auto locked = locked_for(*algorithm);
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (context == nullptr || EVP_PKEY_pairwise_check(context.get()) != 1) {
    return openssl_error(ErrorCode::kInconsistent,
                         "the private and the public half of the unwrapped key do not belong "
                         "together; the wrapped key is damaged, use another copy of it");
  }
  return holding(std::move(key));
}

base::Result<base::SecretBytes> SoftwareKey::to_pkcs8() const {
  forget_openssl_errors();
  const OnSecureHeap locked;
  if (algorithm_ == Algorithm::kMlDsa65 || algorithm_ == Algorithm::kMlDsa87) {
    return ml_dsa_pkcs8(*key_, algorithm_);
  }
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key_.get()));
  const int length = info == nullptr ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  if (length <= 0) {
    return could_not("written out");
  }
  base::SecretBytes pkcs8(static_cast<std::size_t>(length));
  const base::SecretBytes::Writer writer = pkcs8.write();
  unsigned char* at = writer.bytes().data();
  if (i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at) != length) {
    return could_not("written out");
  }
  return pkcs8;
}

base::Result<base::SecretBytes> SoftwareKey::raw_private_key() const {
  if (algorithm_ != Algorithm::kEd25519) {
    return base::Error{ErrorCode::kInvalidArgument, "only an Ed25519 key has a raw private half"};
  }
  forget_openssl_errors();
  base::SecretBytes raw(kEd25519KeySize);
  const base::SecretBytes::Writer writer = raw.write();
  std::size_t length = kEd25519KeySize;
  if (EVP_PKEY_get_raw_private_key(key_.get(), writer.bytes().data(), &length) != 1) {
    return could_not("written out");
  }
  return raw;
}

base::Result<base::Bytes> SoftwareKey::sign(base::ByteView message) {
  forget_openssl_errors();
  const auto locked = locked_for(algorithm_);
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  std::size_t length = 0;
  if (EVP_DigestSignInit_ex(context.get(),
                            nullptr,
                            digest_name_of(algorithm_),
                            nullptr,
                            nullptr,
                            key_.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, message.data(), message.size()) != 1) {
    return could_not("used to sign");
  }
  base::Bytes signature(length);
  if (EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) !=
      1) {
    return could_not("used to sign");
  }
  signature.resize(length);
  return signature;
}

}  // namespace ca
