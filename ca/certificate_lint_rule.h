// ca/certificate_lint_rule.h - the form of the table of rules; private to the lint.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ca/certificate.h"
#include "ca/certificate_lint.h"
#include "ca/succession.h"

namespace ca {

using enum base::Severity;  // the tables of rules name nothing oftener

// What a certificate is, by its profile or, without one, by what it says of itself.
enum class CertificateKind : unsigned {
  kRoot = 1,
  kSubordinate = 2,
  kEndEntity = 4,         // anybody's: only the rules for all kinds
  kPlannedEndEntity = 8,  // by a profile
  kSelfSigned = 16,       // an end entity that signs itself, by a profile
};

// For which kinds a rule is.
constexpr unsigned kForRoot = 1;
constexpr unsigned kForSubordinate = 2;
constexpr unsigned kForAuthority = 3;
constexpr unsigned kForForeignEndEntity = 4;
constexpr unsigned kForPlannedEndEntity = 8;
constexpr unsigned kForSelfSigned = 16;
constexpr unsigned kForAnyEndEntity = 12;
constexpr unsigned kForNoAuthority = kForPlannedEndEntity | kForSelfSigned;
constexpr unsigned kForSelfIssued = kForRoot | kForSelfSigned;
constexpr unsigned kForIssued = kForSubordinate | kForPlannedEndEntity;
constexpr unsigned kForPurposed = kForIssued | kForSelfSigned;
constexpr unsigned kForOurs = kForAuthority | kForNoAuthority;
constexpr unsigned kForAll = 31;

// What a check looks at.
struct LintSubject {
  const Certificate& certificate;
  const CertificateProfile* profile;
  const Certificate* issuer;
  const Predecessor* predecessor;
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

// The five parts of the table.
std::span<const CertificateRule> certificate_field_rules();
std::span<const CertificateRule> certificate_extension_rules();
std::span<const CertificateRule> certificate_pointer_rules();
std::span<const CertificateRule> certificate_end_entity_rules();
std::span<const CertificateRule> certificate_succession_rules();

// Fields and sources that more than one part names.
inline constexpr std::string_view kBasic = "basicConstraints";
inline constexpr std::string_view kBasicSource = "RFC 5280 section 4.2.1.9";
inline constexpr std::string_view kUsage = "keyUsage";

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

// Whether it says that it is a CA, and how long a path below it may be.
inline bool is_ca(const LintSubject& subject) {
  const std::optional<BasicConstraints>& constraints = subject.known().basic_constraints;
  return constraints && constraints->is_ca;
}

inline std::optional<std::uint64_t> path_length_of(const LintSubject& subject) {
  const std::optional<BasicConstraints>& constraints = subject.known().basic_constraints;
  return constraints ? constraints->path_length : std::nullopt;
}

// Whether it has no end by its profile or, without one, by what it says of itself.
inline bool may_outlive_issuer(const LintSubject& subject) {
  return subject.profile != nullptr ? subject.profile->end == End::kNone
                                    : subject.kind == CertificateKind::kEndEntity &&
                                          subject.certificate.not_after().instant == kNoEnd;
}

// Whether the profile is that of a responder, who answers whether others are revoked.
inline bool is_for_answers(const CertificateRules* rules) {
  return rules != nullptr && rules->ocsp_no_check == Presence::kRequired;
}

// Whether a list of object identifiers is there and holds one.
inline bool lists(const std::optional<std::vector<std::string>>& list, std::string_view value) {
  return list && std::find(list->begin(), list->end(), value) != list->end();
}

}  // namespace ca
