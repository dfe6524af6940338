// ceremony/plan_comparisons.h - the comparisons that plan_check.h is made of, one for each paper.

#pragma once

#include <filesystem>

#include "base/calendar.h"
#include "ceremony/ledger.h"
#include "ceremony/plan.h"
#include "ceremony/plan_faults.h"
#include "ceremony/plan_sections.h"
#include "ceremony/script.h"

namespace ceremony {

// Roles, modes and sections that the script needs and the plan lacks; and what it has too much.
PlanFaults compare_with_script(const Plan& plan, const Script& script);

// Whether each officer has one role and a key of the own, named after the role.
PlanFaults check_officers(const Plan& plan);

// Dates against each other, against `today`, and against what the profiles allow.
PlanFaults compare_with_calendar(const Plan& plan,
                                 const std::filesystem::path& profiles,
                                 base::Date today);

// The files of the plan in `folder`: there, and with the digest of the plan. In requests nothing
// that would be refused, also by the profile that each is to be signed under.
PlanFaults compare_with_requests(const std::filesystem::path& folder,
                                 const Plan& plan,
                                 const std::filesystem::path& profiles);

// The ceremonies that an activation allows against the scripts in `scripts`.
PlanFaults check_allowed(const Plan& plan, const std::filesystem::path& scripts);

// Number and head against the records before; nothing outlives the root; what is revoked was
// issued.
PlanFaults compare_with_ledger(const Plan& plan, const LedgerState& ledger);

// Whether the root of the records may sign the OCSP responses that the plan asks for.
PlanFaults compare_answers_with_root(const Plan& plan,
                                     const LedgerState& ledger,
                                     const std::filesystem::path& profiles);

// Whether the site of the plan may hold this ceremony, by what the records say about who is live.
PlanFaults compare_with_site(const Plan& plan, const Script& script, const LedgerState& ledger);

// What the script needs of the annex. Messages name no number and no holder.
PlanFaults compare_annex_with_script(const AnnexReading& reading,
                                     const Script& script,
                                     const Plan& plan);

}  // namespace ceremony
