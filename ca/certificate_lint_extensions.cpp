// The rules on extensions: the list itself, and what a certificate's key may be used for.

#include <algorithm>
#include <array>
#include <set>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint_rule.h"
#include "ca/public_key.h"
#include "ca/weak_key.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

std::set<std::string> as_set(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

// What a profile may have in a certificate; anything else was not planned.
bool is_in_profile(const LintSubject& subject, const std::string& oid) {
  const CertificateRules& rules = subject.profile->certificate;
  const bool is_root = subject.kind == CertificateKind::kRoot;
  if (oid == oid::kBasicConstraints || oid == oid::kKeyUsage ||
      oid == oid::kAuthorityKeyIdentifier) {
    return true;
  }
  if (oid == oid::kSubjectKeyIdentifier) {
    return rules.subject_key_identifier != Presence::kAbsent;
  }
  if (oid == oid::kNoRevocationAvailable) {
    return rules.no_revocation != Presence::kAbsent;
  }
  if (oid == oid::kSubjectAlternativeName) {
    return rules.hardware_module_name != Presence::kAbsent;
  }
  // In a root these have rules of their own, which say why.
  if (oid == oid::kExtendedKeyUsage) {
    return is_root || !rules.extended_key_usage.empty();
  }
  if (oid == oid::kCertificatePolicies) {
    return is_root || rules.policies != Presence::kAbsent;
  }
  if (oid == oid::kOcspNoCheck) {
    return rules.ocsp_no_check != Presence::kAbsent;
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
  constexpr std::array<std::string_view, 13> kUnderstood{oid::kBasicConstraints,
                                                         oid::kKeyUsage,
                                                         oid::kExtendedKeyUsage,
                                                         oid::kNameConstraints,
                                                         oid::kCertificatePolicies,
                                                         oid::kSubjectKeyIdentifier,
                                                         oid::kAuthorityKeyIdentifier,
                                                         oid::kCrlDistributionPoints,
                                                         oid::kAuthorityInformationAccess,
                                                         oid::kSubjectAlternativeName,
                                                         "2.5.29.33",   // policyMappings
                                                         "2.5.29.36",   // policyConstraints
                                                         "2.5.29.54"};  // inhibitAnyPolicy
  if (subject.profile != nullptr) {
    return std::nullopt;
  }
  for (const Extension& extension : subject.certificate.extensions()) {
    if (extension.criticality == Criticality::kCritical &&
        std::find(kUnderstood.begin(), kUnderstood.end(), extension.oid) == kUnderstood.end()) {
      return "The extension " + name_of_oid(extension.oid) +
             " is critical and not known here, so most programs will refuse the certificate.";
    }
  }
  return std::nullopt;
}

Complaint check_basic_constraints(const LintSubject& subject) {
  return complain_if(!has(subject, oid::kBasicConstraints),
                     "The certificate has no basicConstraints.");
}

Complaint check_basic_constraints_critical(const LintSubject& subject) {
  return complain_if(
      has(subject, oid::kBasicConstraints) && !is_critical(subject, oid::kBasicConstraints),
      "The basicConstraints are not critical.");
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
  return complain_if(!has(subject, oid::kKeyUsage), "The certificate has no keyUsage.");
}

Complaint check_key_usage_critical(const LintSubject& subject) {
  return complain_if(has(subject, oid::kKeyUsage) && !is_critical(subject, oid::kKeyUsage),
                     "The keyUsage is not critical.");
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

// Of a CA, and of what a profile plans, other rules say exactly what the key may do.
Complaint check_signing_key_usage(const LintSubject& subject) {
  constexpr std::array kForSecrets{KeyUsageBit::kKeyEncipherment,
                                   KeyUsageBit::kDataEncipherment,
                                   KeyUsageBit::kKeyAgreement,
                                   KeyUsageBit::kEncipherOnly,
                                   KeyUsageBit::kDecipherOnly};
  const std::optional<KeyUsage>& usage = subject.known().key_usage;
  const base::ByteView key = subject.certificate.public_key_info();
  if (!usage || std::none_of(kForSecrets.begin(), kForSecrets.end(), [&](KeyUsageBit bit) {
        return usage->has(bit);
      })) {
    return std::nullopt;
  }
  return complain_if(post_quantum_algorithm_of(key) || key_kind_of(key) == "ed25519",
                     "The key can sign and nothing else, and the keyUsage says that secrets are "
                     "encrypted or agreed with it.");
}

Complaint check_root_extended_key_usage(const LintSubject& subject) {
  return complain_if(has(subject, oid::kExtendedKeyUsage),
                     "The root has an extendedKeyUsage; a root has none.");
}

Complaint check_extended_key_usage(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(rules != nullptr && !rules->extended_key_usage.empty() &&
                         !has(subject, oid::kExtendedKeyUsage),
                     "The certificate has no extendedKeyUsage, and the profile requires one.");
}

Complaint check_any_extended_key_usage(const LintSubject& subject) {
  return complain_if(lists(subject.known().extended_key_usage, oid::kAnyExtendedKeyUsage),
                     "The certificate may be used for anything (anyExtendedKeyUsage); it must "
                     "have a purpose.");
}

Complaint check_ocsp_signing(const LintSubject& subject) {
  return complain_if(lists(subject.known().extended_key_usage, oid::kOcspSigning) &&
                         !is_for_answers(rules_of(subject)),
                     "The certificate could answer for its issuer (OCSPSigning); none of this "
                     "profile may have that purpose.");
}

Complaint check_extended_key_usage_profile(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  const std::optional<std::vector<std::string>>& found = subject.known().extended_key_usage;
  if (rules == nullptr || !found || rules->extended_key_usage.empty() ||
      lists(found, oid::kAnyExtendedKeyUsage) ||
      (lists(found, oid::kOcspSigning) && !is_for_answers(rules))) {
    return std::nullopt;
  }
  return complain_if(as_set(*found) != as_set(rules->extended_key_usage),
                     "The extendedKeyUsage is not exactly the one in the profile.");
}

constexpr std::string_view kUsageSource = "RFC 5280 section 4.2.1.3";
constexpr std::string_view kExtended = "extendedKeyUsage";
constexpr std::string_view kExtendedSource = "BR 7.1.2.10.6";
constexpr std::string_view kList = "extensions";
constexpr std::string_view kListSource = "RFC 5280 section 4.2";

constexpr std::array kExtensionRules{
    CertificateRule{{"extension-duplicate", kError, kList, kListSource}, kForAll, check_duplicates},
    CertificateRule{{"extension-malformed", kError, kList, kListSource}, kForAll, check_malformed},
    CertificateRule{{"extension-not-in-profile", kError, kList, "Conclave DESIGN 4"},
                    kForOurs,
                    check_in_profile},
    CertificateRule{{"extension-unknown-critical", kWarning, kList, kListSource},
                    kForAll,
                    check_unknown_critical},
    CertificateRule{{"basic-constraints-missing", kError, kBasic, kBasicSource},
                    kForOurs,
                    check_basic_constraints},
    CertificateRule{{"basic-constraints-not-critical", kError, kBasic, kBasicSource},
                    kForOurs,
                    check_basic_constraints_critical},
    CertificateRule{
        {"basic-constraints-not-ca", kError, kBasic, kBasicSource}, kForAuthority, check_is_ca},
    CertificateRule{
        {"root-path-length", kWarning, kBasic, "BR 7.1.2.1.4"}, kForRoot, check_root_path_length},
    CertificateRule{{"path-length-not-in-profile", kWarning, kBasic, kBasicSource},
                    kForSubordinate,
                    check_path_length},
    CertificateRule{{"path-length-beyond-issuer", kError, kBasic, "RFC 5280 section 6.1.4"},
                    kForSubordinate,
                    check_path_length_below_issuer},
    CertificateRule{{"key-usage-missing", kError, kUsage, kUsageSource}, kForOurs, check_key_usage},
    CertificateRule{{"key-usage-not-critical", kError, kUsage, kUsageSource},
                    kForOurs,
                    check_key_usage_critical},
    CertificateRule{{"key-usage-cert-sign-missing", kError, kUsage, kUsageSource},
                    kForAuthority,
                    check_cert_sign},
    CertificateRule{{"key-usage-crl-sign-missing", kError, kUsage, kUsageSource},
                    kForAuthority,
                    check_crl_sign},
    CertificateRule{{"key-usage-beyond-ca", kError, kUsage, "BR 7.1.2.10.7"},
                    kForAuthority,
                    check_key_usage_bits},
    CertificateRule{{"key-usage-not-in-profile", kError, kUsage, "Conclave DESIGN 4"},
                    kForAuthority,
                    check_key_usage_profile},
    CertificateRule{{"key-usage-beyond-signing-key",
                     kError,
                     kUsage,
                     "RFC 9295 section 3, RFC 9881 section 5, RFC 9909 section 6"},
                    kForForeignEndEntity,
                    check_signing_key_usage},
    CertificateRule{{"root-extended-key-usage", kError, kExtended, "BR 7.1.2.1.2"},
                    kForRoot,
                    check_root_extended_key_usage},
    CertificateRule{{"extended-key-usage-missing", kError, kExtended, kExtendedSource},
                    kForPurposed,
                    check_extended_key_usage},
    CertificateRule{{"extended-key-usage-any", kError, kExtended, kExtendedSource},
                    kForPurposed,
                    check_any_extended_key_usage},
    CertificateRule{{"extended-key-usage-ocsp-signing", kError, kExtended, "Conclave DESIGN 4"},
                    kForPurposed,
                    check_ocsp_signing},
    CertificateRule{{"extended-key-usage-not-in-profile", kError, kExtended, "Conclave DESIGN 4"},
                    kForPurposed,
                    check_extended_key_usage_profile},
};

}  // namespace

std::span<const CertificateRule> certificate_extension_rules() {
  return kExtensionRules;
}

}  // namespace ca
