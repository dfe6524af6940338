// ceremony/plan_check.h - everything that is wrong with a plan, found before anybody travels.
//
// Beside the plan itself it looks at what the plan speaks of: the script, the profiles, the annex,
// the requests, the records before it, and the calendar. Every fault is told, not the first.

#pragma once

#include <filesystem>
#include <optional>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/result.h"
#include "ceremony/plan_faults.h"

namespace ceremony {

// What a plan is compared with. An empty path: not given; what it would show is not looked at.
struct PlanPapers {
  std::filesystem::path plan;
  std::filesystem::path annex;
  std::filesystem::path requests;  // folder with the request files
  std::filesystem::path ledger;    // folder with the closed public records
  std::filesystem::path data;      // of Conclave: scripts and profiles
  base::Date today;
};

struct PlanReport {
  base::Digest digest{};  // of the plan file: what is read aloud in 32 words
  std::optional<base::Digest> annex_digest;
  PlanFaults plan;   // in the order of the lines where those are known
  PlanFaults annex;  // of the annex: never with k, n or a name
};

// Whether a ceremony may be held with it: no fault is an error.
bool is_sound(const PlanReport& report);

// Errors: as base::read_file() for plan and annex; kMalformed where the ledger or the script cannot
// be read at all. Whatever is wrong with what could be read is in the report.
base::Result<PlanReport> check_plan(const PlanPapers& papers);

}  // namespace ceremony
