// ceremony/plan_crl_template.h - the fixed texts of a plan's template about a CRL, and about what
// is signed beside it.

#pragma once

#include <string_view>

namespace ceremony {

// The beginning of [crl].
inline constexpr std::string_view kCrlHead =
    "\n# The list of what was revoked.\n"
    "[crl]\n"
    "# Its day, and the day before which the next one must be published (at most 365 later).\n";

// Lines of [crl], commented out: the row of reserve CRLs.
inline constexpr std::string_view kReservePart =
    "# Reserve CRLs, to be published one by one without a ceremony as long as nothing is revoked:\n"
    "# how many, and by how many days each begins before the one before it ends.\n"
    "# reserve = 2\n"
    "# reserve_overlap_days = 30\n";

// The same for a CRL that is not the first.
inline constexpr std::string_view kOcspPart =
    "# An OCSP response of the root for each subordinate that is still valid (a root by the "
    "profile\n"
    "# root-ocsp only):\n"
    "# ocsp = true\n";

}  // namespace ceremony
