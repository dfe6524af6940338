#include "ceremony/script_rules.h"

#include <utility>

#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kRulesFile = "the rules of all scripts (blocks/rules.toml)";

template <typename T, typename ReadOne>
Result<void> read_list(TomlTable& file, std::string_view key, std::vector<T>& list, ReadOne read) {
  for (const toml::table* const section : file.tables(key)) {
    TomlTable table(*section, std::string(kRulesFile) + ", section [[" + std::string(key) + "]]");
    list.push_back(read(table));
    if (auto done = table.finish(); !done) {
      return done;
    }
  }
  return {};
}

SeparatedActs read_separated(TomlTable& table) {
  std::vector<std::string> acts = table.texts("acts", Presence::kRequired);
  acts.resize(2);  // a list of another length names an act that no script has
  return {.first = std::move(acts[0]),
          .second = std::move(acts[1]),
          .sentence = table.text("sentence")};
}

ActContract read_contract(TomlTable& table) {
  return {.act = table.text("name"),
          .purpose = table.text("purpose", Presence::kOptional),
          .kind = table.text("kind"),
          .needs = table.texts("needs"),
          .gives = table.texts("gives"),
          .holds = table.texts("holds"),
          .drops = table.texts("drops"),
          .is_of_set = table.flag("of-set")};
}

}  // namespace

Result<ScriptRules> parse_script_rules(std::string_view text) {
  auto parsed = parse_toml(text, kRulesFile);
  if (!parsed) {
    return std::move(parsed).error();
  }
  TomlTable file(*parsed, kRulesFile);
  ScriptRules rules;
  auto read = read_list(file, "every", rules.every, [](TomlTable& table) {
    return RequiredAct{.act = table.text("act"), .sentence = table.text("sentence")};
  });
  if (read) {
    read = read_list(file, "never-acts", rules.never_act, [](TomlTable& table) {
      return OnlookerRole{.role = table.text("role"),
                          .but = table.texts("but"),
                          .sentence = table.text("sentence")};
    });
  }
  if (read) {
    read = read_list(file, "differ", rules.differ, read_separated);
  }
  if (read) {
    read = read_list(file, "act", rules.acts, read_contract);
  }
  if (read) {
    read = file.finish();
  }
  if (!read) {
    return std::move(read).error();
  }
  for (const SeparatedActs& pair : rules.differ) {
    if (pair.first.empty() || pair.second.empty()) {
      return Error{ErrorCode::kMalformed,
                   std::string(kRulesFile) + ": a [[differ]] names exactly two acts; correct it"};
    }
  }
  return rules;
}

}  // namespace ceremony
