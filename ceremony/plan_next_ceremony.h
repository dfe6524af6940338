// ceremony/plan_next_ceremony.h - a CRL lives until the ceremony that makes the next one, and some
// time longer: that ceremony may be put off, or have to be held again.

#pragma once

#include <chrono>
#include <string>

#include "ceremony/plan.h"
#include "ceremony/plan_faults.h"

namespace ceremony {

// What is wanted between the next ceremony and the end of the CRL: time for a stand-by day.
// Source: reference/ceremonies.md section 6 ("nextUpdate minus slack (>= 60 days)").
inline constexpr std::chrono::days kCrlSlack{60};

// `next_ceremony` of the plan's CRL against its `next_update` (or that of its last reserve CRL) and
// the plan's own day; nothing where the plan names none, or where one of the days is none. Faults:
// an error for a next ceremony that is not after this one ("plan-dates-order"), and for a CRL that
// is over when it comes
// ("plan-crl-gap"); a warning where less than kCrlSlack is between them ("plan-crl-slack"). The
// last two name the three days: of the ceremony, the CRL's end, and the end that is wanted.
PlanFaults compare_with_next_ceremony(const Plan& plan);

}  // namespace ceremony
