// ceremony/drafts.h - what a plan asks to be signed, built and linted before any key is opened.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ca/certificate.h"
#include "ca/issuer.h"
#include "ceremony/action.h"

namespace ceremony {

// The root certificate that the plan describes, for the key of this ceremony.
// Errors: kInconsistent where plan and profile do not fit; as CertificateDraft::of_root().
base::Result<ca::CertificateDraft> root_draft(const Workplace& work);

// The root certificate of this ceremony, from its facts. Errors: kInconsistent, kMalformed.
base::Result<ca::Certificate> root_of(const Workplace& work);

// A request of the plan with the certificate that it would become.
struct RequestDraft {
  PlannedRequest planned;
  ca::SigningRequest request;
  ca::CertificateDraft draft;
};

// All requests of the plan, in its order. Each file is read from transfer/in and must have the
// digest of the plan; keys must be new to this root and to each other. Serial numbers are those of
// the fact "requests", so that what is agreed to is what is signed; without it they are drawn.
// Errors, naming the file: kNotFound; kInconsistent where the digest differs; kMalformed;
// kRefusedByPolicy with the first finding against it. One bad request refuses the batch.
base::Result<std::vector<RequestDraft>> request_drafts(const Workplace& work);

// The CRL that comes next: everything of the one before, and what the plan revokes.
// Errors: as RevocationListDraft::of(); kInconsistent where the vault lacks the CRL before.
base::Result<ca::RevocationListDraft> crl_draft(const Workplace& work);

// What people see of a draft: one fact a line.
std::vector<std::string> shown(const ca::Certificate& certificate);
std::vector<std::string> shown(const ca::RevocationList& list);

}  // namespace ceremony
