#include "ca/certificate_lint.h"

#include "ca/certificate_lint_rule.h"
#include "ca/weak_key.h"

namespace ca {

namespace {

CertificateKind kind_by(const CertificateProfile& profile) {
  if (profile.kind == ProfileKind::kEndEntity) {
    return CertificateKind::kPlannedEndEntity;
  }
  if (profile.kind == ProfileKind::kSelfSigned) {
    return CertificateKind::kSelfSigned;
  }
  return profile.kind == ProfileKind::kRoot ? CertificateKind::kRoot
                                            : CertificateKind::kSubordinate;
}

CertificateKind kind_of(const Certificate& certificate, const CertificateProfile* profile) {
  if (profile != nullptr) {
    return kind_by(*profile);
  }
  const KnownExtensions& known = certificate.known();
  const bool is_ca = (known.basic_constraints && known.basic_constraints->is_ca) ||
                     (known.key_usage && known.key_usage->has(KeyUsageBit::kKeyCertSign));
  if (!is_ca) {
    return CertificateKind::kEndEntity;
  }
  return certificate.is_self_issued() ? CertificateKind::kRoot : CertificateKind::kSubordinate;
}

void apply(std::span<const CertificateRule> rules,
           const LintSubject& subject,
           base::Findings& findings) {
  for (const CertificateRule& row : rules) {
    if ((row.kinds & static_cast<unsigned>(subject.kind)) == 0) {
      continue;
    }
    if (std::optional<std::string> message = row.check(subject)) {
      findings.push_back({.rule = std::string(row.rule.name),
                          .severity = row.rule.severity,
                          .field = std::string(row.rule.field),
                          .source = std::string(row.rule.source),
                          .message = std::move(*message)});
    }
  }
}

void append_all(base::Findings& findings, const base::Findings& more) {
  findings.insert(findings.end(), more.begin(), more.end());
}

}  // namespace

const base::Bytes* LintSubject::signing_key() const {
  if (issuer != nullptr) {
    return &issuer->public_key_info();
  }
  const bool signs_itself = kind == CertificateKind::kRoot ||
                            kind == CertificateKind::kSelfSigned || certificate.is_self_issued();
  return signs_itself ? &certificate.public_key_info() : nullptr;
}

base::Findings lint_certificate(const Certificate& certificate,
                                const CertificateLintContext& context) {
  const LintSubject subject{.certificate = certificate,
                            .profile = context.profile,
                            .issuer = context.issuer,
                            .predecessor = context.predecessor,
                            .stage = context.stage,
                            .kind = kind_of(certificate, context.profile)};
  base::Findings findings;
  apply(certificate_field_rules(), subject, findings);
  apply(certificate_extension_rules(), subject, findings);
  apply(certificate_pointer_rules(), subject, findings);
  apply(certificate_end_entity_rules(), subject, findings);
  apply(certificate_succession_rules(), subject, findings);
  append_all(findings, find_key_faults(certificate.public_key_info()));
  const bool may_be_empty = subject.kind == CertificateKind::kEndEntity &&
                            certificate.subject().empty();  // then the name is in subjectAltName
  if (!may_be_empty) {
    append_all(findings, find_name_faults(certificate.subject(), "subject"));
  }
  return findings;
}

std::vector<LintRule> certificate_rules() {
  std::vector<LintRule> rules;
  for (const std::span<const CertificateRule> part : {certificate_field_rules(),
                                                      certificate_extension_rules(),
                                                      certificate_pointer_rules(),
                                                      certificate_end_entity_rules(),
                                                      certificate_succession_rules()}) {
    for (const CertificateRule& row : part) {
      rules.push_back(row.rule);
    }
  }
  return rules;
}

}  // namespace ca
