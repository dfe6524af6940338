// ceremony/fitness.h - the refusal of a computer that may leak a key.

#pragma once

#include <vector>

#include "base/machine.h"
#include "base/result.h"

namespace ceremony {

// Why this computer is not fit for production (kRefusedByPolicy), a sentence for each reason.
base::Error not_fit_for_production(const std::vector<base::MachineCheck>& checks);

}  // namespace ceremony
