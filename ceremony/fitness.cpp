#include "ceremony/fitness.h"

namespace ceremony {

std::string what_makes_unfit(const std::vector<base::MachineCheck>& checks) {
  std::string what;
  for (const base::MachineCheck& check : checks) {
    for (const base::Finding& finding : check.findings) {
      what += finding.severity == base::Severity::kError ? " " + finding.message : "";
    }
  }
  return what;
}

base::Error not_fit_for_production(const std::vector<base::MachineCheck>& checks) {
  return base::Error{
      base::ErrorCode::kRefusedByPolicy,
      "this computer is not fit for a production ceremony:" + what_makes_unfit(checks)};
}

}  // namespace ceremony
