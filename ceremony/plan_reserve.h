// ceremony/plan_reserve.h - reserve CRLs: a row of CRLs that are signed in one ceremony and
// published one by one, so that the quorum need not meet for each.
//
// Each lists the same and lasts as long as the first one, and begins some days before the one
// before it ends. Whoever holds one could show it after a certificate was revoked, and programs
// would believe it: that is the price, so they lie in the vault until their day, and the next CRL
// that is signed makes all of them void.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ceremony/plan.h"
#include "ceremony/plan_faults.h"

namespace ceremony {

// More are not planned in one ceremony: an activation jumps 100 numbers ahead (ledger_guard.h),
// which must be beyond what a lost site may have signed in its last ceremonies.
inline constexpr std::uint32_t kMostReserveCrls = 12;

// The days of one CRL, YYYY-MM-DD.
struct DaysOfCrl {
  std::string this_update;
  std::string next_update;
};

// Those of the plan's CRL first, then of each reserve CRL, in their order. Where the plan has a
// fault that object_to_reserve() tells, or a day is none: only those of the CRL.
std::vector<DaysOfCrl> days_of_crls(const PlannedCrl& crl);

// An overlap without reserve CRLs, or the reverse; an overlap of nothing, or as long as a CRL; more
// than kMostReserveCrls; a reserve for a last CRL; one that ends after the root of the plan
// ("plan-crl-reserve", "plan-beyond-root").
PlanFaults object_to_reserve(const Plan& plan);

// OCSP responses for a root that has issued nothing yet, or in a drill ("plan-crl-ocsp").
PlanFaults object_to_answers(const Plan& plan);

}  // namespace ceremony
