// ca/ocsp_response_lint.h - everything that is wrong with an OCSP response, as named findings.
//
// For responses that a CA signs with its own key before anybody asks (RFC 5019). Like
// ca/certificate_lint.h: a table of rules, each with a test that breaks a good response in that one
// point.

#pragma once

#include <string_view>
#include <vector>

#include "base/finding.h"
#include "ca/certificate.h"
#include "ca/certificate_lint.h"
#include "ca/certificate_profile.h"
#include "ca/ocsp_response.h"
#include "ca/revocation_list.h"

namespace ca {

// What is known beside the response itself; all borrowed. Where one is missing, the rules that ask
// for it find nothing.
struct OcspResponseLintContext {
  const CertificateProfile* profile = nullptr;  // of the CRL of the same ceremony
  const Certificate* issuer = nullptr;
  const Certificate* certificate = nullptr;  // which it should be about
  const RevocationList* list = nullptr;      // which must say the same
  LintStage stage = LintStage::kSigned;
};

// The rule on the signature itself.
inline constexpr std::string_view kOcspSignatureInvalid = "ocsp-signature-invalid";

// All findings, in the order of the table.
base::Findings lint_ocsp_response(const OcspResponse& response,
                                  const OcspResponseLintContext& context);

// The table, for documents and for counting.
std::vector<LintRule> ocsp_response_rules();

}  // namespace ca
