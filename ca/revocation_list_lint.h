// ca/revocation_list_lint.h - everything that is wrong with a CRL, as named findings.
//
// Like ca/certificate_lint.h: a table of rules, each with a test that breaks a good CRL in that one
// point.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/finding.h"
#include "ca/certificate.h"
#include "ca/certificate_lint.h"
#include "ca/certificate_profile.h"
#include "ca/revocation_list.h"
#include "ca/revocation_list_builder.h"

namespace ca {

// What is known beside the CRL itself; all borrowed.
struct RevocationListLintContext {
  const CertificateProfile* profile = nullptr;  // without: anybody's
  const Certificate* issuer = nullptr;
  LintStage stage = LintStage::kSigned;
  std::optional<std::uint64_t> known_number;  // the new one must be above it
  const Revocations* expected = nullptr;      // exactly these entries, in any order
};

// The rule on the signature itself.
inline constexpr std::string_view kCrlSignatureInvalid = "crl-signature-invalid";

// All findings, in the order of the table.
base::Findings lint_revocation_list(const RevocationList& list,
                                    const RevocationListLintContext& context);

// The table, for documents and for counting.
std::vector<LintRule> revocation_list_rules();

}  // namespace ca
