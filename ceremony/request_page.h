// ceremony/request_page.h - requests as a page for people: asks, what will be signed, and why.
//
// For the operator and the reviewer, before the ceremony: what each request asks for beside what
// will be signed for it, and the rule that decides. HTML for screen and A4, nothing loaded from
// elsewhere, everything escaped. It says of itself that it is no record.

#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/signing_request.h"

namespace ceremony {

// One request with what is known of its certificate; all borrowed, nullptr: not known.
struct ReviewedRequest {
  std::string file;
  std::string file_sha256;                      // 64 hex digits: what a plan names
  const ca::SigningRequest* request = nullptr;  // of a file that is one
  const base::Findings* findings = nullptr;
  const ca::CertificateProfile* profile = nullptr;
  // What would be signed. Of a preview only what profile and request decide is shown.
  const ca::Certificate* certificate = nullptr;
  bool is_issuer_known = false;  // the certificate names the real issuer
  bool is_planned = false;       // dates, policies and addresses are those of a plan
};

// The page; each request begins on a new sheet. `compared`: what the keys and names were compared
// with, and what was not looked at, one sentence each.
std::string request_page(const std::vector<ReviewedRequest>& requests,
                         const std::vector<std::string>& compared);

}  // namespace ceremony
