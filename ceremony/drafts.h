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

// What a plan says about the certificate for one request; the serial number is drawn later.
// Errors: kMalformed for its dates.
base::Result<ca::CertificatePlan> certificate_plan_of(const PlannedRequest& planned);

// The profile of that name. Errors: as ca::load_profile().
base::Result<ca::CertificateProfile> profile_of(const Workplace& work, const std::string& name);

// From the first second of one day to the last of another. Errors: kMalformed for no date.
struct PlannedDates {
  const std::string& not_before;  // YYYY-MM-DD
  const std::string& not_after;   // YYYY-MM-DD
};
base::Result<ca::Validity> validity_of(const PlannedDates& dates);

// Every certificate that the home site keeps as issued. Errors: as base::read_file(); kMalformed.
base::Result<std::vector<ca::Certificate>> issued_certificates(const Workplace& work);

// What people see of a draft: one fact a line.
std::vector<std::string> shown(const ca::Certificate& certificate);
std::vector<std::string> shown(const ca::RevocationList& list);

}  // namespace ceremony
