// The rules on a certificate against the one that it follows.

#include <array>

#include "ca/certificate_lint_rule.h"
#include "ca/public_key.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

bool has_same_key(const LintSubject& subject) {
  const base::Result<bool> same = is_same_public_key(
      subject.certificate.public_key_info(), subject.predecessor->certificate.public_key_info());
  return same && *same;
}

Complaint check_predecessor(const LintSubject& subject) {
  const CertificateRules* const rules = rules_of(subject);
  return complain_if(
      rules != nullptr && rules->subject_source == SubjectSource::kPredecessor &&
          (subject.predecessor == nullptr || subject.predecessor->succession != Succession::kCross),
      "The profile is for another CA whose own certificate is at hand, and there is "
      "none to compare with; bring the certificate of the other CA.");
}

Complaint check_predecessor_name(const LintSubject& subject) {
  return complain_if(
      subject.predecessor != nullptr &&
          subject.certificate.subject() != subject.predecessor->certificate.subject(),
      "The name is not byte for byte that of the certificate before, so programs would not take "
      "one for the other; copy the bytes.");
}

Complaint check_predecessor_key(const LintSubject& subject) {
  return complain_if(
      subject.predecessor != nullptr && keeps_key(subject.predecessor->succession) &&
          !has_same_key(subject),
      "The key is not that of the certificate before; what is below it could not be verified.");
}

Complaint check_predecessor_new_key(const LintSubject& subject) {
  return complain_if(
      subject.predecessor != nullptr && !keeps_key(subject.predecessor->succession) &&
          has_same_key(subject),
      "The key is still that of the certificate before, and a new key was planned (re-key); bring "
      "a request of the new key, or plan a renewal.");
}

Complaint check_predecessor_identifier(const LintSubject& subject) {
  if (subject.predecessor == nullptr || !keeps_key(subject.predecessor->succession)) {
    return std::nullopt;
  }
  const auto& before = subject.predecessor->certificate.known().subject_key_identifier;
  const auto& now = subject.known().subject_key_identifier;
  return complain_if(before && now && *before != *now,
                     "The subjectKeyIdentifier is not that of the certificate before, so programs "
                     "would not find it for what that key has signed.");
}

Complaint check_predecessor_dates(const LintSubject& subject) {
  if (subject.predecessor == nullptr) {
    return std::nullopt;
  }
  const Instant before = subject.predecessor->certificate.not_before().instant;
  return complain_if(subject.certificate.not_before().instant < before,
                     "The certificate would begin before the one that it follows (" +
                         text_of(before) + "); choose a later day.");
}

// What a purpose allows stays what it was: programs have come to rely on no more and no less.
Complaint check_predecessor_authority(const LintSubject& subject) {
  if (subject.predecessor == nullptr) {
    return std::nullopt;
  }
  const auto& before = subject.predecessor->certificate.known().basic_constraints;
  const bool was_ca = before && before->is_ca;
  return complain_if(was_ca != is_ca(subject),
                     "One of the two certificates is a CA's and the other is not; choose the "
                     "profile of the certificate before.");
}

constexpr std::string_view kBefore = "subject";
constexpr std::string_view kKeyInfo = "subjectPublicKeyInfo";
constexpr std::string_view kCrossSource = "BR 7.1.2.2";
constexpr std::string_view kPathSource = "RFC 5280 section 6.1.3";

constexpr std::array kSuccessionRules{
    CertificateRule{
        {"predecessor-missing", kError, kBefore, kCrossSource}, kForSubordinate, check_predecessor},
    CertificateRule{{"predecessor-name-differs", kError, kBefore, kPathSource},
                    kForOurs,
                    check_predecessor_name},
    CertificateRule{{"predecessor-key-differs", kError, kKeyInfo, kCrossSource},
                    kForOurs,
                    check_predecessor_key},
    CertificateRule{{"predecessor-key-same", kError, kKeyInfo, "Conclave DESIGN 4"},
                    kForOurs,
                    check_predecessor_new_key},
    CertificateRule{{"predecessor-key-identifier-differs",
                     kError,
                     "subjectKeyIdentifier",
                     "RFC 5280 section 4.2.1.1"},
                    kForOurs,
                    check_predecessor_identifier},
    CertificateRule{{"predecessor-begins-later", kError, "validity", "BR 7.1.2.2.1"},
                    kForOurs,
                    check_predecessor_dates},
    CertificateRule{{"predecessor-of-another-kind", kError, "basicConstraints", kCrossSource},
                    kForOurs,
                    check_predecessor_authority},
};

}  // namespace

std::span<const CertificateRule> certificate_succession_rules() {
  return kSuccessionRules;
}

}  // namespace ca
