// The rules on extensions that point elsewhere: key identifiers, policies, addresses.

#include <algorithm>
#include <array>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint_rule.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

bool are_all_http(const std::vector<std::string>& uris) {
  return !uris.empty() && std::all_of(uris.begin(), uris.end(), [](const std::string& uri) {
    return uri.rfind("http://", 0) == 0;
  });
}

Complaint check_subject_key_identifier(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const bool is_due = rules == nullptr || rules->subject_key_identifier == Presence::kRequired;
  return complain_if(is_due && !has(subject, oid::kSubjectKeyIdentifier),
                     "The certificate has no subjectKeyIdentifier.");
}

Complaint check_subject_key_identifier_critical(const LintSubject& subject) {
  return complain_if(is_critical(subject, oid::kSubjectKeyIdentifier),
                     "The subjectKeyIdentifier is critical; it must not be.");
}

Complaint check_subject_key_identifier_value(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const std::optional<base::Bytes>& found = subject.known().subject_key_identifier;
  const bool is_copied =
      subject.predecessor != nullptr && keeps_key(subject.predecessor->succession);
  if (rules == nullptr || !found || is_copied) {
    return std::nullopt;  // anybody may make it in a way of his own
  }
  return complain_if(
      *found != key_identifier_of(subject.certificate.public_key_info(), rules->key_identifier),
      "The subjectKeyIdentifier is not the one of this key by the method of the profile.");
}

Complaint check_authority_key_identifier(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kAuthorityKeyIdentifier),
                     "The certificate has no authorityKeyIdentifier.");
}

Complaint check_authority_key_identifier_critical(const LintSubject& subject) {
  return complain_if(is_critical(subject, oid::kAuthorityKeyIdentifier),
                     "The authorityKeyIdentifier is critical; it must not be.");
}

Complaint check_authority_key_identifier_form(const LintSubject& subject) {
  const std::optional<AuthorityKeyIdentifier>& found = subject.known().authority_key_identifier;
  return complain_if(found && (found->names_issuer_and_serial || found->key_identifier.empty()),
                     "The authorityKeyIdentifier must hold the key identifier and nothing else.");
}

Complaint check_authority_key_identifier_value(const LintSubject& subject) {
  const std::optional<AuthorityKeyIdentifier>& found = subject.known().authority_key_identifier;
  if (subject.issuer == nullptr || !found || found->key_identifier.empty()) {
    return std::nullopt;
  }
  return complain_if(subject.issuer->known().subject_key_identifier != found->key_identifier,
                     "The authorityKeyIdentifier is not the subjectKeyIdentifier of the issuer.");
}

Complaint check_root_authority_key_identifier(const LintSubject& subject) {
  const std::optional<AuthorityKeyIdentifier>& found = subject.known().authority_key_identifier;
  return complain_if(found && !found->key_identifier.empty() &&
                         subject.known().subject_key_identifier != found->key_identifier,
                     "The certificate signs itself, and names another key than its own as its "
                     "issuer's.");
}

Complaint check_root_policies(const LintSubject& subject) {
  return complain_if(has(subject, oid::kCertificatePolicies),
                     "The root has certificatePolicies; a root has none.");
}

Complaint check_policies(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const bool wanted = rules == nullptr || rules->policies == Presence::kRequired;
  return complain_if(wanted && !has(subject, oid::kCertificatePolicies),
                     "The certificate names no certificate policy.");
}

Complaint check_any_policy(const LintSubject& subject) {
  return complain_if(lists(subject.known().policies, oid::kAnyPolicy),
                     "The certificate stands under any policy (anyPolicy); name the policies.");
}

Complaint check_root_distribution_points(const LintSubject& subject) {
  return complain_if(has(subject, oid::kCrlDistributionPoints),
                     "The root has CRL distribution points; nobody can revoke a root by a CRL.");
}

Complaint check_distribution_points(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && rules->crl_distribution_points == Presence::kRequired &&
                         !has(subject, oid::kCrlDistributionPoints),
                     "The certificate does not say where its issuer's CRLs are.");
}

Complaint check_distribution_points_critical(const LintSubject& subject) {
  return complain_if(is_critical(subject, oid::kCrlDistributionPoints),
                     "The CRL distribution points are critical; they should not be.");
}

Complaint check_distribution_points_http(const LintSubject& subject) {
  const std::optional<DistributionPoints>& found = subject.known().crl_distribution_points;
  return complain_if(found && (found->has_others || !are_all_http(found->uris)),
                     "A CRL distribution point is not a plain http address.");
}

Complaint check_root_information_access(const LintSubject& subject) {
  return complain_if(has(subject, oid::kAuthorityInformationAccess),
                     "The root says where its issuer's certificate is, and it has no issuer.");
}

Complaint check_ca_issuers(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && rules->ca_issuers == Presence::kRequired &&
                         !has(subject, oid::kAuthorityInformationAccess),
                     "The certificate does not say where its issuer's certificate is.");
}

Complaint check_information_access_critical(const LintSubject& subject) {
  return complain_if(is_critical(subject, oid::kAuthorityInformationAccess),
                     "The authorityInfoAccess is critical; it must not be.");
}

Complaint check_ca_issuers_http(const LintSubject& subject) {
  const std::optional<AuthorityInformation>& found = subject.known().authority_information;
  if (!found) {
    return std::nullopt;
  }
  const bool only_http = (found->ca_issuers.empty() || are_all_http(found->ca_issuers)) &&
                         (found->ocsp.empty() || are_all_http(found->ocsp));
  return complain_if(found->has_others || !only_http,
                     "An address in authorityInfoAccess is not a plain http address.");
}

constexpr std::string_view kSubjectKey = "subjectKeyIdentifier";
constexpr std::string_view kSubjectKeySource = "RFC 5280 section 4.2.1.2";
constexpr std::string_view kAuthorityKey = "authorityKeyIdentifier";
constexpr std::string_view kAuthorityKeySource = "RFC 5280 section 4.2.1.1";
constexpr std::string_view kPolicies = "certificatePolicies";
constexpr std::string_view kPoliciesSource = "RFC 5280 section 4.2.1.4";
constexpr std::string_view kPoints = "cRLDistributionPoints";
constexpr std::string_view kPointsSource = "RFC 5280 section 4.2.1.13";
constexpr std::string_view kAccess = "authorityInfoAccess";
constexpr std::string_view kAccessSource = "RFC 5280 section 4.2.2.1";

constexpr std::array kPointerRules{
    CertificateRule{{"subject-key-identifier-missing", kError, kSubjectKey, kSubjectKeySource},
                    kForOurs,
                    check_subject_key_identifier},
    CertificateRule{{"subject-key-identifier-critical", kError, kSubjectKey, kSubjectKeySource},
                    kForAll,
                    check_subject_key_identifier_critical},
    CertificateRule{{"subject-key-identifier-wrong", kError, kSubjectKey, "RFC 7093 section 2"},
                    kForOurs,
                    check_subject_key_identifier_value},
    CertificateRule{
        {"authority-key-identifier-missing", kError, kAuthorityKey, kAuthorityKeySource},
        kForPurposed,
        check_authority_key_identifier},
    CertificateRule{
        {"authority-key-identifier-critical", kError, kAuthorityKey, kAuthorityKeySource},
        kForAll,
        check_authority_key_identifier_critical},
    CertificateRule{{"authority-key-identifier-form", kWarning, kAuthorityKey, "BR 7.1.2.11.1"},
                    kForOurs,
                    check_authority_key_identifier_form},
    CertificateRule{{"authority-key-identifier-wrong", kError, kAuthorityKey, kAuthorityKeySource},
                    kForIssued,
                    check_authority_key_identifier_value},
    CertificateRule{{"root-authority-key-identifier", kError, kAuthorityKey, kAuthorityKeySource},
                    kForSelfIssued,
                    check_root_authority_key_identifier},
    CertificateRule{
        {"root-policies", kWarning, kPolicies, "BR 7.1.2.1.2"}, kForRoot, check_root_policies},
    CertificateRule{
        {"policies-missing", kWarning, kPolicies, kPoliciesSource}, kForIssued, check_policies},
    CertificateRule{
        {"policies-any", kWarning, kPolicies, kPoliciesSource}, kForIssued, check_any_policy},
    CertificateRule{{"root-crl-distribution-points", kWarning, kPoints, "BR 7.1.2.1.2"},
                    kForRoot,
                    check_root_distribution_points},
    CertificateRule{{"crl-distribution-points-missing", kError, kPoints, kPointsSource},
                    kForIssued,
                    check_distribution_points},
    CertificateRule{{"crl-distribution-points-critical", kWarning, kPoints, kPointsSource},
                    kForAll,
                    check_distribution_points_critical},
    CertificateRule{{"crl-distribution-points-not-http", kWarning, kPoints, "BR 7.1.2.11.2"},
                    kForIssued,
                    check_distribution_points_http},
    CertificateRule{{"root-authority-info-access", kWarning, kAccess, "BR 7.1.2.1.2"},
                    kForRoot,
                    check_root_information_access},
    CertificateRule{
        {"ca-issuers-missing", kError, kAccess, kAccessSource}, kForIssued, check_ca_issuers},
    CertificateRule{{"authority-info-access-critical", kError, kAccess, kAccessSource},
                    kForAll,
                    check_information_access_critical},
    CertificateRule{{"authority-info-access-not-http", kWarning, kAccess, "BR 7.1.2.10.3"},
                    kForIssued,
                    check_ca_issuers_http},
};

}  // namespace

std::span<const CertificateRule> certificate_pointer_rules() {
  return kPointerRules;
}

}  // namespace ca
