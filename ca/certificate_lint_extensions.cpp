// The rules on the extensions of a certificate.

#include <algorithm>
#include <array>
#include <set>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint_rule.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;
using base::Severity;

const CertificateRules* rules_of(const LintSubject& subject) {
  return subject.profile == nullptr ? nullptr : &subject.profile->certificate;
}

bool is_critical(const LintSubject& subject, std::string_view oid) {
  const Extension* const extension = subject.certificate.find(oid);
  return extension != nullptr && extension->criticality == Criticality::kCritical;
}

bool has(const LintSubject& subject, std::string_view oid) {
  return subject.certificate.find(oid) != nullptr;
}

bool is_ca(const LintSubject& subject) {
  const std::optional<BasicConstraints>& constraints = subject.known().basic_constraints;
  return constraints && constraints->is_ca;
}

std::optional<std::uint64_t> path_length_of(const LintSubject& subject) {
  const std::optional<BasicConstraints>& constraints = subject.known().basic_constraints;
  return constraints ? constraints->path_length : std::nullopt;
}

std::set<std::string> as_set(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

bool lists(const std::optional<std::vector<std::string>>& list, std::string_view value) {
  return list && std::find(list->begin(), list->end(), value) != list->end();
}

bool are_all_http(const std::vector<std::string>& uris) {
  return !uris.empty() && std::all_of(uris.begin(), uris.end(), [](const std::string& uri) {
    return uri.rfind("http://", 0) == 0;
  });
}

// What a profile may have in a root or subordinate; anything else was not planned.
bool is_in_profile(const LintSubject& subject, const std::string& oid) {
  const CertificateRules& rules = subject.profile->certificate;
  const bool is_root = subject.kind == CertificateKind::kRoot;
  if (oid == oid::kBasicConstraints || oid == oid::kKeyUsage || oid == oid::kSubjectKeyIdentifier ||
      oid == oid::kAuthorityKeyIdentifier) {
    return true;
  }
  // In a root these have rules of their own, which say why.
  if (oid == oid::kExtendedKeyUsage) {
    return is_root || !rules.extended_key_usage.empty();
  }
  if (oid == oid::kCertificatePolicies) {
    return is_root || rules.policies != Presence::kAbsent;
  }
  if (oid == oid::kCrlDistributionPoints) {
    return is_root || rules.crl_distribution_points != Presence::kAbsent;
  }
  return oid == oid::kAuthorityInformationAccess &&
         (is_root || rules.ca_issuers != Presence::kAbsent);
}

Complaint check_duplicates(const LintSubject& subject) {
  std::set<std::string> seen;
  for (const Extension& extension : subject.certificate.extensions()) {
    if (!seen.insert(extension.oid).second) {
      return "The extension " + name_of_oid(extension.oid) +
             " stands in the certificate twice, so programs may read different ones.";
    }
  }
  return std::nullopt;
}

Complaint check_malformed(const LintSubject& subject) {
  const std::vector<std::string>& malformed = subject.known().malformed;
  return malformed.empty() ? std::nullopt
                           : Complaint("The extension " + name_of_oid(malformed.front()) +
                                       " does not hold what its name says.");
}

Complaint check_in_profile(const LintSubject& subject) {
  if (subject.profile == nullptr) {
    return std::nullopt;
  }
  for (const Extension& extension : subject.certificate.extensions()) {
    if (!is_in_profile(subject, extension.oid)) {
      return "The extension " + name_of_oid(extension.oid) +
             " is not in the profile; nothing is signed that was not planned.";
    }
  }
  return std::nullopt;
}

Complaint check_unknown_critical(const LintSubject& subject) {
  static const std::set<std::string_view> kUnderstood{oid::kBasicConstraints,
                                                      oid::kKeyUsage,
                                                      oid::kExtendedKeyUsage,
                                                      oid::kNameConstraints,
                                                      "2.5.29.17",
                                                      "2.5.29.36",
                                                      "2.5.29.54",
                                                      oid::kCertificatePolicies,
                                                      oid::kSubjectKeyIdentifier,
                                                      oid::kAuthorityKeyIdentifier,
                                                      oid::kCrlDistributionPoints,
                                                      oid::kAuthorityInformationAccess,
                                                      "2.5.29.33"};
  if (subject.profile != nullptr) {
    return std::nullopt;
  }
  for (const Extension& extension : subject.certificate.extensions()) {
    if (extension.criticality == Criticality::kCritical && kUnderstood.count(extension.oid) == 0) {
      return "The extension " + name_of_oid(extension.oid) +
             " is critical and not known here, so most programs will refuse the certificate.";
    }
  }
  return std::nullopt;
}

Complaint check_basic_constraints(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kBasicConstraints),
                     "The certificate of a CA has no basicConstraints.");
}

Complaint check_basic_constraints_critical(const LintSubject& subject) {
  return complain_if(
      has(subject, oid::kBasicConstraints) && !is_critical(subject, oid::kBasicConstraints),
      "The basicConstraints of a CA are not critical.");
}

Complaint check_is_ca(const LintSubject& subject) {
  return complain_if(subject.known().basic_constraints.has_value() && !is_ca(subject),
                     "The basicConstraints do not say that this is a CA (CA:TRUE).");
}

Complaint check_root_path_length(const LintSubject& subject) {
  return complain_if(path_length_of(subject).has_value(),
                     "The root limits the length of the path below it; a root has no limit of its "
                     "own.");
}

Complaint check_path_length(const LintSubject& subject) {
  if (!is_ca(subject)) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> length = path_length_of(subject);
  const CertificateRules* const rules = rules_of(subject);
  if (rules == nullptr) {
    return complain_if(!length, "The subordinate has no limit on the length of the path below it.");
  }
  const bool issuer_reports = subject.issuer != nullptr && length &&
                              subject.issuer->known().basic_constraints &&
                              subject.issuer->known().basic_constraints->path_length &&
                              *length >= *subject.issuer->known().basic_constraints->path_length;
  return complain_if(length != rules->path_length && !issuer_reports,
                     "The limit on the length of the path below the subordinate is not the one in "
                     "the profile.");
}

Complaint check_path_length_below_issuer(const LintSubject& subject) {
  if (subject.issuer == nullptr || !is_ca(subject) || !subject.issuer->known().basic_constraints) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> limit = subject.issuer->known().basic_constraints->path_length;
  const std::optional<std::uint64_t> own = path_length_of(subject);
  return complain_if(limit && (*limit == 0 || (own && *own >= *limit)),
                     "The issuer allows no CA below it, or none with so long a path below itself.");
}

Complaint check_key_usage(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kKeyUsage), "The certificate of a CA has no keyUsage.");
}

Complaint check_key_usage_critical(const LintSubject& subject) {
  return complain_if(has(subject, oid::kKeyUsage) && !is_critical(subject, oid::kKeyUsage),
                     "The keyUsage of a CA is not critical.");
}

Complaint check_cert_sign(const LintSubject& subject) {
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  return complain_if(usage && !usage->has(KeyUsageBit::kKeyCertSign),
                     "The keyUsage of a CA lacks keyCertSign, so nothing below it would be valid.");
}

Complaint check_crl_sign(const LintSubject& subject) {
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  return complain_if(usage && !usage->has(KeyUsageBit::kCrlSign),
                     "The keyUsage of a CA lacks cRLSign, so it could revoke nothing.");
}

Complaint check_key_usage_bits(const LintSubject& subject) {
  KeyUsage allowed;
  allowed.set(KeyUsageBit::kKeyCertSign);
  allowed.set(KeyUsageBit::kCrlSign);
  allowed.set(KeyUsageBit::kDigitalSignature);
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  return complain_if(usage && (usage->bits & ~allowed.bits) != 0,
                     "The keyUsage of a CA has more than keyCertSign, cRLSign and "
                     "digitalSignature; the key of a CA does nothing else.");
}

Complaint check_key_usage_profile(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  if (rules == nullptr || !usage) {
    return std::nullopt;
  }
  // digitalSignature is what is left: the other bits have rules of their own.
  return complain_if(usage->has(KeyUsageBit::kDigitalSignature) !=
                         rules->key_usage.has(KeyUsageBit::kDigitalSignature),
                     "The keyUsage has or lacks digitalSignature against the profile.");
}

Complaint check_root_extended_key_usage(const LintSubject& subject) {
  return complain_if(has(subject, oid::kExtendedKeyUsage),
                     "The root has an extendedKeyUsage; a root has none.");
}

Complaint check_extended_key_usage(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && !rules->extended_key_usage.empty() &&
                         !has(subject, oid::kExtendedKeyUsage),
                     "The subordinate has no extendedKeyUsage, and the profile requires one.");
}

Complaint check_any_extended_key_usage(const LintSubject& subject) {
  return complain_if(lists(subject.known().extended_key_usage, oid::kAnyExtendedKeyUsage),
                     "The subordinate may be used for anything (anyExtendedKeyUsage); a "
                     "subordinate has a purpose.");
}

Complaint check_ocsp_signing(const LintSubject& subject) {
  return complain_if(lists(subject.known().extended_key_usage, oid::kOcspSigning),
                     "The subordinate could answer for its issuer (OCSPSigning); no CA may have "
                     "that purpose.");
}

Complaint check_extended_key_usage_profile(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const std::optional<std::vector<std::string>>& found = subject.known().extended_key_usage;
  if (rules == nullptr || !found || rules->extended_key_usage.empty() ||
      lists(found, oid::kAnyExtendedKeyUsage) || lists(found, oid::kOcspSigning)) {
    return std::nullopt;
  }
  return complain_if(as_set(*found) != as_set(rules->extended_key_usage),
                     "The extendedKeyUsage is not exactly the one in the profile.");
}

Complaint check_subject_key_identifier(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kSubjectKeyIdentifier),
                     "The certificate of a CA has no subjectKeyIdentifier.");
}

Complaint check_subject_key_identifier_critical(const LintSubject& subject) {
  return complain_if(is_critical(subject, oid::kSubjectKeyIdentifier),
                     "The subjectKeyIdentifier is critical; it must not be.");
}

Complaint check_subject_key_identifier_value(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const std::optional<base::Bytes>& found = subject.known().subject_key_identifier;
  if (rules == nullptr || !found) {
    return std::nullopt;  // anybody may make it in a way of his own
  }
  return complain_if(
      *found != key_identifier_of(subject.certificate.public_key_info(), rules->key_identifier),
      "The subjectKeyIdentifier is not the one of this key by the method of the profile.");
}

Complaint check_authority_key_identifier(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kAuthorityKeyIdentifier),
                     "The subordinate has no authorityKeyIdentifier.");
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
                     "The root names another key than its own as its issuer's.");
}

Complaint check_root_policies(const LintSubject& subject) {
  return complain_if(has(subject, oid::kCertificatePolicies),
                     "The root has certificatePolicies; a root has none.");
}

Complaint check_policies(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const bool wanted = rules == nullptr || rules->policies == Presence::kRequired;
  return complain_if(wanted && !has(subject, oid::kCertificatePolicies),
                     "The subordinate names no certificate policy.");
}

Complaint check_any_policy(const LintSubject& subject) {
  return complain_if(lists(subject.known().policies, oid::kAnyPolicy),
                     "The subordinate stands under any policy (anyPolicy); name the policies.");
}

Complaint check_root_distribution_points(const LintSubject& subject) {
  return complain_if(has(subject, oid::kCrlDistributionPoints),
                     "The root has CRL distribution points; nobody can revoke a root by a CRL.");
}

Complaint check_distribution_points(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && rules->crl_distribution_points == Presence::kRequired &&
                         !has(subject, oid::kCrlDistributionPoints),
                     "The subordinate does not say where its issuer's CRLs are.");
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
                     "The subordinate does not say where its issuer's certificate is.");
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

constexpr std::string_view kBasic = "basicConstraints";
constexpr std::string_view kBasicSource = "RFC 5280 section 4.2.1.9";
constexpr std::string_view kUsage = "keyUsage";
constexpr std::string_view kUsageSource = "RFC 5280 section 4.2.1.3";
constexpr std::string_view kExtended = "extendedKeyUsage";
constexpr std::string_view kExtendedSource = "BR 7.1.2.10.6";
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
constexpr std::string_view kList = "extensions";
constexpr std::string_view kListSource = "RFC 5280 section 4.2";

constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;

// clang-format off
constexpr std::array kRules{
    CertificateRule{{"extension-duplicate", kError, kList, kListSource}, kForAll, check_duplicates},
    CertificateRule{{"extension-malformed", kError, kList, kListSource}, kForAll, check_malformed},
    CertificateRule{{"extension-not-in-profile", kError, kList, "Conclave DESIGN 4"}, kForAuthority, check_in_profile},
    CertificateRule{{"extension-unknown-critical", kWarning, kList, kListSource}, kForAll, check_unknown_critical},
    CertificateRule{{"basic-constraints-missing", kError, kBasic, kBasicSource}, kForAuthority, check_basic_constraints},
    CertificateRule{{"basic-constraints-not-critical", kError, kBasic, kBasicSource}, kForAuthority, check_basic_constraints_critical},
    CertificateRule{{"basic-constraints-not-ca", kError, kBasic, kBasicSource}, kForAuthority, check_is_ca},
    CertificateRule{{"root-path-length", kWarning, kBasic, "BR 7.1.2.1.4"}, kForRoot, check_root_path_length},
    CertificateRule{{"path-length-not-in-profile", kWarning, kBasic, kBasicSource}, kForSubordinate, check_path_length},
    CertificateRule{{"path-length-beyond-issuer", kError, kBasic, "RFC 5280 section 6.1.4"}, kForSubordinate, check_path_length_below_issuer},
    CertificateRule{{"key-usage-missing", kError, kUsage, kUsageSource}, kForAuthority, check_key_usage},
    CertificateRule{{"key-usage-not-critical", kError, kUsage, kUsageSource}, kForAuthority, check_key_usage_critical},
    CertificateRule{{"key-usage-cert-sign-missing", kError, kUsage, kUsageSource}, kForAuthority, check_cert_sign},
    CertificateRule{{"key-usage-crl-sign-missing", kError, kUsage, kUsageSource}, kForAuthority, check_crl_sign},
    CertificateRule{{"key-usage-beyond-ca", kError, kUsage, "BR 7.1.2.10.7"}, kForAuthority, check_key_usage_bits},
    CertificateRule{{"key-usage-not-in-profile", kError, kUsage, "Conclave DESIGN 4"}, kForAuthority, check_key_usage_profile},
    CertificateRule{{"root-extended-key-usage", kError, kExtended, "BR 7.1.2.1.2"}, kForRoot, check_root_extended_key_usage},
    CertificateRule{{"extended-key-usage-missing", kError, kExtended, kExtendedSource}, kForSubordinate, check_extended_key_usage},
    CertificateRule{{"extended-key-usage-any", kError, kExtended, kExtendedSource}, kForSubordinate, check_any_extended_key_usage},
    CertificateRule{{"extended-key-usage-ocsp-signing", kError, kExtended, "Conclave DESIGN 4"}, kForSubordinate, check_ocsp_signing},
    CertificateRule{{"extended-key-usage-not-in-profile", kError, kExtended, "Conclave DESIGN 4"}, kForSubordinate, check_extended_key_usage_profile},
    CertificateRule{{"subject-key-identifier-missing", kError, kSubjectKey, kSubjectKeySource}, kForAuthority, check_subject_key_identifier},
    CertificateRule{{"subject-key-identifier-critical", kError, kSubjectKey, kSubjectKeySource}, kForAll, check_subject_key_identifier_critical},
    CertificateRule{{"subject-key-identifier-wrong", kError, kSubjectKey, "RFC 7093 section 2"}, kForAuthority, check_subject_key_identifier_value},
    CertificateRule{{"authority-key-identifier-missing", kError, kAuthorityKey, kAuthorityKeySource}, kForSubordinate, check_authority_key_identifier},
    CertificateRule{{"authority-key-identifier-critical", kError, kAuthorityKey, kAuthorityKeySource}, kForAll, check_authority_key_identifier_critical},
    CertificateRule{{"authority-key-identifier-form", kWarning, kAuthorityKey, "BR 7.1.2.11.1"}, kForAuthority, check_authority_key_identifier_form},
    CertificateRule{{"authority-key-identifier-wrong", kError, kAuthorityKey, kAuthorityKeySource}, kForSubordinate, check_authority_key_identifier_value},
    CertificateRule{{"root-authority-key-identifier", kError, kAuthorityKey, kAuthorityKeySource}, kForRoot, check_root_authority_key_identifier},
    CertificateRule{{"root-policies", kWarning, kPolicies, "BR 7.1.2.1.2"}, kForRoot, check_root_policies},
    CertificateRule{{"policies-missing", kWarning, kPolicies, kPoliciesSource}, kForSubordinate, check_policies},
    CertificateRule{{"policies-any", kWarning, kPolicies, kPoliciesSource}, kForSubordinate, check_any_policy},
    CertificateRule{{"root-crl-distribution-points", kWarning, kPoints, "BR 7.1.2.1.2"}, kForRoot, check_root_distribution_points},
    CertificateRule{{"crl-distribution-points-missing", kError, kPoints, kPointsSource}, kForSubordinate, check_distribution_points},
    CertificateRule{{"crl-distribution-points-critical", kWarning, kPoints, kPointsSource}, kForAll, check_distribution_points_critical},
    CertificateRule{{"crl-distribution-points-not-http", kWarning, kPoints, "BR 7.1.2.11.2"}, kForSubordinate, check_distribution_points_http},
    CertificateRule{{"root-authority-info-access", kWarning, kAccess, "BR 7.1.2.1.2"}, kForRoot, check_root_information_access},
    CertificateRule{{"ca-issuers-missing", kError, kAccess, kAccessSource}, kForSubordinate, check_ca_issuers},
    CertificateRule{{"authority-info-access-critical", kError, kAccess, kAccessSource}, kForAll, check_information_access_critical},
    CertificateRule{{"authority-info-access-not-http", kWarning, kAccess, "BR 7.1.2.10.3"}, kForSubordinate, check_ca_issuers_http},
};
// clang-format on

}  // namespace

std::span<const CertificateRule> certificate_extension_rules() {
  return kRules;
}

}  // namespace ca
