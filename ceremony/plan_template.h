// ceremony/plan_template.h - a plan to be filled in: every section that a ceremony needs,
// explained.
//
// What a person must replace stands in angle brackets, "<SHA-256 OF THE FILE>"; `conclave plan
// check` names each that is left.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/result.h"
#include "ceremony/mode.h"
#include "ceremony/plan.h"
#include "ceremony/script.h"

namespace ceremony {

// What is known of the records before. Without any, the ceremony is the first.
struct PlanBeginnings {
  std::uint64_t sequence = 1;
  std::string previous_head;           // 64 hex digits
  std::string joined;                  // head of the other branch of forked records; else ""
  std::vector<PlannedSigner> signers;  // of the last record, to be compared with the paper roster
};

// From the folder of all records (their chain is followed to its end; of two branches the one that
// a merge would keep), or from the folder of one.
// Errors: kNotFound, kMalformed, kInconsistent.
base::Result<PlanBeginnings> read_beginnings(const std::filesystem::path& folder);

// The beginnings of a first ceremony.
PlanBeginnings first_beginnings();

// The text of a plan for `script`, to be held on `date`. The mode is REHEARSAL where the script
// allows it: whoever wants PRODUCTION writes so.
std::string plan_template(const Script& script, const PlanBeginnings& beginnings, base::Date date);

// The text of the annex, with a fresh salt of 256 bits; "" where the ceremony has none.
std::string annex_template(const Script& script);

}  // namespace ceremony
