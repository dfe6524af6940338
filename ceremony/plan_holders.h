// ceremony/plan_holders.h - the sections [[holder]] of an annex: who holds a share, and on what.

#pragma once

#include <cstddef>
#include <string>

#include <toml++/toml.h>

#include "ceremony/plan_faults.h"
#include "ceremony/toml_table.h"

namespace ceremony {

// What carries a share: a stick (the locked share as a file, and a card printed from it), the
// printed card alone, or the holder's own token (smartcard).
inline constexpr const char* kOnStick = "stick";
inline constexpr const char* kOnCard = "card";
inline constexpr const char* kOnToken = "token";

// What is known of a share: verified, gone, or in doubt. Only good ones count.
inline constexpr const char* kShareGood = "good";
inline constexpr const char* kShareLost = "lost";
inline constexpr const char* kShareSuspect = "suspect";

// A Key Executive as the annex names one. Confidential.
struct PlannedHolder {
  std::string folder;               // name of the holder's stick (a folder)
  std::string seat;                 // "A", "B", ...: what the room calls the holder
  std::string continent;            // where the share is kept
  std::string possession_key = {};  // 64 hex digits, where the share exists already; else ""
  std::string carrier = kOnStick;   // kOnStick, kOnCard or kOnToken
  std::string health = kShareGood;  // kShareGood, kShareLost or kShareSuspect, as it was found last
  std::string bag = {};             // number of the bag that the share lies in; "": not known
};

// Reads a section as it stands; what is wrong with its keys is in the table's faults.
PlannedHolder read_holder(TomlTable& table);

// What is wrong with a section whose keys and types are right; `index` is its place, from 0.
void object_to_holder(const PlannedHolder& holder, std::size_t index, PlanFaults& faults);

toml::table holder_table(const PlannedHolder& holder);

}  // namespace ceremony
