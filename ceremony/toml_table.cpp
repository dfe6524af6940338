#include "ceremony/toml_table.h"

#include <utility>

#include "base/toml_guard.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

std::string line_of(const toml::source_region& source) {
  return source.begin.line == 0 ? std::string()
                                : " (line " + std::to_string(source.begin.line) + ")";
}

}  // namespace

TomlTable::TomlTable(const toml::table& table, std::string where)
    : table_(table), where_(std::move(where)) {}

void TomlTable::fail(std::string_view key,
                     const std::string& what,
                     const toml::source_region& source) {
  faults_.push_back(
      {.key = std::string(key),
       .line = source.begin.line,
       .message = where_ + line_of(source) + ": \"" + std::string(key) + "\" " + what});
}

const toml::node* TomlTable::find(std::string_view key, Presence presence) {
  asked_.emplace(key);
  const toml::node* const node = table_.get(key);
  if (node == nullptr && presence == Presence::kRequired) {
    fail(key, "is missing; add it", table_.source());
  }
  return node;
}

std::string TomlTable::text(std::string_view key, Presence presence) {
  const toml::node* const node = find(key, presence);
  if (node == nullptr) {
    return {};
  }
  const auto* const value = node->as_string();
  if (value == nullptr) {
    fail(key, "must be a text in quotes", node->source());
    return {};
  }
  return value->get();
}

std::int64_t TomlTable::number(std::string_view key, Presence presence) {
  const toml::node* const node = find(key, presence);
  if (node == nullptr) {
    return 0;
  }
  const auto* const value = node->as_integer();
  if (value == nullptr || value->get() < 0) {
    fail(key, "must be a whole number, zero or more", node->source());
    return 0;
  }
  return value->get();
}

bool TomlTable::flag(std::string_view key) {
  const toml::node* const node = find(key, Presence::kOptional);
  if (node == nullptr) {
    return false;
  }
  const auto* const value = node->as_boolean();
  if (value == nullptr) {
    fail(key, "must be true or false", node->source());
    return false;
  }
  return value->get();
}

std::vector<std::string> TomlTable::texts(std::string_view key, Presence presence) {
  std::vector<std::string> list;
  const toml::node* const node = find(key, presence);
  if (node == nullptr) {
    return list;
  }
  const auto* const array = node->as_array();
  if (array == nullptr || !(array->empty() || array->is_homogeneous(toml::node_type::string))) {
    fail(key, "must be a list of texts", node->source());
    return list;
  }
  for (const toml::node& item : *array) {
    list.push_back(item.as_string()->get());
  }
  return list;
}

const toml::table* TomlTable::table(std::string_view key, Presence presence) {
  const toml::node* const node = find(key, presence);
  if (node == nullptr) {
    return nullptr;
  }
  if (!node->is_table()) {
    fail(key, "must be a section", node->source());
    return nullptr;
  }
  return node->as_table();
}

std::vector<const toml::table*> TomlTable::tables(std::string_view key) {
  std::vector<const toml::table*> list;
  const toml::node* const node = find(key, Presence::kOptional);
  if (node == nullptr) {
    return list;
  }
  const auto* const array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    fail(key, "must be sections in double brackets", node->source());
    return list;
  }
  for (const toml::node& item : *array) {
    list.push_back(item.as_table());
  }
  return list;
}

std::vector<TomlFault> TomlTable::all_faults() {
  for (const auto& [key, node] : table_) {
    if (asked_.emplace(key.str()).second) {  // so that a second call does not name it again
      fail(key.str(), "is not known here; take it out or correct its spelling", node.source());
    }
  }
  return faults_;
}

base::Result<void> TomlTable::finish() {
  std::vector<TomlFault> faults = all_faults();
  if (!faults.empty()) {
    return Error{ErrorCode::kMalformed, std::move(faults.front().message)};
  }
  return {};
}

void for_each_text(const toml::node& node, const std::string& field, const FieldText& look) {
  if (const auto* const table = node.as_table(); table != nullptr) {
    for (const auto& [key, value] : *table) {
      std::string path = field.empty() ? field : field + ".";
      path += key.str();
      for_each_text(value, path, look);
    }
  } else if (const auto* const array = node.as_array(); array != nullptr) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      for_each_text(*array->get(i), field + "[" + std::to_string(i) + "]", look);
    }
  } else if (const auto* const text = node.as_string(); text != nullptr) {
    look(field, *text);
  }
}

toml::array array_of(const std::vector<std::string>& texts) {
  toml::array array;
  for (const std::string& text : texts) {
    array.push_back(text);
  }
  return array;
}

base::Result<toml::table> parse_toml(std::string_view text, const std::string& where) {
  if (const auto objection = base::object_to_toml(text); objection) {
    return Error{ErrorCode::kMalformed,
                 where + " (line " + std::to_string(objection->line) +
                     "): it is not proper TOML: " + std::string(objection->what)};
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return Error{ErrorCode::kMalformed,
                 where + line_of(parsed.error().source()) +
                     ": it is not proper TOML: " + std::string(parsed.error().description())};
  }
  return std::move(parsed).table();
}

}  // namespace ceremony
