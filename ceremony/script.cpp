#include "ceremony/script.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
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
  step.needs = table.texts("needs");
  step.gives = table.texts("gives");
  step.holds = table.texts("holds");
  step.drops = table.texts("drops");
  step.is_fresh = table.flag("fresh");
  step.is_private = table.flag("private");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
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

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

Error at_step(const Script& script, const Step& step, const std::string& what) {
  return Error{ErrorCode::kInconsistent,
               "the script " + script.name + ", step \"" + step.id + "\": " + what};
}

// What is known before a step while a script is walked through.
struct Walk {
  std::vector<std::string> ids;
  std::vector<std::string> given;
  std::vector<std::string> held;
};

Result<void> check_people(const Script& script, const Step& step) {
  if (step.actor == step.witness) {
    return at_step(script, step, "the same role acts and acknowledges; name two different roles");
  }
  const bool wants_phrase =
      step.kind == StepKind::kConsent || step.kind == StepKind::kPointOfNoReturn;
  if (wants_phrase == step.phrase.empty()) {
    return at_step(script, step, "a phrase to type belongs to a consent, and only there");
  }
  return {};
}

Result<void> walk_step(const Script& script, const Step& step, Walk& walk) {
  if (contains(walk.ids, step.id)) {
    return at_step(script, step, "this name stands twice; give each step its own");
  }
  walk.ids.push_back(step.id);
  if (step.is_fresh) {
    walk.held.clear();
  }
  for (const std::string& need : step.needs) {
    if (!contains(walk.given, need) && !contains(walk.held, need)) {
      return at_step(script, step, "it needs \"" + need + "\", which nothing before it gives");
    }
  }
  for (const std::string& drop : step.drops) {
    if (!contains(walk.held, drop)) {
      return at_step(script, step, "it wipes \"" + drop + "\", which is not held here");
    }
    std::erase(walk.held, drop);
  }
  walk.given.insert(walk.given.end(), step.gives.begin(), step.gives.end());
  walk.held.insert(walk.held.end(), step.holds.begin(), step.holds.end());
  return {};
}

// One row of steps: the script's own, or one of the blocks that stand for themselves.
Result<void> check_steps(const Script& script,
                         const std::vector<Step>& steps,
                         const std::vector<std::string_view>& acts) {
  Walk walk;
  for (const Step& step : steps) {
    if (!step.act.empty() && std::find(acts.begin(), acts.end(), step.act) == acts.end()) {
      return at_step(script, step, "there is no act called \"" + step.act + "\"");
    }
    if (auto people = check_people(script, step); !people) {
      return std::move(people).error();
    }
    if (auto walked = walk_step(script, step, walk); !walked) {
      return std::move(walked).error();
    }
  }
  if (!walk.held.empty()) {
    return at_step(script,
                   steps.back(),
                   "\"" + walk.held.front() + "\" is still in memory when the record is sealed");
  }
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

Result<void> check_script(const Script& script, const std::vector<std::string_view>& acts) {
  if (script.steps.empty() || script.steps.back().kind != StepKind::kSeal) {
    return Error{ErrorCode::kInconsistent,
                 "the script " + script.name + ": its last step must seal the record"};
  }
  if (!script.abort_steps.empty() && script.abort_steps.back().kind != StepKind::kSeal) {
    return Error{ErrorCode::kInconsistent,
                 "the block abort: its last step must seal the record of what was given up"};
  }
  // What is held and known when a ceremony is given up or paused is anybody's guess: these steps
  // stand for themselves.
  for (const auto* const steps : {&script.steps, &script.abort_steps, &script.resume_steps}) {
    if (auto checked = check_steps(script, *steps, acts); !checked) {
      return checked;
    }
  }
  return {};
}

Result<Script> load_script(const std::filesystem::path& folder,
                           std::string_view name,
                           const std::vector<std::string_view>& acts) {
  auto file = read_step_file(folder / (std::string(name) + ".toml"));
  if (!file) {
    return std::move(file).error();
  }
  const std::string where = "the script " + std::string(name);
  TomlTable table(file->table, where);
  Script script{.name = table.text("script"),
                .title = table.text("title"),
                .modes = {},
                .steps = {},
                .abort_steps = {},
                .resume_steps = {},
                .needs_record = table.flag("needs_record"),
                .sha256 = {}};
  const std::vector<std::string> modes = table.texts("modes", Presence::kRequired);
  const auto steps = table.tables("step");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  for (const std::string& mode : modes) {
    auto parsed = mode_named(mode);
    if (!parsed) {
      return std::move(parsed).error().while_doing(where);
    }
    script.modes.push_back(*parsed);
  }
  Blocks blocks{.folder = folder / "blocks", .digests = file->sha256};
  auto added = add_steps(steps, where, blocks, script.steps);
  if (added) {
    added = add_block("abort", blocks, script.abort_steps);
  }
  if (added) {
    added = add_block("resume", blocks, script.resume_steps);
  }
  if (!added) {
    return std::move(added).error();
  }
  if (script.name != name) {
    return Error{ErrorCode::kInconsistent, where + " calls itself \"" + script.name + "\""};
  }
  script.sha256 = base::sha256_hex(base::bytes_of(blocks.digests));
  if (auto checked = check_script(script, acts); !checked) {
    return std::move(checked).error();
  }
  return script;
}

}  // namespace ceremony
