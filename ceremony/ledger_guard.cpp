#include "ceremony/ledger_guard.h"

#include <algorithm>

#include "ceremony/ledger_slip.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The latest epoch that a record opens; 0: none.
std::uint64_t epoch_opened_by(const LedgerRecord& record) {
  std::uint64_t latest = 0;
  for (const LedgerEvent& event : record.events) {
    if (const auto* const opened = std::get_if<OpenedEpoch>(&event); opened != nullptr) {
      latest = std::max(latest, opened->epoch);
    } else if (const auto* const merge = std::get_if<MergedBranch>(&event); merge != nullptr) {
      latest = std::max(latest, merge->opened.epoch);
    }
  }
  return latest;
}

Error not_live(const LedgerState& state, const std::string& site) {
  return Error{ErrorCode::kRefusedByPolicy,
               "Another site is live: " + state.live_site + ", since epoch " +
                   std::to_string(state.epoch) + ". The site " + site +
                   " may only import (conclave ledger import) until a return or an activation "
                   "makes it live. Nothing was signed."};
}

Error not_declared(const LedgerState& state, const std::string& ceremony) {
  std::string allowed;
  for (const std::string& one : state.allowed) {
    allowed += (allowed.empty() ? "" : ", ") + one;
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "The activation of " + state.live_site + " was declared for " + allowed +
                   " and not for " + ceremony +
                   ". Nothing was signed. Let the primary site return first, or declare another "
                   "activation."};
}

}  // namespace

SiteAct site_act_of(const Step& step) {
  if (step.purpose == "activate") {
    return SiteAct::kActivate;
  }
  return step.purpose == "return" ? SiteAct::kReturn : SiteAct::kOrdinary;
}

Result<void> check_live(const LedgerState& state, const SiteIntent& intent) {
  const bool is_live = state.live_site.empty() || state.live_site == intent.site;
  if (intent.act == SiteAct::kActivate) {
    return {};
  }
  if (intent.act == SiteAct::kReturn) {
    if (state.live_site.empty() || state.live_site == intent.site) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "The site " + intent.site +
                       " is live already, so there is nothing to give back to it. Nothing was "
                       "done. Correct the plan."};
    }
    return {};
  }
  if (!is_live) {
    return not_live(state, intent.site);
  }
  const bool is_declared =
      state.allowed.empty() ||
      std::find(state.allowed.begin(), state.allowed.end(), intent.ceremony) != state.allowed.end();
  return is_declared ? Result<void>() : not_declared(state, intent.ceremony);
}

Result<void> check_presented(const Ledger& ledger,
                             const LedgerState& state,
                             const std::vector<LedgerRecord>& presented) {
  std::uint64_t highest = 0;
  bool is_fork = false;
  for (const LedgerRecord& record : presented) {
    if (ledger.has(record.head)) {
      continue;
    }
    if (const std::uint64_t epoch = epoch_opened_by(record); epoch > state.epoch) {
      return fenced(state, epoch, "a record that was brought");
    }
    highest = std::max(highest, record.sequence);
    is_fork = is_fork || record.sequence <= state.sequence;
  }
  if (highest == 0) {
    return {};
  }
  const std::string what =
      is_fork ? "This copy of the CA record has another entry than a record that was brought: "
                "both sites have acted. Import it, and merge."
              : "This copy of the CA record ends at entry " + std::to_string(state.sequence) +
                    "; a record that was brought is entry " + std::to_string(highest) +
                    ". Import it first (conclave ledger import).";
  return Error{ErrorCode::kInconsistent, what + " Nothing was signed."};
}

}  // namespace ceremony
