// ceremony/live_vault.h - a site that was not there at a re-share gets the vault of the live set.

#pragma once

#include "base/result.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_files.h"

namespace ceremony {

// Copies header and blob of the generation that is live by `state` from `home` to `other`, where
// `home` has them whole and `other` lacks them; each is read back, and the header comes last. What
// was replaced is never copied, so what was destroyed does not come back. The first generation is
// none of a re-share, and is not copied. Errors: as base::save_new_or_same().
base::Result<void> bring_live_vault(const TwoSites& sites, const LedgerState& state);

}  // namespace ceremony
