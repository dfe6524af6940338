// ceremony/plan_rules.h - what a plan or an annex must keep to, judged by itself alone.
//
// No file beside it is looked at; for requests, ledger, script and calendar see plan_check.h.

#pragma once

#include "ceremony/plan.h"
#include "ceremony/plan_faults.h"
#include "ceremony/plan_sections.h"

namespace ceremony {

// Everything that is wrong with a plan whose keys and types are right; warnings too. `plan.sha256`
// is not read.
PlanFaults object_to_plan(const Plan& plan);

// Everything that is wrong with an annex, but for its quorum: see Quorum::of().
PlanFaults object_to_annex(const AnnexReading& reading);

// Whether `text` is a SHA-256 as files hold it: 64 digits of 0-9 and a-f.
bool is_hex_digest(const std::string& text);

}  // namespace ceremony
