// ceremony/client/json_fields.h - what the two halves of the codec share; for them alone.
//
// A member that is missing or of another type reads as empty and is remembered; ok() says whether
// that ever happened. Members too many are not seen by Fields: decode() compares whole texts.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace ceremony::client {

using Json = nlohmann::json;

class Fields {
 public:
  // `value` must outlive the Fields.
  explicit Fields(const Json& value);

  std::string text(const char* name);
  std::filesystem::path path(const char* name);  // without NUL
  bool flag(const char* name);
  int permille(const char* name);  // -1 to 1000
  std::uint32_t number(const char* name);
  std::vector<std::string> texts(const char* name);
  std::vector<std::filesystem::path> paths(const char* name);
  std::map<std::string, std::string> text_map(const char* name);
  const Json& child(const char* name);  // any type; null where missing
  const Json& list(const char* name);   // an array; an empty one where missing

  void refuse() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  const Json& value_;
  bool ok_ = true;
};

// An enumerator and how it is spelled in a message.
template <typename Value>
struct Named {
  Value value;
  std::string_view name;
};

// "" for a value that the table does not have.
template <typename Value, std::size_t Size>
std::string name_of(const std::array<Named<Value>, Size>& table, Value value) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.value == value; });
  return row == table.end() ? std::string{} : std::string(row->name);
}

// Refuses `fields` where the member is no name of the table.
template <typename Value, std::size_t Size>
Value named(const std::array<Named<Value>, Size>& table, Fields& fields, const char* member) {
  const std::string name = fields.text(member);
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.name == name; });
  if (row == table.end()) {
    fields.refuse();
    return table.front().value;
  }
  return row->value;
}

// The text of `value`. Errors: kInvalidArgument where a string in it is not UTF-8.
base::Result<std::string> written(const Json& value);

// What every text that is no message is answered with.
base::Error malformed();

// The message in `text`, where the writer would have written it just so.
template <typename Message, typename Read, typename Write>
base::Result<Message> decode(std::string_view text, Read read, Write write) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    return malformed();
  }
  std::optional<Message> message = read(json);
  if (!message) {
    return malformed();
  }
  const base::Result<std::string> again = write(*message);
  if (!again || *again != text) {
    return malformed();
  }
  return *std::move(message);
}

}  // namespace ceremony::client
