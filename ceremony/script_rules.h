// ceremony/script_rules.h - what every script must keep to, as data: blocks/rules.toml.
//
// Order of the acts that no ceremony goes without, roles that never act, roles that differ, and for
// each act its kind and what it reads and makes at the least. docs/formats/script.md.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ceremony {

// An act that every script has, after those before it in the list.
struct RequiredAct {
  std::string act;
  std::string sentence;  // why, for people
};

// A role that has no hand in what is done.
struct OnlookerRole {
  std::string role;
  std::vector<std::string> but;  // kinds of steps in which it may act: those that only agree
  std::string sentence;
};

// Where a script has both acts, different roles do them.
struct SeparatedActs {
  std::string first;
  std::string second;
  std::string sentence;
};

// A step with this act is of this kind, and its lists hold at least these names. Several contracts
// may speak of one act: one for all of its steps, and one for each purpose that asks for more.
struct ActContract {
  std::string act;
  std::string purpose;  // of the step; "": whatever its purpose
  std::string kind;
  std::vector<std::string> needs;
  std::vector<std::string> gives;
  std::vector<std::string> holds;
  std::vector<std::string> drops;
  bool is_of_set = false;  // it works with a share set: with two at hand, the step says which
};

struct ScriptRules {
  std::vector<RequiredAct> every;
  std::vector<OnlookerRole> never_act;
  std::vector<SeparatedActs> differ;
  std::vector<ActContract> acts;
};

// From the text of blocks/rules.toml. Errors: kMalformed, with the line.
base::Result<ScriptRules> parse_script_rules(std::string_view text);

}  // namespace ceremony
