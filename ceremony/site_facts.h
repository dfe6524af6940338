// ceremony/site_facts.h - what the acts about sites share.

#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/ledger.h"

namespace ceremony {

// The vault folder of the site where the ceremony is held. Errors: kRefusedByPolicy.
base::Result<std::filesystem::path> home_site(const Workplace& work);

// What the records call the site that a vault folder is of.
std::string site_name(const std::filesystem::path& site);

// The chain must end where the plan goes on. Errors: kInconsistent.
base::Result<void> check_chain(const Plan& plan, const LedgerState& ledger);

// The reserve CRLs that the next CRL makes void: [{"number", "this_update"}]; and those that a
// merge has made void before, with {"void": true}.
Json reserve_facts(const LedgerState& state);

// What the next CRL must list: [{"serial", "date", "reason"}].
Json revoked_facts(const LedgerState& state);

}  // namespace ceremony
