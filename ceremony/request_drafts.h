// ceremony/request_drafts.h - the requests of a plan, one after the other, with what each becomes.
//
// One bad request neither stops nor spoils the others: it is refused, with its reason, and the rest
// goes on. Only a few are held at a time, so that a thousand take the memory of those.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/finding.h"
#include "base/result.h"
#include "ca/issuer.h"
#include "ca/signing_request.h"
#include "ceremony/action.h"
#include "ceremony/plan_requests.h"

namespace ceremony {

// A request of the plan with the certificate that it would become.
struct RequestDraft {
  ca::SigningRequest request;
  ca::CertificateDraft draft;
};

// What became of one request.
struct RequestLook {
  PlannedRequest planned;
  std::optional<RequestDraft> draft;  // absent: refused
  std::string refusal;                // why: file missing or another one, or the first finding
};

// A finding that stands against a certificate, as the reason that is told.
std::string reason_of(const base::Finding& finding);

// Calls `look` for every request of the plan in its order, until that fails; it may take the draft.
// The next few are worked out beside it, in threads of their own where there are many. Each file is
// read from transfer/in and must have the digest of the plan; keys must be new to this root and to
// each other, but for a renewal's. The fact "requests" holds what was decided when they were
// checked: what was refused then stays refused, and serial numbers are those drawn then, so that
// what is agreed to is what is signed. Errors: kNotFound, kInconsistent, kMalformed for the list of
// a batch; kInconsistent for a request that was good when it was checked and no longer is, naming
// its file; that of `look`.
base::Result<void> for_each_request(const Workplace& work,
                                    const std::function<base::Result<void>(RequestLook&)>& look);

}  // namespace ceremony
