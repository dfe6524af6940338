// ca/certificate_profile_reader.h - takes the keys of a profile's TOML one by one; private to it.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/result.h"

namespace ca {

inline base::Error malformed_profile(std::string message) {
  return base::Error{base::ErrorCode::kMalformed, "this profile " + std::move(message)};
}

inline base::Error refused_profile(std::string message) {
  return base::Error{base::ErrorCode::kRefusedByPolicy, "this profile " + std::move(message)};
}

template <typename Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

// Takes values out of a TOML document by "table.key", and knows afterwards what was left. The first
// thing that is wrong stays as the error; the rest then gives empty values.
class ProfileReader {
 public:
  explicit ProfileReader(const toml::table& root) {
    for (const auto& [key, node] : root) {
      collect(std::string(key.str()), node);
    }
  }

  std::string text(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const value = node == nullptr ? nullptr : node->as_string();
    if (node != nullptr && (value == nullptr || value->get().empty())) {
      fail(malformed_profile("needs a text for the key \"" + key + "\""));
    }
    return value == nullptr ? "" : value->get();
  }

  std::uint64_t number(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const value = node == nullptr ? nullptr : node->as_integer();
    if (node != nullptr && (value == nullptr || value->get() < 0)) {
      fail(malformed_profile("needs a whole number for the key \"" + key + "\""));
    }
    return value == nullptr || value->get() < 0 ? 0 : static_cast<std::uint64_t>(value->get());
  }

  std::vector<std::string> list(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const array = node == nullptr ? nullptr : node->as_array();
    std::vector<std::string> values;
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto* const value = array->get(i)->as_string();
      const bool is_new =
          value != nullptr && std::find(values.begin(), values.end(), value->get()) == values.end();
      if (!is_new) {
        fail(malformed_profile("needs a list of different texts for the key \"" + key + "\""));
        return {};
      }
      values.push_back(value->get());
    }
    if (node != nullptr && array == nullptr) {
      fail(malformed_profile("needs a list for the key \"" + key + "\""));
    }
    return values;
  }

  template <typename Value, std::size_t kCount>
  Value one_of(const std::string& key, const std::array<NamedValue<Value>, kCount>& names) {
    const std::string name = text(key);
    for (const NamedValue<Value>& each : names) {
      if (each.name == name) {
        return each.value;
      }
    }
    fail(malformed_profile("has an unknown value for the key \"" + key + "\""));
    return names[0].value;
  }

  [[nodiscard]] bool has(const std::string& key) const { return nodes_.count(key) != 0; }

  void fail(base::Error error) {
    if (!error_) {
      error_ = std::move(error);
    }
  }

  // The first thing that was wrong, or what nobody asked for.
  std::optional<base::Error> finish() {
    if (!error_ && !nodes_.empty()) {
      return malformed_profile("has the key \"" + nodes_.begin()->first +
                               "\", which has no meaning there; correct or remove it");
    }
    return error_;
  }

 private:
  void collect(const std::string& key, const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      nodes_.emplace(key, &node);
      return;
    }
    for (const auto& [inner, value] : *table) {
      nodes_.emplace(key + "." + std::string(inner.str()), &value);
    }
  }

  const toml::node* take(const std::string& key) {
    const auto found = nodes_.find(key);
    if (found == nodes_.end()) {
      fail(malformed_profile("lacks the key \"" + key + "\""));
      return nullptr;
    }
    const toml::node* const node = found->second;
    nodes_.erase(found);
    return node;
  }

  std::map<std::string, const toml::node*> nodes_;
  std::optional<base::Error> error_;
};

}  // namespace ca
