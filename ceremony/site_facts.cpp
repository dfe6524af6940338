#include "ceremony/site_facts.h"

#include <utility>

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::filesystem::path> home_site(const Workplace& work) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no vault is in this room; bring the vault media of the site"};
  }
  return work.room.sites.front();
}

std::string site_name(const std::filesystem::path& site) {
  return site.filename().string();
}

// The chain must end where the plan goes on.
Result<void> check_chain(const Plan& plan, const LedgerState& ledger) {
  if (ledger.head == plan.previous_head && ledger.sequence + 1 == plan.sequence) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "this copy of the CA's records ends at record " + std::to_string(ledger.sequence) +
                   ", and the plan goes on from another one: the copy is old, or the plan is; "
                   "nothing was signed; find the newer copy, or correct the plan"};
}

Json reserve_facts(const LedgerState& state) {
  Json standing = Json::array();
  for (const ReserveCrl& one : state.reserve_crls) {
    Json fact{{"number", one.number}, {"this_update", one.this_update}};
    if (one.is_void) {
      fact["void"] = true;
    }
    standing.push_back(std::move(fact));
  }
  return standing;
}

Json revoked_facts(const LedgerState& state) {
  Json revoked = Json::array();
  for (const auto& [serial, one] : state.revoked) {
    revoked.push_back({{"serial", serial}, {"date", one.date}, {"reason", one.reason}});
  }
  return revoked;
}

}  // namespace ceremony
