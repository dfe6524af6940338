#include "ca/token_algorithm.h"

#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;
using Edwards = Pkcs11Dialect::EdwardsCurve;

// DigestInfo up to the hash, RFC 8017 section 9.2 note 1.
constexpr std::array<std::uint8_t, 19> kSha256Info{0x30,
                                                   0x31,
                                                   0x30,
                                                   0x0d,
                                                   0x06,
                                                   0x09,
                                                   0x60,
                                                   0x86,
                                                   0x48,
                                                   0x01,
                                                   0x65,
                                                   0x03,
                                                   0x04,
                                                   0x02,
                                                   0x01,
                                                   0x05,
                                                   0x00,
                                                   0x04,
                                                   0x20};
constexpr std::array<std::uint8_t, 19> kSha384Info{0x30,
                                                   0x41,
                                                   0x30,
                                                   0x0d,
                                                   0x06,
                                                   0x09,
                                                   0x60,
                                                   0x86,
                                                   0x48,
                                                   0x01,
                                                   0x65,
                                                   0x03,
                                                   0x04,
                                                   0x02,
                                                   0x02,
                                                   0x05,
                                                   0x00,
                                                   0x04,
                                                   0x30};

// DER object identifiers: RFC 5480 section 2.1.1.1 and RFC 8410 section 3.
constexpr std::array<std::uint8_t, 10> kOidP256{
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> kOidP384{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::array<std::uint8_t, 7> kOidP521{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};
constexpr std::array<std::uint8_t, 5> kOidEd25519{0x06, 0x03, 0x2b, 0x65, 0x70};
// PrintableString "edwards25519".
constexpr std::array<std::uint8_t, 14> kNameEd25519{
    0x13, 0x0c, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};

TokenAlgorithm rsa(CK_ULONG bits) {
  return {CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_PKCS, bits, {}};
}

TokenAlgorithm curve(base::ByteView object_identifier) {
  return {CKK_EC, CKM_EC_KEY_PAIR_GEN, CKM_ECDSA, 0, object_identifier};
}

Error bad_public_key() {
  return openssl_error(ErrorCode::kDeviceFailure,
                       "the token gave a public key that is none; begin this step again, and use "
                       "another token if it happens twice");
}

Error bad_signature() {
  return openssl_error(ErrorCode::kDeviceFailure,
                       "the token gave a signature that is none; begin this step again, and use "
                       "another token if it happens twice");
}

bool is_ecdsa(Algorithm algorithm) {
  return algorithm == Algorithm::kP256 || algorithm == Algorithm::kP384 ||
         algorithm == Algorithm::kP521;
}

const char* group_name(Algorithm algorithm) {
  if (algorithm == Algorithm::kP256) {
    return "P-256";
  }
  return algorithm == Algorithm::kP384 ? "P-384" : "P-521";
}

// Bytes of r and of s.
std::size_t half_of_signature(Algorithm algorithm) {
  if (algorithm == Algorithm::kP256) {
    return 32;
  }
  return algorithm == Algorithm::kP384 ? 48 : 66;
}

// The SubjectPublicKeyInfo of the key that `builder` describes.
base::Result<base::Bytes> public_key_info_built(const char* type, OSSL_PARAM_BLD& builder) {
  const OpensslPtr<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(&builder));
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return bad_public_key();
  }
  const EvpPkeyPtr key(made);
  return public_key_info_of(*key);
}

// The point without the OCTET STRING around it, where there is one. Empty where it is no point.
base::Bytes bare_point(base::ByteView ec_point, Algorithm algorithm) {
  const unsigned char* at = ec_point.data();
  const Asn1OctetStringPtr wrapped(
      d2i_ASN1_OCTET_STRING(nullptr, &at, static_cast<long>(ec_point.size())));
  forget_openssl_errors();
  if (wrapped != nullptr && at == ec_point.data() + ec_point.size()) {
    const unsigned char* const point = ASN1_STRING_get0_data(wrapped.get());
    return {point, point + ASN1_STRING_length(wrapped.get())};
  }
  const std::size_t expected =
      algorithm == Algorithm::kEd25519 ? 32 : 1 + 2 * half_of_signature(algorithm);
  return ec_point.size() == expected ? base::Bytes(ec_point.begin(), ec_point.end())
                                     : base::Bytes{};
}

}  // namespace

base::Result<TokenAlgorithm> token_algorithm(Algorithm algorithm, const Pkcs11Dialect& dialect) {
  const base::ByteView edwards = dialect.edwards_curve == Edwards::kName
                                     ? base::ByteView(kNameEd25519)
                                     : base::ByteView(kOidEd25519);
  switch (algorithm) {
    case Algorithm::kRsa3072:
      return rsa(3072);
    case Algorithm::kRsa4096:
      return rsa(4096);
    case Algorithm::kP256:
      return curve(kOidP256);
    case Algorithm::kP384:
      return curve(kOidP384);
    case Algorithm::kP521:
      return curve(kOidP521);
    case Algorithm::kEd25519:
      return TokenAlgorithm{CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EDDSA, 0, edwards};
    case Algorithm::kMlDsa65:
    case Algorithm::kMlDsa87:
    case Algorithm::kSlhDsa128s:
    case Algorithm::kSlhDsa192s:
    case Algorithm::kSlhDsa256s:
      break;
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "this token cannot hold a key of the type " + std::string(name_of(algorithm)) +
                   "; choose another algorithm, or keep the key in this machine's locked memory"};
}

base::Result<base::Bytes> token_signature_input(Algorithm algorithm, base::ByteView message) {
  const char* const digest_name = digest_name_of(algorithm);
  if (digest_name == nullptr) {
    return base::Bytes(message.begin(), message.end());
  }
  base::Bytes input;
  if (algorithm == Algorithm::kRsa3072) {
    input.assign(kSha256Info.begin(), kSha256Info.end());
  } else if (algorithm == Algorithm::kRsa4096) {
    input.assign(kSha384Info.begin(), kSha384Info.end());
  }
  forget_openssl_errors();
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  std::size_t length = 0;
  if (EVP_Q_digest(
          nullptr, digest_name, nullptr, message.data(), message.size(), digest.data(), &length) !=
      1) {
    return openssl_error(ErrorCode::kDeviceFailure,
                         "this machine's OpenSSL cannot hash; use the machine image of this "
                         "software");
  }
  input.insert(input.end(), digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(length));
  return input;
}

base::Result<base::Bytes> certificate_signature(Algorithm algorithm, base::ByteView from_token) {
  if (!is_ecdsa(algorithm)) {
    return base::Bytes(from_token.begin(), from_token.end());
  }
  const std::size_t half = half_of_signature(algorithm);
  forget_openssl_errors();
  if (from_token.size() != 2 * half) {
    return bad_signature();
  }
  BignumPtr r(BN_bin2bn(from_token.data(), static_cast<int>(half), nullptr));
  BignumPtr s(BN_bin2bn(from_token.data() + half, static_cast<int>(half), nullptr));
  const EcdsaSigPtr signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return bad_signature();
  }
  // Both belong to the signature now.
  (void)r.release();
  (void)s.release();
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &der);
  const OpensslBlock block(der);
  if (length <= 0) {
    return bad_signature();
  }
  return base::Bytes(der, der + length);
}

base::Result<base::Bytes> public_key_info_from(const RsaAttributes& attributes) {
  forget_openssl_errors();
  const BignumPtr modulus(
      BN_bin2bn(attributes.modulus.data(), static_cast<int>(attributes.modulus.size()), nullptr));
  const BignumPtr exponent(BN_bin2bn(attributes.public_exponent.data(),
                                     static_cast<int>(attributes.public_exponent.size()),
                                     nullptr));
  const OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (modulus == nullptr || exponent == nullptr || builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return bad_public_key();
  }
  return public_key_info_built("RSA", *builder);
}

base::Result<base::Bytes> public_key_info_from(Algorithm algorithm, base::ByteView ec_point) {
  forget_openssl_errors();
  const bool edwards = algorithm == Algorithm::kEd25519;
  const base::Bytes point = bare_point(ec_point, algorithm);
  const OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (point.empty() || builder == nullptr ||
      OSSL_PARAM_BLD_push_octet_string(
          builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return bad_public_key();
  }
  if (!edwards && OSSL_PARAM_BLD_push_utf8_string(
                      builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(algorithm), 0) != 1) {
    return bad_public_key();
  }
  return public_key_info_built(edwards ? "ED25519" : "EC", *builder);
}

}  // namespace ca
