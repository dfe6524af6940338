// ceremony/ledger_crls.h - how the CRLs and OCSP responses of a record, or of a branch, change the
// state of its CA. A part of the fold of ledger.h.

#pragma once

#include <cstdint>

#include "base/result.h"
#include "ceremony/ledger.h"

namespace ceremony {

// The newest CRL, or one more of its reserve, which lists the same. `before`: the highest number of
// the records before this one; in one record a step that was done again says the same again.
// Errors: kInconsistent where its number does not rise, or it no longer lists a certificate that
// was revoked and is still valid; for a reserve CRL where its record has no CRL before it, or
// another serial number, date or reason than that.
base::Result<void> fold_crl(const IssuedCrl& crl, std::uint64_t before, LedgerState& state);

// `before`: as of fold_crl(). Errors: kInconsistent where its record has no CRL before it, or that
// says another thing of the certificate.
base::Result<void> fold_answer(const IssuedOcspResponse& answer,
                               std::uint64_t before,
                               LedgerState& state);

// What join_branch() says of CRLs, revocations and OCSP responses.
void join_crls(const LedgerState& other, LedgerState& state);

}  // namespace ceremony
