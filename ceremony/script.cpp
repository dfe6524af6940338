#include "ceremony/script.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/script_check.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestScript = 1U << 18U;  // bytes

struct KindName {
  StepKind kind;
  std::string_view name;
};

constexpr std::array kKinds{KindName{StepKind::kAttest, "attest"},
                            KindName{StepKind::kNotify, "notify"},
                            KindName{StepKind::kWait, "wait"},
                            KindName{StepKind::kUnseal, "unseal"},
                            KindName{StepKind::kDestroy, "destroy"},
                            KindName{StepKind::kResume, "resume"},
                            KindName{StepKind::kMeasure, "measure"},
                            KindName{StepKind::kCompare, "compare"},
                            KindName{StepKind::kReadAloud, "read-aloud"},
                            KindName{StepKind::kCompute, "compute"},
                            KindName{StepKind::kDraw, "draw"},
                            KindName{StepKind::kEnterSecret, "enter-secret"},
                            KindName{StepKind::kReadback, "readback"},
                            KindName{StepKind::kLint, "lint"},
                            KindName{StepKind::kConsent, "consent"},
                            KindName{StepKind::kSign, "sign"},
                            KindName{StepKind::kWrite, "write"},
                            KindName{StepKind::kPointOfNoReturn, "point-of-no-return"},
                            KindName{StepKind::kDecide, "decide"},
                            KindName{StepKind::kZeroise, "zeroise"},
                            KindName{StepKind::kSeal, "seal"}};

std::optional<StepKind> kind_named(std::string_view name) {
  for (const KindName& row : kKinds) {
    if (row.name == name) {
      return row.kind;
    }
  }
  return std::nullopt;
}

// A file of steps as it stands, before blocks are put in.
struct StepFile {
  toml::table table;
  std::string sha256;
};

Result<StepFile> read_step_file(const std::filesystem::path& path) {
  auto bytes = base::read_file(path, kLargestScript);
  if (!bytes) {
    return std::move(bytes).error().while_doing("the script");
  }
  auto table = parse_toml(base::text_of(*bytes), "the script " + path.filename().string());
  if (!table) {
    return std::move(table).error();
  }
  return StepFile{.table = std::move(table).value(), .sha256 = base::sha256_hex(*bytes)};
}

std::optional<WhichSet> set_named(std::string_view name) {
  for (const auto set : {WhichSet::kNew, WhichSet::kOld}) {
    if (name == name_of(set)) {
      return set;
    }
  }
  return std::nullopt;
}

Result<Step> read_step(const toml::table& section, const std::string& where) {
  TomlTable table(section, where);
  Step step;
  step.id = table.text("id");
  const std::string kind = table.text("kind");
  step.act = table.text("act", Presence::kOptional);
  step.title = table.text("title");
  step.say = table.text("say", Presence::kOptional);
  step.actor = table.text("actor");
  step.witness = table.text("witness");
  step.phrase = table.text("phrase", Presence::kOptional);
  step.purpose = table.text("purpose", Presence::kOptional);
  const std::string set = table.text("set", Presence::kOptional);
  step.needs = table.texts("needs");
  step.gives = table.texts("gives");
  step.guard = table.texts("guard");
  step.holds = table.texts("holds");
  step.drops = table.texts("drops");
  step.is_fresh = table.flag("fresh");
  step.is_private = table.flag("private");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  step.set = set_named(set);
  if (!set.empty() && !step.set) {
    return Error{ErrorCode::kMalformed,
                 where + ": step \"" + step.id + "\" works with a share set called \"" + set +
                     "\"; write \"old\" or \"new\""};
  }
  const auto known = kind_named(kind);
  if (!known) {
    return Error{ErrorCode::kMalformed,
                 where + ": step \"" + step.id + "\" is of a kind that does not exist, \"" + kind +
                     "\"; correct its spelling"};
  }
  step.kind = *known;
  return step;
}

// The name of the block that a step stands for; "" where it is a step of its own.
Result<std::string> block_in(const toml::table& section, const std::string& where) {
  const auto* const block = section.get("block");
  if (block == nullptr) {
    return std::string();
  }
  std::string name = block->value_or(std::string());
  if (section.size() != 1 || name.empty() || name.find('/') != std::string::npos) {
    return Error{ErrorCode::kMalformed, where + ": a block stands alone: block = \"prologue\""};
  }
  return name;
}

Result<void> add_step(const toml::table& section, const std::string& where, std::vector<Step>& to) {
  auto step = read_step(section, where);
  if (!step) {
    return std::move(step).error();
  }
  to.push_back(std::move(step).value());
  return {};
}

// Where blocks lie, and the digests of the files that a script is made of.
struct Blocks {
  std::filesystem::path folder;
  std::string digests;
};

// Adds the steps of a block's file; a block in a block is refused as an unknown key.
Result<void> add_block(const std::string& name, Blocks& blocks, std::vector<Step>& to) {
  auto file = read_step_file(blocks.folder / (name + ".toml"));
  if (!file) {
    return std::move(file).error();
  }
  blocks.digests += file->sha256;
  const std::string where = "the block " + name;
  TomlTable table(file->table, where);
  const auto steps = table.tables("step");
  if (auto done = table.finish(); !done) {
    return done;
  }
  for (const toml::table* const section : steps) {
    if (auto added = add_step(*section, where, to); !added) {
      return added;
    }
    to.back().block = name;
  }
  return {};
}

// Adds the steps of a script's own file to `to`; blocks are one level deep.
Result<void> add_steps(const std::vector<const toml::table*>& sections,
                       const std::string& where,
                       Blocks& blocks,
                       std::vector<Step>& to) {
  for (const toml::table* const section : sections) {
    auto block = block_in(*section, where);
    if (!block) {
      return std::move(block).error();
    }
    auto added = block->empty() ? add_step(*section, where, to) : add_block(*block, blocks, to);
    if (!added) {
      return added;
    }
  }
  return {};
}

// What all scripts keep to; part of what a script is made of.
Result<ScriptRules> read_rules(Blocks& blocks) {
  auto bytes = base::read_file(blocks.folder / "rules.toml", kLargestScript);
  if (!bytes) {
    return std::move(bytes).error().while_doing("the rules of all scripts");
  }
  blocks.digests += base::sha256_hex(*bytes);
  return parse_script_rules(base::text_of(*bytes));
}

// Reads the names of modes. Errors: kInvalidArgument for one that does not exist.
Result<std::vector<Mode>> modes_named(const std::vector<std::string>& names) {
  std::vector<Mode> modes;
  for (const std::string& name : names) {
    auto mode = mode_named(name);
    if (!mode) {
      return std::move(mode).error();
    }
    modes.push_back(*mode);
  }
  return modes;
}

// The blocks that belong to every script.
Result<void> add_common(Blocks& blocks, Script& script) {
  auto added = add_block("abort", blocks, script.abort_steps);
  if (added) {
    added = add_block("resume", blocks, script.resume_steps);
  }
  if (!added) {
    return added;
  }
  auto rules = read_rules(blocks);
  if (!rules) {
    return std::move(rules).error();
  }
  script.rules = std::move(rules).value();
  return {};
}

}  // namespace

std::string_view name_of(StepKind kind) {
  for (const KindName& row : kKinds) {
    if (row.kind == kind) {
      return row.name;
    }
  }
  return "?";
}

std::string_view name_of(WhichSet set) {
  return set == WhichSet::kOld ? "old" : "new";
}

Result<void> check_script(const Script& script, const std::vector<std::string_view>& acts) {
  const std::vector<ScriptFault> faults = object_to_script(script, acts);
  if (faults.empty()) {
    return {};
  }
  const ScriptFault& first = faults.front();
  const std::string step = first.step.empty() ? "" : ", step \"" + first.step + "\"";
  return Error{ErrorCode::kInconsistent, "the script " + script.name + step + ": " + first.message};
}

Result<Script> read_script(const ScriptFiles& files) {
  auto file = read_step_file(files.script);
  if (!file) {
    return std::move(file).error();
  }
  const std::string name = files.script.stem().string();
  const std::string where = "the script " + name;
  TomlTable table(file->table, where);
  Script script{.name = table.text("script"),
                .title = table.text("title"),
                .modes = {},
                .steps = {},
                .final_facts = table.texts("final"),
                .needs_record = table.flag("needs_record"),
                .sha256 = {}};
  const std::vector<std::string> mode_names = table.texts("modes", Presence::kRequired);
  const auto steps = table.tables("step");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  auto modes = modes_named(mode_names);
  if (!modes) {
    return std::move(modes).error().while_doing(where);
  }
  script.modes = std::move(modes).value();
  Blocks blocks{.folder = files.blocks, .digests = file->sha256};
  auto added = add_steps(steps, where, blocks, script.steps);
  if (added) {
    added = add_common(blocks, script);
  }
  if (!added) {
    return std::move(added).error();
  }
  if (script.name != name) {
    return Error{ErrorCode::kInconsistent, where + " calls itself \"" + script.name + "\""};
  }
  script.sha256 = base::sha256_hex(base::bytes_of(blocks.digests));
  return script;
}

Result<Script> load_script(const std::filesystem::path& folder,
                           std::string_view name,
                           const std::vector<std::string_view>& acts) {
  auto script =
      read_script({.script = folder / (std::string(name) + ".toml"), .blocks = folder / "blocks"});
  if (!script) {
    return script;
  }
  if (auto checked = check_script(*script, acts); !checked) {
    return std::move(checked).error();
  }
  return script;
}

}  // namespace ceremony
