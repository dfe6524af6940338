#include "ceremony/fitness.h"

#include <string>

namespace ceremony {

base::Error not_fit_for_production(const std::vector<base::MachineCheck>& checks) {
  std::string what;
  for (const base::MachineCheck& check : checks) {
    for (const base::Finding& finding : check.findings) {
      what += finding.severity == base::Severity::kError ? " " + finding.message : "";
    }
  }
  return base::Error{base::ErrorCode::kRefusedByPolicy,
                     "this computer is not fit for a production ceremony:" + what};
}

}  // namespace ceremony
