// ceremony/script.h - a ceremony as data: its steps, who does them, what each needs and gives.
//
// A script is a TOML file; a step `block = "prologue"` stands for the steps of
// blocks/prologue.toml. blocks/abort.toml and blocks/resume.toml belong to every script: how a
// ceremony that is given up is closed, and how one that was paused goes on. A script is checked
// when it is loaded, before anybody is in the room: script_check.h. docs/formats/script.md.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/mode.h"
#include "ceremony/script_rules.h"

namespace ceremony {

// What happens in a step, as people see it. Closed: one page each in the desktop.
enum class StepKind {
  kAttest,           // somebody says that something is so
  kNotify,           // people elsewhere are told
  kWait,             // until a time that the plan says has passed
  kMeasure,          // the machine looks at something and records it
  kCompare,          // expected against seen
  kReadAloud,        // words of a digest
  kCompute,          // the machine works
  kUnseal,           // a bag or safe is opened, its number compared
  kDraw,             // by lot
  kEnterSecret,      // holders, one after the other, each alone at the screen
  kReadback,         // what was written is opened anew
  kLint,             // a check that must find nothing
  kConsent,          // a phrase typed exactly
  kSign,             // the root key signs
  kWrite,            // files go to media, each read back
  kPointOfNoReturn,  // what follows cannot be undone
  kDestroy,          // a medium or a key is made useless
  kResume,           // back from a pause: seals and ticket are compared
  kDecide,           // a choice, recorded
  kZeroise,          // secrets wiped
  kSeal,             // signatures under the record
};

std::string_view name_of(StepKind kind);

// Which of two share sets a step works with, where one takes over from another.
enum class WhichSet {
  kNew,  // the one of the fact "set": that of this vault, or the one that was made today
  kOld,  // the one of the fact "old-set": it is replaced or destroyed
};

// "new", "old".
std::string_view name_of(WhichSet set);

struct Step {
  std::string id;
  StepKind kind = StepKind::kCompute;
  std::string act;  // row of the action table; "" for steps that people do without the machine
  std::string title;
  std::string say;
  std::string actor;                 // role
  std::string witness;               // role, another one
  std::string phrase;                // kConsent, kPointOfNoReturn: what must be typed
  std::vector<std::string> needs;    // facts on disk and things held in memory
  std::vector<std::string> gives;    // facts that are on disk when the step is complete
  std::vector<std::string> holds;    // secrets that are in memory from here
  std::vector<std::string> drops;    // secrets that are wiped here
  std::vector<std::string> guard;    // steps that come first where this one cannot be undone
  std::string purpose;               // a word that the act may want: "sign", "drill"
  std::optional<WhichSet> set = {};  // for acts that open shares or a key; none: the only one
  bool is_fresh = false;  // begins in a new process, so that nothing is left in memory from before
  bool is_private = false;  // only its holder may see the screen
  std::string block = {};   // the block that it comes from; "" for a step of the script's own
};

struct Script {
  std::string name;
  std::string title;
  std::vector<Mode> modes;  // in which it may be run
  std::vector<Step> steps;
  std::vector<Step> abort_steps = {};   // what is done instead of the rest when it is given up
  std::vector<Step> resume_steps = {};  // what is done first when it goes on after a pause
  std::vector<std::string> final_facts = {};  // what the ceremony is held for
  ScriptRules rules = {};                     // what every script keeps to
  bool needs_record = false;  // it reads the confidential records of the ceremonies before it
  std::string sha256;         // over the files that it is made of, in order of use
};

// The script NAME.toml of `folder` with its blocks, checked. `acts` are the names of the action
// table. Errors: kNotFound; kMalformed (file, line); kInconsistent, naming the step at fault.
base::Result<Script> load_script(const std::filesystem::path& folder,
                                 std::string_view name,
                                 const std::vector<std::string_view>& acts);

// The same, read and not checked: for who wants to know everything that is wrong with it.
// Errors: kNotFound; kMalformed (file, line).
struct ScriptFiles {
  std::filesystem::path script;  // the file itself
  std::filesystem::path blocks;  // the folder of the blocks and of rules.toml
};
base::Result<Script> read_script(const ScriptFiles& files);

// The check alone: the first of object_to_script(). Errors: kInconsistent.
base::Result<void> check_script(const Script& script, const std::vector<std::string_view>& acts);

}  // namespace ceremony
