#include "ca/signature_algorithm.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ca/der.h"
#include "ca/extension.h"
#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

constexpr std::string_view kSha256WithRsa = "1.2.840.113549.1.1.11";
constexpr std::string_view kSha384WithRsa = "1.2.840.113549.1.1.12";
constexpr std::string_view kSha512WithRsa = "1.2.840.113549.1.1.13";
constexpr std::string_view kEcdsaWithSha256 = "1.2.840.10045.4.3.2";
constexpr std::string_view kEcdsaWithSha384 = "1.2.840.10045.4.3.3";
constexpr std::string_view kEcdsaWithSha512 = "1.2.840.10045.4.3.4";
constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::string_view kMlDsa65 = "2.16.840.1.101.3.4.3.18";
constexpr std::string_view kMlDsa87 = "2.16.840.1.101.3.4.3.19";
constexpr std::string_view kSlhDsa128s = "2.16.840.1.101.3.4.3.20";
constexpr std::string_view kSlhDsa192s = "2.16.840.1.101.3.4.3.22";
constexpr std::string_view kSlhDsa256s = "2.16.840.1.101.3.4.3.24";

constexpr std::array kAccepted{kSha256WithRsa,
                               kSha384WithRsa,
                               kSha512WithRsa,
                               kEcdsaWithSha256,
                               kEcdsaWithSha384,
                               kEcdsaWithSha512,
                               kEd25519,
                               kMlDsa65,
                               kMlDsa87,
                               kSlhDsa128s,
                               kSlhDsa192s,
                               kSlhDsa256s};

std::string_view oid_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRsa3072:
      return kSha256WithRsa;
    case Algorithm::kRsa4096:
      return kSha384WithRsa;
    case Algorithm::kP256:
      return kEcdsaWithSha256;
    case Algorithm::kP384:
      return kEcdsaWithSha384;
    case Algorithm::kP521:
      return kEcdsaWithSha512;
    case Algorithm::kEd25519:
      return kEd25519;
    case Algorithm::kMlDsa65:
      return kMlDsa65;
    case Algorithm::kMlDsa87:
      return kMlDsa87;
    case Algorithm::kSlhDsa128s:
      return kSlhDsa128s;
    case Algorithm::kSlhDsa192s:
      return kSlhDsa192s;
    case Algorithm::kSlhDsa256s:
      return kSlhDsa256s;
  }
  return kEd25519;
}

// RFC 4055 section 5: with RSA the parameters are NULL; all others have none.
base::Bytes encode_identifier(std::string_view oid) {
  const bool is_rsa = oid == kSha256WithRsa || oid == kSha384WithRsa || oid == kSha512WithRsa;
  base::Bytes parameters;
  if (is_rsa) {
    parameters = der(DerTag::kNull, {});
  }
  return der(DerTag::kSequence, {der_object_identifier(oid), parameters});
}

}  // namespace

base::Bytes signature_algorithm_of(Algorithm algorithm) {
  return encode_identifier(oid_of(algorithm));
}

std::string name_of_signature_algorithm(base::ByteView algorithm_identifier) {
  const unsigned char* at = algorithm_identifier.data();
  const X509AlgorPtr algorithm(
      d2i_X509_ALGOR(nullptr, &at, static_cast<long>(algorithm_identifier.size())));
  forget_openssl_errors();
  if (algorithm == nullptr) {
    return "";
  }
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm.get());
  std::array<char, 160> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return name_of_oid(text.data());
}

bool is_accepted_signature_algorithm(base::ByteView algorithm_identifier) {
  static const std::vector<base::Bytes> accepted = [] {
    std::vector<base::Bytes> identifiers;
    identifiers.reserve(kAccepted.size());
    for (const std::string_view oid : kAccepted) {
      identifiers.push_back(encode_identifier(oid));
    }
    return identifiers;
  }();
  return std::ranges::any_of(accepted, [&](const base::Bytes& identifier) {
    return std::ranges::equal(identifier, algorithm_identifier);
  });
}

}  // namespace ca
