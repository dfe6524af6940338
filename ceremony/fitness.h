// ceremony/fitness.h - the refusal of a computer that may leak a key; where nothing real is at
// stake, a warning.

#pragma once

#include <string>
#include <vector>

#include "base/machine.h"
#include "base/result.h"

namespace ceremony {

// The findings that are errors, each a sentence with a blank before it; "" where there are none.
std::string what_makes_unfit(const std::vector<base::MachineCheck>& checks);

// Why this computer is not fit for production (kRefusedByPolicy), a sentence for each reason.
base::Error not_fit_for_production(const std::vector<base::MachineCheck>& checks);

}  // namespace ceremony
