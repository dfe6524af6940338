// The rules on certificates of those who are no CA: what they are for, and until when.

#include <array>

#include "ca/certificate_lint_rule.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

Complaint check_no_check(const LintSubject& subject) {
  const bool is_due = lists(subject.known().extended_key_usage, oid::kOcspSigning) &&
                      (subject.profile == nullptr || is_for_answers(rules_of(subject)));
  return complain_if(is_due && !has(subject, oid::kOcspNoCheck),
                     "The certificate answers whether others are revoked (OCSPSigning), and lacks "
                     "id-pkix-ocsp-nocheck, so programs would ask it about itself.");
}

Complaint check_no_check_form(const LintSubject& subject) {
  const Extension* const found = subject.certificate.find(oid::kOcspNoCheck);
  return complain_if(found != nullptr && (found->value != encode_null() ||
                                          found->criticality == Criticality::kCritical),
                     "The extension id-pkix-ocsp-nocheck is critical or holds something; it must "
                     "not be, and holds NULL.");
}

Complaint check_no_revocation(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && rules->no_revocation == Presence::kRequired &&
                         !has(subject, oid::kNoRevocationAvailable),
                     "The certificate lacks noRevAvail, and nobody will ever say that it is "
                     "revoked; programs would look for a CRL in vain.");
}

Complaint check_no_revocation_form(const LintSubject& subject) {
  const Extension* const found = subject.certificate.find(oid::kNoRevocationAvailable);
  return complain_if(found != nullptr && (found->value != encode_null() ||
                                          found->criticality == Criticality::kCritical),
                     "The extension noRevAvail is critical or holds something; it must not be, and "
                     "holds NULL.");
}

Complaint check_no_revocation_alone(const LintSubject& subject) {
  const std::optional<AuthorityInformation>& access = subject.known().authority_information;
  const bool is_asked = has(subject, oid::kCrlDistributionPoints) ||
                        (access && !access->ocsp.empty()) || is_ca(subject);
  return complain_if(has(subject, oid::kNoRevocationAvailable) && is_asked,
                     "The certificate says that nobody revokes it (noRevAvail), and is a CA's or "
                     "says where to ask; one of both is wrong.");
}

Complaint check_no_end(const LintSubject& subject) {
  return complain_if(
      may_outlive_issuer(subject) && subject.certificate.not_after().instant != kNoEnd,
      "The certificate ends, and one of this profile has no end (9999-12-31T23:59:59Z).");
}

Complaint check_outlives_issuer(const LintSubject& subject) {
  return complain_if(
      may_outlive_issuer(subject) && subject.issuer != nullptr &&
          subject.certificate.validity().not_after > subject.issuer->validity().not_after,
      "The certificate outlives its issuer, which ends " +
          (subject.issuer == nullptr ? std::string()
                                     : text_of(subject.issuer->validity().not_after)) +
          "; whoever verifies it after that must still trust the issuer.");
}

Complaint check_is_no_ca(const LintSubject& subject) {
  return complain_if(is_ca(subject) || path_length_of(subject).has_value(),
                     "The basicConstraints make a CA of an end entity.");
}

Complaint check_end_entity_usage(const LintSubject& subject) {
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(usage && rules != nullptr && *usage != rules->key_usage,
                     "The keyUsage is not exactly the one in the profile.");
}

Complaint check_module_name(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && rules->hardware_module_name == Presence::kRequired &&
                         !has(subject, oid::kSubjectAlternativeName),
                     "The certificate does not name the device's hardware (hardwareModuleName), "
                     "and the profile requires it.");
}

Complaint check_module_name_form(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const Extension* const found = subject.certificate.find(oid::kSubjectAlternativeName);
  if (rules == nullptr || rules->hardware_module_name == Presence::kAbsent || found == nullptr) {
    return std::nullopt;
  }
  return complain_if(
      !is_module_name(*found),
      "The subjectAltName is critical beside a subject, or is not one hardwareModuleName alone.");
}

constexpr std::string_view kNoCheck = "id-pkix-ocsp-nocheck";
constexpr std::string_view kNoCheckSource = "RFC 6960 section 4.2.2.2.1";
constexpr std::string_view kNoRevocation = "noRevAvail";
constexpr std::string_view kNoRevocationSource = "RFC 9608 section 2";
constexpr std::string_view kModule = "subjectAltName";
constexpr std::string_view kEnd = "validity";
constexpr std::string_view kEndSource = "IEEE 802.1AR-2018 section 8";

constexpr std::array kEndEntityRules{
    CertificateRule{{"ocsp-no-check-missing", kError, kNoCheck, kNoCheckSource},
                    kForAnyEndEntity,
                    check_no_check},
    CertificateRule{
        {"ocsp-no-check-form", kError, kNoCheck, kNoCheckSource}, kForAll, check_no_check_form},
    CertificateRule{
        {"end-entity-is-ca", kError, kBasic, kBasicSource}, kForNoAuthority, check_is_no_ca},
    CertificateRule{{"end-entity-key-usage", kError, kUsage, "Conclave DESIGN 4"},
                    kForNoAuthority,
                    check_end_entity_usage},
    CertificateRule{{"no-rev-avail-missing", kError, kNoRevocation, kNoRevocationSource},
                    kForPlannedEndEntity,
                    check_no_revocation},
    CertificateRule{{"no-rev-avail-form", kError, kNoRevocation, kNoRevocationSource},
                    kForAll,
                    check_no_revocation_form},
    CertificateRule{{"no-rev-avail-contradicted", kError, kNoRevocation, kNoRevocationSource},
                    kForAll,
                    check_no_revocation_alone},
    CertificateRule{{"validity-has-end", kError, kEnd, kEndSource}, kForNoAuthority, check_no_end},
    CertificateRule{{"hardware-module-name-missing", kError, kModule, kEndSource},
                    kForPlannedEndEntity,
                    check_module_name},
    CertificateRule{{"hardware-module-name-form", kError, kModule, "RFC 4108 section 5"},
                    kForPlannedEndEntity,
                    check_module_name_form},
    CertificateRule{{"validity-outlives-issuer", kNotice, kEnd, kEndSource},
                    kForAnyEndEntity,
                    check_outlives_issuer},
};

}  // namespace

std::span<const CertificateRule> certificate_end_entity_rules() {
  return kEndEntityRules;
}

}  // namespace ca
