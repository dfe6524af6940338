// ceremony/plan_sites.h - the sections of a plan about who is live: [activation] and [merge].

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "ceremony/plan_faults.h"
#include "ceremony/toml_table.h"

namespace ceremony {

// Why a backup site takes over.
inline constexpr const char* kActivationReasons[] = {
    "primary-lost", "primary-unreachable", "primary-unsafe", "deadline"};

// The declaration of an activation, as it was reviewed beforehand.
struct PlannedActivation {
  std::string reason;                // one of kActivationReasons
  std::vector<std::string> ways;     // at least three, by which the primary is called
  std::string notice;                // bare name in the transfer folder: what everybody is told
  std::string notice_sha256;         // of that file, 64 hex digits
  std::uint32_t waiting_hours = 0;   // from the declaration until anything is opened
  std::vector<std::string> allowed;  // ceremonies that may be held until the primary returns
  bool records_lost = false;         // decided: records that slips or CRLs tell of cannot be found
};

// A merge of two branches of the records.
struct PlannedMerge {
  std::string joined;  // head of the branch that is taken in; the other is previous_head
};

// Reads a section as it stands; what is wrong with its keys is in the table's faults.
PlannedActivation read_activation(TomlTable& table);
PlannedMerge read_merge(TomlTable& table);

// What is wrong with a section whose keys and types are right.
void object_to_activation(const PlannedActivation& activation, PlanFaults& faults);
void object_to_merge(const PlannedMerge& merge, PlanFaults& faults);

toml::table activation_table(const PlannedActivation& activation);
toml::table merge_table(const PlannedMerge& merge);

}  // namespace ceremony
