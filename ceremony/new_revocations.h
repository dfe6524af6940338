// ceremony/new_revocations.h - what the next CRL lists and the one before it did not.

#pragma once

#include <vector>

#include "ca/revocation_list_builder.h"
#include "ceremony/action.h"

namespace ceremony {

// The plan's revocations, and those of the records (fact "revoked") that are not among `listed`:
// after a merge, the other branch's. Requires: a plan with a section [crl].
std::vector<PlannedRevocation> new_revocations(const Workplace& work,
                                               const std::vector<ca::Revocation>& listed);

}  // namespace ceremony
