#include "ceremony/new_revocations.h"

#include <set>
#include <string>

#include "base/text_encoding.h"

namespace ceremony {

std::vector<PlannedRevocation> new_revocations(const Workplace& work,
                                               const std::vector<ca::Revocation>& listed) {
  std::vector<PlannedRevocation> added = work.plan.crl->revocations;
  const auto recorded = work.facts.find("revoked");
  if (recorded == work.facts.end()) {
    return added;
  }
  std::set<std::string> known;
  for (const ca::Revocation& one : listed) {
    known.insert(base::to_hex(one.serial));
  }
  for (const PlannedRevocation& one : added) {
    known.insert(one.serial);
  }
  for (const Json& one : recorded->second) {
    const std::string serial = one.value("serial", "");
    if (known.insert(serial).second) {
      added.push_back(
          {.serial = serial, .date = one.value("date", ""), .reason = one.value("reason", "")});
    }
  }
  return added;
}

}  // namespace ceremony
