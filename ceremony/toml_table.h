// ceremony/toml_table.h - strict reading of the TOML files that people write: plans, annexes,
// scripts. Every key must be asked for; whatever is left over is refused with its line.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/result.h"

namespace ceremony {

// Whether a key must stand in the table.
enum class Presence { kRequired, kOptional };

// What is wrong with one key. The message is whole: where, line, what is true, what to do.
struct TomlFault {
  std::string key;
  std::size_t line = 0;  // from 1; 0: not known
  std::string message;
};

// Reads one table. Faults are kept and a call at fault gives an empty value, so that a reader can
// be written without a branch per key; finish() gives the first fault, or names a key that nobody
// asked for.
class TomlTable {
 public:
  // `where` begins each message: "the plan", "step split-kek of the script".
  TomlTable(const toml::table& table, std::string where);

  std::string text(std::string_view key, Presence presence = Presence::kRequired);
  std::int64_t number(std::string_view key, Presence presence = Presence::kRequired);
  bool flag(std::string_view key);  // false where it is missing
  std::vector<std::string> texts(std::string_view key, Presence presence = Presence::kOptional);

  // The table below, or nullptr where it is missing (a fault only if required).
  const toml::table* table(std::string_view key, Presence presence = Presence::kOptional);
  // The tables of [[key]]; none where it is missing.
  std::vector<const toml::table*> tables(std::string_view key);

  // Errors: kMalformed.
  base::Result<void> finish();

  // The same for who wants to know every fault: those met so far, and each key not asked for.
  std::vector<TomlFault> all_faults();

 private:
  const toml::node* find(std::string_view key, Presence presence);
  void fail(std::string_view key, const std::string& what, const toml::source_region& source);

  const toml::table& table_;
  std::string where_;
  std::set<std::string, std::less<>> asked_;
  std::vector<TomlFault> faults_;
};

// Calls `look` with every text of a file, and the path of its field as at_path() takes it; `field`
// is the path of `node`, "" for the file.
using FieldText = std::function<void(const std::string& field, const toml::value<std::string>&)>;
void for_each_text(const toml::node& node, const std::string& field, const FieldText& look);

// The same texts as a TOML list, for who writes such files.
toml::array array_of(const std::vector<std::string>& texts);

// Parses a whole file's text. `where` as above. Errors: kMalformed with line and column.
base::Result<toml::table> parse_toml(std::string_view text, const std::string& where);

}  // namespace ceremony
