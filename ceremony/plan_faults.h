// ceremony/plan_faults.h - what is wrong with a plan or its annex: every fault, not the first.
//
// parse_plan() refuses a plan for its first fault; `conclave plan check` shows all of them, so that
// a plan is corrected once and not once for each fault.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"

namespace ceremony {

// One fault. `field` is a path as toml++'s at_path() takes it: "root.not_after",
// "request[0].sha256".
struct PlanFault {
  base::ErrorCode code = base::ErrorCode::kInconsistent;
  std::string rule;   // stable, kebab-case: "plan-date"
  std::string field;  // "" where it is about the whole
  std::string message;
  std::size_t line = 0;  // from 1; 0: not known
  base::Severity severity = base::Severity::kError;
};

using PlanFaults = std::vector<PlanFault>;

}  // namespace ceremony
