#include "ca/certificate_builder.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "ca/algorithm.h"
#include "ca/asn1_forms.h"
#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/serial_number.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

constexpr std::size_t kKeyIdentifierSize = 20;
constexpr std::uint64_t kVersion3 = 2;

base::Error does_not_fit(std::string message) {
  return base::Error{base::ErrorCode::kInvalidArgument, std::move(message)};
}

// The bits of the key itself, without what says of which kind it is.
base::Bytes key_bits_of(base::ByteView public_key_info) {
  const PublicKeyFormPtr form = read_public_key_form(public_key_info);
  if (form == nullptr) {
    forget_openssl_errors();
    return {};
  }
  const base::ByteView bits = bytes_of_string(form->key);
  return {bits.begin(), bits.end()};
}

// What every certificate of ours has, whoever issues it.
TbsCertificate common_parts(const CertificatePlan& plan, base::ByteView public_key_info) {
  TbsCertificate tbs;
  tbs.version = der(DerTag::kContext0Constructed, {der_unsigned(kVersion3)});
  tbs.serial = der_unsigned(plan.serial.empty() ? new_serial_number() : plan.serial);
  tbs.validity = encode(plan.validity);
  tbs.public_key_info.assign(public_key_info.begin(), public_key_info.end());
  return tbs;
}

// The identifier of the key: where it had a certificate before, the bytes that stand there.
base::Bytes own_identifier(const TbsCertificate& tbs,
                           const CertificateRules& rules,
                           const Predecessor* predecessor) {
  if (predecessor != nullptr && keeps_key(predecessor->succession) &&
      predecessor->certificate.known().subject_key_identifier) {
    return *predecessor->certificate.known().subject_key_identifier;
  }
  return key_identifier_of(tbs.public_key_info, rules.key_identifier);
}

// What roots, subordinates and end entities have; an end entity says that it is no CA.
void add_key_extensions(TbsCertificate& tbs,
                        const CertificateProfile& profile,
                        const Predecessor* predecessor) {
  const CertificateRules& rules = profile.certificate;
  const bool is_ca =
      profile.kind != ProfileKind::kEndEntity && profile.kind != ProfileKind::kSelfSigned;
  tbs.extensions.push_back(
      {.oid = std::string(oid::kBasicConstraints),
       .criticality = Criticality::kCritical,
       .value = encode_basic_constraints({.is_ca = is_ca, .path_length = rules.path_length})});
  tbs.extensions.push_back({.oid = std::string(oid::kKeyUsage),
                            .criticality = Criticality::kCritical,
                            .value = encode_key_usage(rules.key_usage)});
  if (rules.subject_key_identifier == Presence::kRequired) {
    tbs.extensions.push_back(
        {.oid = std::string(oid::kSubjectKeyIdentifier),
         .value = encode_key_identifier(own_identifier(tbs, rules, predecessor))});
  }
}

// Whether a list of the plan is there exactly when the profile wants it.
base::Result<void> fits(Presence presence, const std::vector<std::string>& list, const char* what) {
  if (presence == Presence::kRequired && list.empty()) {
    return does_not_fit(std::string("the plan gives no ") + what +
                        ", and the profile requires it; complete the plan");
  }
  if (presence == Presence::kAbsent && !list.empty()) {
    return does_not_fit(std::string("the plan gives a ") + what +
                        ", and the profile has none; correct the plan or choose another profile");
  }
  return {};
}

bool is_uri(const std::string& text) {
  return text.size() <= 512 && text.rfind("http://", 0) == 0 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

base::Result<void> check_lists(const CertificateRules& rules, const CertificatePlan& plan) {
  for (const base::Result<void>& fit :
       {fits(rules.policies, plan.policies, "certificate policy"),
        fits(rules.crl_distribution_points, plan.crl_uris, "CRL address"),
        fits(rules.ca_issuers, plan.ca_issuer_uris, "address of the issuer's certificate")}) {
    if (!fit) {
      return fit;
    }
  }
  if (!std::all_of(plan.policies.begin(), plan.policies.end(), is_object_identifier)) {
    return does_not_fit(
        "a certificate policy of the plan is not an object identifier such as 2.999.1; correct it");
  }
  if (!std::all_of(plan.crl_uris.begin(), plan.crl_uris.end(), is_uri) ||
      !std::all_of(plan.ca_issuer_uris.begin(), plan.ca_issuer_uris.end(), is_uri)) {
    return does_not_fit(
        "an address of the plan does not begin with http:// or holds characters that no address "
        "has; CRLs and certificates are fetched by plain http, so correct it");
  }
  return {};
}

void add_purposes(TbsCertificate& tbs, const CertificateRules& rules) {
  if (!rules.extended_key_usage.empty()) {
    tbs.extensions.push_back({.oid = std::string(oid::kExtendedKeyUsage),
                              .value = encode_extended_key_usage(rules.extended_key_usage)});
  }
}

// The name of a device's hardware: by the plan, or else as the request asks.
base::Result<void> add_module_name(TbsCertificate& tbs, const SubordinateParts& parts) {
  const CertificateRules& rules = parts.profile.certificate;
  const std::string& type = parts.plan.hardware_type;
  if (type.empty()) {
    const auto& asked = parts.request.requested_extensions();
    const auto found = std::ranges::find_if(
        asked, [&](const Extension& one) { return is_taken_from_request(rules, one); });
    if (found != asked.end()) {
      tbs.extensions.push_back(*found);
    }
    return {};
  }
  const auto subject = DistinguishedName::parse(tbs.subject);
  const auto serial = subject ? subject->value_of("serialNumber") : std::nullopt;
  if (rules.hardware_module_name == Presence::kAbsent || !is_object_identifier(type) || !serial) {
    return does_not_fit(
        "the plan gives a type of hardware, and the profile has none, or it is no object "
        "identifier, or the subject has no serialNumber to go with it; correct the plan");
  }
  const base::ByteView digits = base::bytes_of(*serial);
  tbs.extensions.push_back(
      {.oid = std::string(oid::kSubjectAlternativeName),
       .value = encode_hardware_module_name(
           {.type = type, .serial = base::Bytes(digits.begin(), digits.end())})});
  return {};
}

void add_plan_extensions(TbsCertificate& tbs, const SubordinateParts& parts) {
  const CertificateRules& rules = parts.profile.certificate;
  add_purposes(tbs, rules);
  if (!parts.plan.policies.empty()) {
    tbs.extensions.push_back({.oid = std::string(oid::kCertificatePolicies),
                              .value = encode_policies(parts.plan.policies)});
  }
  if (!parts.plan.crl_uris.empty()) {
    tbs.extensions.push_back({.oid = std::string(oid::kCrlDistributionPoints),
                              .value = encode_distribution_points(parts.plan.crl_uris)});
  }
  if (!parts.plan.ca_issuer_uris.empty()) {
    tbs.extensions.push_back({.oid = std::string(oid::kAuthorityInformationAccess),
                              .value = encode_ca_issuers(parts.plan.ca_issuer_uris)});
  }
  if (rules.ocsp_no_check == Presence::kRequired) {
    tbs.extensions.push_back({.oid = std::string(oid::kOcspNoCheck), .value = encode_null()});
  }
  if (rules.no_revocation == Presence::kRequired) {
    tbs.extensions.push_back(
        {.oid = std::string(oid::kNoRevocationAvailable), .value = encode_null()});
  }
}

base::Result<void> check_kind(const SubordinateParts& parts) {
  const bool is_end_entity = parts.profile.kind == ProfileKind::kEndEntity;
  if (parts.profile.kind != ProfileKind::kSubordinate && !is_end_entity) {
    return does_not_fit(
        "a request needs a profile of the kind subordinate or end-entity; correct the plan");
  }
  if (is_end_entity && parts.issuer.is_self_issued() && !parts.plan.crl_uris.empty()) {
    return does_not_fit(
        "the plan gives a CRL address to a certificate that is not a CA's, and the CRLs of a root "
        "list CA certificates only; leave crl_uris empty, or have a subordinate CA issue it");
  }
  return {};
}

base::Result<DistinguishedName> subject_of(const SubordinateParts& parts) {
  if (parts.predecessor != nullptr) {
    return parts.predecessor->certificate.subject();
  }
  if (parts.plan.subject) {
    return *parts.plan.subject;
  }
  if (parts.profile.certificate.subject_source == SubjectSource::kPlanOrRequest) {
    return parts.request.subject();
  }
  if (parts.profile.certificate.subject_source == SubjectSource::kPredecessor) {
    return does_not_fit(
        "the profile takes the name from the other CA's own certificate, and the plan names none "
        "that the new one follows; add it to the plan");
  }
  return does_not_fit(
      "the plan gives no subject, and the profile does not take it from the request; complete the "
      "plan");
}

}  // namespace

base::Bytes encode(const Validity& validity) {
  return der(DerTag::kSequence, {der_time(validity.not_before), der_time(validity.not_after)});
}

base::Bytes encode(const TbsCertificate& tbs) {
  base::Bytes extensions;
  if (!tbs.extensions.empty()) {
    extensions = der(DerTag::kContext3Constructed, {encode(tbs.extensions)});
  }
  return der(DerTag::kSequence,
             {tbs.version,
              tbs.serial,
              tbs.algorithm,
              tbs.issuer,
              tbs.validity,
              tbs.subject,
              tbs.public_key_info,
              tbs.unique_identifiers,
              extensions});
}

base::Bytes assemble(const SignedParts& parts) {
  constexpr std::array<std::uint8_t, 1> kNoUnusedBits{0};
  return der(
      DerTag::kSequence,
      {parts.tbs, parts.algorithm, der(DerTag::kBitString, {kNoUnusedBits, parts.signature})});
}

base::Bytes key_identifier_of(base::ByteView public_key_info, KeyIdentifierMethod method) {
  const base::Bytes bits = key_bits_of(public_key_info);
  const EVP_MD* const digest = method == KeyIdentifierMethod::kSha1 ? EVP_sha1() : EVP_sha256();
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> value{};
  EVP_Digest(bits.data(), bits.size(), value.data(), nullptr, digest, nullptr);
  return {value.begin(), value.begin() + kKeyIdentifierSize};
}

bool is_taken_from_request(const CertificateRules& rules, const Extension& extension) {
  return rules.hardware_module_name != Presence::kAbsent && is_module_name(extension);
}

base::Result<TbsCertificate> build_root(const CertificateProfile& profile,
                                        const CertificatePlan& plan,
                                        base::ByteView public_key_info,
                                        const Predecessor* predecessor) {
  if (profile.kind != ProfileKind::kRoot && profile.kind != ProfileKind::kSelfSigned) {
    return does_not_fit(
        "a certificate that signs itself needs a profile of the kind root or self-signed; correct "
        "the plan");
  }
  if (!plan.subject && predecessor == nullptr) {
    return does_not_fit("the plan gives no subject for the root certificate; complete the plan");
  }
  if (const base::Result<void> fit = check_lists(profile.certificate, plan); !fit) {
    return fit.error();
  }
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(public_key_info);
  if (!algorithm) {
    return algorithm.error();
  }
  const DistinguishedName& subject =
      predecessor != nullptr ? predecessor->certificate.subject() : *plan.subject;
  TbsCertificate tbs = common_parts(plan, public_key_info);
  tbs.algorithm = signature_algorithm_of(*algorithm);
  tbs.issuer = subject.der();
  tbs.subject = subject.der();
  add_key_extensions(tbs, profile, predecessor);
  if (profile.kind == ProfileKind::kSelfSigned) {
    // RFC 5280 section 4.2.1.1: only a CA's own certificate may leave it out.
    tbs.extensions.push_back({.oid = std::string(oid::kAuthorityKeyIdentifier),
                              .value = encode_authority_key_identifier(
                                  own_identifier(tbs, profile.certificate, predecessor))});
  }
  add_purposes(tbs, profile.certificate);
  return tbs;
}

base::Result<TbsCertificate> build_subordinate(const SubordinateParts& parts) {
  if (const base::Result<void> fit = check_kind(parts); !fit) {
    return fit.error();
  }
  if (const base::Result<void> fit = check_lists(parts.profile.certificate, parts.plan); !fit) {
    return fit.error();
  }
  const base::Result<DistinguishedName> subject = subject_of(parts);
  if (!subject) {
    return subject.error();
  }
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(parts.issuer.public_key_info());
  if (!algorithm) {
    return algorithm.error();
  }
  const std::optional<base::Bytes>& issuer_identifier = parts.issuer.known().subject_key_identifier;
  if (!issuer_identifier) {
    return does_not_fit(
        "the issuer's certificate has no key identifier, so nothing can be issued "
        "below it that programs would find; use another issuer");
  }
  TbsCertificate tbs = common_parts(parts.plan, parts.request.public_key_info());
  tbs.algorithm = signature_algorithm_of(*algorithm);
  tbs.issuer = parts.issuer.subject().der();
  tbs.subject = subject->der();
  add_key_extensions(tbs, parts.profile, parts.predecessor);
  tbs.extensions.push_back({.oid = std::string(oid::kAuthorityKeyIdentifier),
                            .value = encode_authority_key_identifier(*issuer_identifier)});
  add_plan_extensions(tbs, parts);
  if (const base::Result<void> named = add_module_name(tbs, parts); !named) {
    return named.error();
  }
  return tbs;
}

}  // namespace ca
