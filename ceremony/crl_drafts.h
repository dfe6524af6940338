// ceremony/crl_drafts.h - the CRLs and OCSP responses that a plan asks for, built and linted before
// any key is asked.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ca/issuer.h"
#include "ca/revocation_list.h"
#include "ceremony/action.h"

namespace ceremony {

// The CRL that comes next (`place` 0): everything of the one before, and what the plan revokes; or
// the reserve CRL of that place in its row, from 1 to that of the plan: the same list, the next
// number, later days. Errors: as RevocationListDraft::of(); kInconsistent where the vault lacks the
// CRL before; kInvalidArgument where a reserve CRL that may be published already is dated later.
base::Result<ca::RevocationListDraft> crl_draft(const Workplace& work, std::size_t place = 0);

// An OCSP response for each CA certificate that this root has issued and that is still valid when
// `list` begins, where the plan asks for them: what the list says. A file in ca/ that the records
// do not know, or whose ceremony was given up, has none. Errors: as OcspResponseDraft::of() and
// read_ledger(); kInconsistent where there is no such certificate.
base::Result<std::vector<ca::OcspResponseDraft>> ocsp_drafts(const Workplace& work,
                                                             const ca::RevocationList& list);

// A reserve CRL of an earlier ceremony, which the next CRL makes void, or a merge has.
struct StandingReserve {
  std::uint64_t number = 0;
  std::string this_update;  // YYYY-MM-DD: it was not to be published before
  bool is_void = false;     // since a merge; it may have been published before that
};

// Those that the vault's records know of (fact "standing-reserve").
std::vector<StandingReserve> standing_reserve(const Workplace& work);

// The highest number of a CRL that was signed before this ceremony, as far as its vault and the
// published CRL tell: reserve CRLs and void ones too. The next number is above it.
std::uint64_t highest_known_number(const Workplace& work);

// What people see of a response: one line.
std::string shown(const ca::OcspResponseDraft& draft);

}  // namespace ceremony
