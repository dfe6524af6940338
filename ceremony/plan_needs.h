// ceremony/plan_needs.h - which sections of plan and annex a ceremony needs, told from its script.
//
// One table from acts to sections, used by the templates and by the check, so that a new ceremony
// made of known acts has a template without any code.

#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ceremony/script.h"

namespace ceremony {

enum class PlanSection {
  kObjective,       // objective_seconds
  kRoot,            // [root]
  kCrl,             // [crl]
  kRequests,        // [[request]] or [batch]
  kActivation,      // [activation]
  kMerge,           // [merge]
  kSigningKey,      // [signing_key]
  kSigning,         // [signing]
  kArtefacts,       // [[artefact]]
  kQuorum,          // annex: threshold
  kHolders,         // annex: [[holder]]
  kPossessionKeys,  // annex: possession_key of every [[holder]]
  kSites,           // annex: [[site]]
};

// Everything that the acts of the script's own steps read.
std::set<PlanSection> sections_needed(const Script& script);

// Whether any of them stands in the annex.
bool needs_annex(const std::set<PlanSection>& sections);

// A role with the first step that wants it: its title.
struct RoleNeed {
  std::string role;
  std::string title;
};

// Every role that acts or acknowledges anywhere, also when the ceremony is given up or paused.
std::vector<RoleNeed> roles_needed(const Script& script);

}  // namespace ceremony
