// ceremony/script_check.h - everything that is wrong with a script, told before anybody is in the
// room.
//
// Each need is given, roles differ and are separated, acts exist and get what they read, nothing
// irreversible comes before its guard, nothing leads nowhere, no secret is left at the end.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ceremony/script.h"

namespace ceremony {

struct ScriptFault {
  std::string rule;  // stable, kebab-case: "script-need"
  std::string step;  // its id; "" where it is about the whole
  std::string message;
};

// Every fault, in the order of the steps. `acts` are the names of the action table.
std::vector<ScriptFault> object_to_script(const Script& script,
                                          const std::vector<std::string_view>& acts);

}  // namespace ceremony
