// ca/certificate_lint.h - everything that is wrong with a certificate, as named findings.
//
// Works on the exact to-be-signed bytes before a signature, on our own result after it, and on
// anybody's certificate. The rules are a table (certificate_rules()); each has a test that breaks a
// good certificate in that one point and sees exactly that rule report it.

#pragma once

#include <span>
#include <string_view>

#include "base/finding.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/succession.h"

namespace ca {

enum class LintStage {
  kDraft,   // not signed yet: the rule on the signature waits
  kSigned,  // everything
};

// What is known beside the certificate itself; all borrowed.
struct CertificateLintContext {
  const CertificateProfile* profile = nullptr;  // of a certificate; without: anybody's
  const Certificate* issuer = nullptr;          // without, and not self-issued: no signature check
  const Predecessor* predecessor =
      nullptr;  // the certificate that it follows, where it follows one
  LintStage stage = LintStage::kSigned;
};

// All findings, in the order of the table, then those of find_key_faults() and find_name_faults().
base::Findings lint_certificate(const Certificate& certificate,
                                const CertificateLintContext& context);

// The rule on the signature itself.
inline constexpr std::string_view kSignatureInvalid = "signature-invalid";

// A rule without its check.
struct LintRule {
  std::string_view name;
  base::Severity severity;
  std::string_view field;
  std::string_view source;
};

// The table, for documents and for counting.
std::vector<LintRule> certificate_rules();

}  // namespace ca
