// ca/certificate_lint_rule.h - the form of the table of rules; private to the lint.

#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ca/certificate.h"
#include "ca/certificate_lint.h"

namespace ca {

using enum base::Severity;  // the tables of rules name nothing oftener

// What a certificate is, by its profile or, without one, by what it says of itself.
enum class CertificateKind : unsigned {
  kRoot = 1,
  kSubordinate = 2,
  kEndEntity = 4,         // anybody's: only the rules for all kinds
  kPlannedEndEntity = 8,  // by a profile
};

// For which kinds a rule is.
constexpr unsigned kForRoot = 1;
constexpr unsigned kForSubordinate = 2;
constexpr unsigned kForAuthority = 3;
constexpr unsigned kForPlannedEndEntity = 8;
constexpr unsigned kForAnyEndEntity = 12;
constexpr unsigned kForIssued = kForSubordinate | kForPlannedEndEntity;
constexpr unsigned kForOurs = kForAuthority | kForPlannedEndEntity;
constexpr unsigned kForAll = 15;

// What a check looks at.
struct LintSubject {
  const Certificate& certificate;
  const CertificateProfile* profile;
  const Certificate* issuer;
  LintStage stage;
  CertificateKind kind;

  [[nodiscard]] const KnownExtensions& known() const { return certificate.known(); }
  // The key that must have signed it, when it is known.
  [[nodiscard]] const base::Bytes* signing_key() const;
};

// A row: `check` gives the message of the finding, or nothing when all is well.
struct CertificateRule {
  LintRule rule;
  unsigned kinds;
  std::optional<std::string> (*check)(const LintSubject& subject);
};

// The three parts of the table.
std::span<const CertificateRule> certificate_field_rules();
std::span<const CertificateRule> certificate_extension_rules();
std::span<const CertificateRule> certificate_pointer_rules();

// Shorthands for checks.
inline std::optional<std::string> complain_if(bool wrong, const char* message) {
  return wrong ? std::optional<std::string>(message) : std::nullopt;
}
inline std::optional<std::string> complain_if(bool wrong, std::string message) {
  return wrong ? std::optional<std::string>(std::move(message)) : std::nullopt;
}

// The rules of the profile on certificates, or nullptr without a profile.
inline const CertificateRules* rules_of(const LintSubject& subject) {
  return subject.profile == nullptr ? nullptr : &subject.profile->certificate;
}

// Whether there is an extension of that kind, and whether it is critical.
inline bool has(const LintSubject& subject, std::string_view oid) {
  return subject.certificate.find(oid) != nullptr;
}
inline bool is_critical(const LintSubject& subject, std::string_view oid) {
  const Extension* const extension = subject.certificate.find(oid);
  return extension != nullptr && extension->criticality == Criticality::kCritical;
}

// Whether a list of object identifiers is there and holds one.
inline bool lists(const std::optional<std::vector<std::string>>& list, std::string_view value) {
  return list && std::find(list->begin(), list->end(), value) != list->end();
}

}  // namespace ca
