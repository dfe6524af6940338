// ceremony/ledger_guard.h - what a site may do, by what its ledger and others' records say about
// who is live.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/ledger.h"
#include "ceremony/script.h"

namespace ceremony {

// What a ceremony wants of the site where it is held.
enum class SiteAct {
  kOrdinary,  // sign, or add to the records in another way
  kActivate,  // become live because the other cannot act
  kReturn,    // become live because the other gives back
};

// What a step that looks at the vault does so for, by its purpose.
SiteAct site_act_of(const Step& step);

struct SiteIntent {
  std::string site;
  std::string ceremony;
  SiteAct act = SiteAct::kOrdinary;
};

// Whether the site is live, and the ceremony one of those that its activation was declared for.
// Errors: kRefusedByPolicy.
base::Result<void> check_live(const LedgerState& state, const SiteIntent& intent);

// Whether the ledger knows of everything that other records tell (published ones, or another
// site's). Errors: kRefusedByPolicy where one opens a later epoch (this site is fenced);
// kInconsistent where the ledger lacks one (it is behind, or both sites acted).
base::Result<void> check_presented(const Ledger& ledger,
                                   const LedgerState& state,
                                   const std::vector<LedgerRecord>& presented);

// The number of the CRL that an activation signs: 100 above the highest known, so that it is above
// whatever the lost site may have signed. DESIGN.md section 5.
inline constexpr std::uint64_t kActivationJump = 100;

}  // namespace ceremony
