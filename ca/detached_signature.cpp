#include "ca/detached_signature.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/cms.h>

#include "base/digest.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using CmsPtr = OpensslPtr<CMS_ContentInfo, CMS_ContentInfo_free>;

constexpr auto kDirectoryName = static_cast<DerTag>(0xa4);  // [4] of a GeneralName
constexpr std::string_view kIdData = "1.2.840.113549.1.7.1";
constexpr std::string_view kIdSignedData = "1.2.840.113549.1.7.2";
constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";
constexpr std::string_view kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr int kAttributeCount = 4;
constexpr int kOnlyOnce = -3;  // CMS_signed_get0_data_by_OBJ(3): one attribute with one value

Error other_signature(const char* what) {
  return Error{
      ErrorCode::kInconsistent,
      std::string("the signature is not the one that was asked for: ") + what + "; do not use it"};
}

bool is_rsa(Algorithm algorithm) {
  return algorithm == Algorithm::kRsa3072 || algorithm == Algorithm::kRsa4096;
}

// RFC 8419 section 2.3, RFC 9882 section 3.3 and RFC 9814 section 4: where the signature has no
// digest of its own.
const char* attribute_digest_name(Algorithm algorithm) {
  if (algorithm == Algorithm::kSlhDsa128s) {
    return "SHA-256";
  }
  const char* const name = digest_name_of(algorithm);
  return name == nullptr ? "SHA-512" : name;
}

// RFC 5754 section 2: an AlgorithmIdentifier of SHA-2 has no parameters.
base::Bytes digest_identifier(Algorithm algorithm) {
  const std::string_view name = attribute_digest_name(algorithm);
  const std::string_view oid = name == "SHA-256"   ? "2.16.840.1.101.3.4.2.1"
                               : name == "SHA-384" ? "2.16.840.1.101.3.4.2.2"
                                                   : "2.16.840.1.101.3.4.2.3";
  return der(DerTag::kSequence, {der_object_identifier(oid)});
}

// RFC 5754 section 3.2: every program must know rsaEncryption here, and not all know the others.
base::Bytes signer_identifier(Algorithm algorithm) {
  if (!is_rsa(algorithm)) {
    return signature_algorithm_of(algorithm);
  }
  return der(DerTag::kSequence, {der_object_identifier(kRsaEncryption), der(DerTag::kNull, {})});
}

base::Bytes digest_for_attribute(base::ByteView content, Algorithm algorithm) {
  const EvpMdPtr digest(EVP_MD_fetch(nullptr, attribute_digest_name(algorithm), nullptr));
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
  unsigned size = 0;
  EVP_Digest(content.data(), content.size(), value.data(), &size, digest.get(), nullptr);
  return {value.begin(), value.begin() + size};
}

base::Bytes serial_der(const Certificate& certificate) {
  return der(DerTag::kInteger, {certificate.serial()});
}

// RFC 5035 section 3: with SHA-256 the algorithm is the default, and is left out.
base::Bytes signing_certificate_value(const Certificate& certificate) {
  const base::Digest fingerprint = certificate.fingerprint();
  const base::Bytes names =
      der(DerTag::kSequence, {der(kDirectoryName, {certificate.issuer().der()})});
  const base::Bytes issuer_serial = der(DerTag::kSequence, {names, serial_der(certificate)});
  const base::Bytes id =
      der(DerTag::kSequence, {der(DerTag::kOctetString, {fingerprint}), issuer_serial});
  return der(DerTag::kSequence, {der(DerTag::kSequence, {id})});
}

base::Bytes signed_attribute(std::string_view oid, base::ByteView value) {
  return der(DerTag::kSequence, {der_object_identifier(oid), der(DerTag::kSet, {value})});
}

// The members of a SET OF in the order of DER (X.690 section 11.6), one after the other.
base::Bytes sorted_members(std::vector<base::Bytes> members) {
  std::sort(members.begin(), members.end());
  base::Bytes all;
  for (const base::Bytes& member : members) {
    append(all, member);
  }
  return all;
}

base::Bytes attributes_of(const DetachedParts& parts, Algorithm algorithm) {
  const base::Bytes digest = digest_for_attribute(parts.content, algorithm);
  return sorted_members({signed_attribute(kContentType, der_object_identifier(kIdData)),
                         signed_attribute(kMessageDigest, der(DerTag::kOctetString, {digest})),
                         signed_attribute(kSigningTime, der_time(parts.signing_time)),
                         signed_attribute(kSigningCertificateV2,
                                          signing_certificate_value(parts.certificates.front()))});
}

base::Bytes certificate_set(const std::vector<Certificate>& certificates) {
  std::vector<base::Bytes> members;
  members.reserve(certificates.size());
  for (const Certificate& certificate : certificates) {
    members.push_back(certificate.der());
  }
  return der(DerTag::kContext0Constructed, {sorted_members(std::move(members))});
}

// What a signer has made of the attributes.
struct SignedAttributes {
  const base::Bytes& members;
  const base::Bytes& signature;
};

base::Bytes signer_info(const Certificate& certificate,
                        Algorithm algorithm,
                        const SignedAttributes& attributes) {
  return der(DerTag::kSequence,
             {der_unsigned(1),
              der(DerTag::kSequence, {certificate.issuer().der(), serial_der(certificate)}),
              digest_identifier(algorithm),
              der(DerTag::kContext0Constructed, {attributes.members}),
              signer_identifier(algorithm),
              der(DerTag::kOctetString, {attributes.signature})});
}

base::Bytes content_info(const DetachedParts& parts,
                         Algorithm algorithm,
                         const SignedAttributes& attributes) {
  const base::Bytes info = signer_info(parts.certificates.front(), algorithm, attributes);
  const base::Bytes signed_data = der(DerTag::kSequence,
                                      {der_unsigned(1),
                                       der(DerTag::kSet, {digest_identifier(algorithm)}),
                                       der(DerTag::kSequence, {der_object_identifier(kIdData)}),
                                       certificate_set(parts.certificates),
                                       der(DerTag::kSet, {info})});
  return der(
      DerTag::kSequence,
      {der_object_identifier(kIdSignedData), der(DerTag::kContext0Constructed, {signed_data})});
}

Result<void> check_key(const Certificate& certificate, const Signer& signer) {
  const Result<bool> same =
      is_same_public_key(signer.public_key_info(), certificate.public_key_info());
  if (!same || !*same) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "nothing was signed: the key at hand is not the key of the signing certificate; "
                 "use the right key or the right certificate"};
  }
  return {};
}

// The one signer of a detached SignedData, or nullptr.
CMS_SignerInfo* only_signer(CMS_ContentInfo& cms) {
  const bool is_detached = OBJ_obj2nid(CMS_get0_type(&cms)) == NID_pkcs7_signed &&
                           CMS_is_detached(&cms) == 1 &&
                           OBJ_obj2nid(CMS_get0_eContentType(&cms)) == NID_pkcs7_data;
  STACK_OF(CMS_SignerInfo)* const signers = is_detached ? CMS_get0_SignerInfos(&cms) : nullptr;
  return signers != nullptr && sk_CMS_SignerInfo_num(signers) == 1
             ? sk_CMS_SignerInfo_value(signers, 0)
             : nullptr;
}

// The value of an attribute that is there once with one value of that type; empty for others.
base::ByteView attribute_contents(CMS_SignerInfo& signer, std::string_view oid, int type) {
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(oid).c_str(), 1));
  const auto* const value = static_cast<const ASN1_STRING*>(
      CMS_signed_get0_data_by_OBJ(&signer, object.get(), kOnlyOnce, type));
  return value == nullptr ? base::ByteView() : bytes_of_string(value);
}

bool is_content_type_data(CMS_SignerInfo& signer) {
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(kContentType).c_str(), 1));
  const auto* const value = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(&signer, object.get(), kOnlyOnce, V_ASN1_OBJECT));
  return value != nullptr && OBJ_obj2nid(value) == NID_pkcs7_data;
}

// What was signed: the attributes as OpenSSL has read them, as a SET OF in DER (RFC 5652 section
// 5.4).
base::Bytes signed_set(const CMS_SignerInfo& signer) {
  std::vector<base::Bytes> members;
  members.reserve(static_cast<std::size_t>(std::max(CMS_signed_get_attr_count(&signer), 0)));
  for (int i = 0; i < CMS_signed_get_attr_count(&signer); ++i) {
    members.push_back(written<i2d_X509_ATTRIBUTE>(CMS_signed_get_attr(&signer, i)));
  }
  return der(DerTag::kSet, {sorted_members(std::move(members))});
}

bool are_algorithms(CMS_SignerInfo& signer, Algorithm algorithm) {
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
  CMS_SignerInfo_get0_algs(&signer, nullptr, nullptr, &digest, &signature);
  return written<i2d_X509_ALGOR>(digest) == digest_identifier(algorithm) &&
         written<i2d_X509_ALGOR>(signature) == signer_identifier(algorithm);
}

// What follows the first value.
base::ByteView behind_first(base::ByteView values) {
  return values.subspan(first_value(values).size());
}

// Whether the parts that no signature covers are as they are written here: both versions, and the
// list of digests. Requires: a SignedData that OpenSSL has read.
bool has_plain_frame(base::ByteView der, Algorithm algorithm) {
  base::ByteView part = contents_of(contents_of(behind_first(contents_of(der))));
  base::Bytes head = der_unsigned(1);
  append(head, ca::der(DerTag::kSet, {digest_identifier(algorithm)}));
  if (part.size() < head.size() || !std::equal(head.begin(), head.end(), part.begin())) {
    return false;
  }
  for (int skipped = 0; skipped < 4; ++skipped) {  // behind them content type and certificates
    part = behind_first(part);
  }
  const base::ByteView version = first_value(contents_of(contents_of(first_value(part))));
  const base::Bytes one = der_unsigned(1);
  return std::equal(version.begin(), version.end(), one.begin(), one.end());
}

bool same_contents(base::ByteView one, base::ByteView other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

Result<void> check_attributes(CMS_SignerInfo& signer,
                              const DetachedSignature& signature,
                              Algorithm algorithm) {
  const bool has_time = !attribute_contents(signer, kSigningTime, V_ASN1_UTCTIME).empty() ||
                        !attribute_contents(signer, kSigningTime, V_ASN1_GENERALIZEDTIME).empty();
  if (CMS_signed_get_attr_count(&signer) != kAttributeCount || !is_content_type_data(signer) ||
      !has_time || !are_algorithms(signer, algorithm) ||
      !has_plain_frame(signature.der, algorithm)) {
    return other_signature("it lacks a signed attribute, has another, or other algorithms");
  }
  if (!same_contents(attribute_contents(signer, kMessageDigest, V_ASN1_OCTET_STRING),
                     digest_for_attribute(signature.content, algorithm))) {
    return other_signature("it is over another file");
  }
  if (!same_contents(attribute_contents(signer, kSigningCertificateV2, V_ASN1_SEQUENCE),
                     signing_certificate_value(signature.certificate))) {
    return other_signature("it names another certificate");
  }
  return {};
}

bool is_signer_of(CMS_SignerInfo& signer, const Certificate& certificate) {
  const unsigned char* at = certificate.der().data();
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
  return x509 != nullptr && CMS_SignerInfo_cert_cmp(&signer, x509.get()) == 0;
}

Result<void> verify_signer(CMS_SignerInfo& signer, const DetachedSignature& signature) {
  const base::Bytes& key = signature.certificate.public_key_info();
  const Result<Algorithm> algorithm = algorithm_of_public_key(key);
  if (!algorithm) {
    return algorithm.error();
  }
  if (!is_signer_of(signer, signature.certificate)) {
    return other_signature("it names another certificate");
  }
  if (auto fine = check_attributes(signer, signature, *algorithm); !fine) {
    return fine;
  }
  const base::Bytes message = signed_set(signer);
  return verify_signature({.public_key_info = key,
                           .message = message,
                           .signature = bytes_of_string(CMS_SignerInfo_get0_signature(&signer))});
}

bool allows(const Certificate& certificate, const std::string& purpose) {
  const auto& purposes = certificate.known().extended_key_usage;
  return purposes && std::find(purposes->begin(), purposes->end(), purpose) != purposes->end();
}

Error no_code_signer(const std::string& why) {
  return Error{ErrorCode::kRefusedByPolicy,
               "the signing certificate " + why +
                   "; nothing was signed; use a certificate that was issued for signing code"};
}

}  // namespace

Result<base::Bytes> sign_detached(const DetachedParts& parts, Signer& signer) {
  if (parts.certificates.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "there is no signing certificate; name one, for a signature without one says "
                 "nothing about who signed"};
  }
  const Certificate& certificate = parts.certificates.front();
  if (auto same = check_key(certificate, signer); !same) {
    return same.error();
  }
  const base::Bytes members = attributes_of(parts, signer.algorithm());
  // RFC 5652 section 5.4: what is signed has the tag of a SET OF, and not that of its place.
  const Result<base::Bytes> signature = signer.sign(der(DerTag::kSet, {members}));
  if (!signature) {
    return signature.error();
  }
  base::Bytes whole =
      content_info(parts, signer.algorithm(), {.members = members, .signature = *signature});
  auto verified =
      verify_detached({.der = whole, .content = parts.content, .certificate = certificate});
  if (!verified) {
    return std::move(verified).error();
  }
  return whole;
}

Result<void> verify_detached(const DetachedSignature& signature) {
  if (const std::optional<DerFault> fault = find_der_fault(signature.der)) {
    return not_proper("CMS signature", *fault);
  }
  forget_openssl_errors();
  const unsigned char* at = signature.der.data();
  const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature.der.size())));
  CMS_SignerInfo* const signer = cms == nullptr ? nullptr : only_signer(*cms);
  if (signer == nullptr) {
    return not_proper("CMS signature");
  }
  auto verified = verify_signer(*signer, signature);
  forget_openssl_errors();
  return verified;
}

Result<base::Bytes> sign_raw(base::ByteView content,
                             const Certificate& certificate,
                             Signer& signer) {
  if (auto same = check_key(certificate, signer); !same) {
    return same.error();
  }
  Result<base::Bytes> signature = signer.sign(content);
  if (!signature) {
    return signature;
  }
  auto verified = verify_signature({.public_key_info = certificate.public_key_info(),
                                    .message = content,
                                    .signature = *signature});
  if (!verified) {
    return std::move(verified).error();
  }
  return signature;
}

Result<void> check_code_signer(const Certificate& certificate, Instant end_of_day) {
  const KnownExtensions& known = certificate.known();
  const bool is_ca = (known.basic_constraints && known.basic_constraints->is_ca) ||
                     (known.key_usage && known.key_usage->has(KeyUsageBit::kKeyCertSign));
  if (is_ca) {
    return no_code_signer("is that of a CA, which signs certificates and nothing else");
  }
  if (!known.key_usage || !known.key_usage->has(KeyUsageBit::kDigitalSignature)) {
    return no_code_signer("does not allow signatures (keyUsage lacks digitalSignature)");
  }
  if (!allows(certificate, *oid_of_name("codeSigning"))) {
    return no_code_signer("does not allow to sign code (extendedKeyUsage lacks codeSigning)");
  }
  const Validity own = certificate.validity();
  if (end_of_day < own.not_before || end_of_day > own.not_after) {
    return no_code_signer("counts from " + text_of(own.not_before) + " through " +
                          text_of(own.not_after) + ", and not through the end of the plan's day");
  }
  return {};
}

}  // namespace ca
