// ceremony/plan_sections.h - reads the sections of a plan and of its annex as they stand.
//
// What is read here has the right keys and types; whether it makes sense is for plan_rules.h.
// A new section is a reader here, a member in plan.h and a line in plan_writer.cpp.

#pragma once

#include <optional>

#include <toml++/toml.h>

#include "ceremony/plan.h"
#include "ceremony/plan_faults.h"
#include "shamir/quorum.h"

namespace ceremony {

// A plan as far as it could be read, and every key that is missing, unknown or of a wrong type.
struct PlanReading {
  Plan plan;
  PlanFaults faults;
};
PlanReading read_plan_sections(const toml::table& file);

// The same of an annex. The quorum is not checked yet: `annex.quorum` is empty.
struct AnnexReading {
  Annex annex;
  std::string salt;
  std::optional<shamir::QuorumNumbers> quorum;  // nothing where there is no "threshold"
  PlanFaults faults;
};
AnnexReading read_annex_sections(const toml::table& file);

}  // namespace ceremony
