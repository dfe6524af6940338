// ca/certificate_lint_rule.h - the form of the table of rules; private to the lint.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "ca/certificate.h"
#include "ca/certificate_lint.h"

namespace ca {

// What a certificate is, by its profile or, without one, by what it says of itself.
enum class CertificateKind : unsigned {
  kRoot = 1,
  kSubordinate = 2,
  kEndEntity = 4,  // only the rules for all kinds; its profiles are a later part
};

// For which kinds a rule is.
constexpr unsigned kForRoot = 1;
constexpr unsigned kForSubordinate = 2;
constexpr unsigned kForAuthority = 3;
constexpr unsigned kForAll = 7;

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

// The two halves of the table.
std::span<const CertificateRule> certificate_field_rules();
std::span<const CertificateRule> certificate_extension_rules();

// Shorthands for checks.
inline std::optional<std::string> complain_if(bool wrong, const char* message) {
  return wrong ? std::optional<std::string>(message) : std::nullopt;
}
inline std::optional<std::string> complain_if(bool wrong, std::string message) {
  return wrong ? std::optional<std::string>(std::move(message)) : std::nullopt;
}

}  // namespace ca
