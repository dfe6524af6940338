#include "ceremony/client/json_fields.h"

#include <limits>

namespace ceremony::client {

namespace {

constexpr int kPermilleUnknown = -1;
constexpr int kPermilleAll = 1000;

const Json& nothing() {
  static const Json null_value;
  return null_value;
}

const Json& no_elements() {
  static const Json empty_array = Json::array();
  return empty_array;
}

}  // namespace

Fields::Fields(const Json& value) : value_(value), ok_(value.is_object()) {}

const Json& Fields::child(const char* name) {
  if (value_.is_object()) {
    const auto member = value_.find(name);
    if (member != value_.end()) {
      return *member;
    }
  }
  refuse();
  return nothing();
}

const Json& Fields::list(const char* name) {
  const Json& member = child(name);
  if (!member.is_array()) {
    refuse();
    return no_elements();
  }
  return member;
}

std::string Fields::text(const char* name) {
  const Json& member = child(name);
  if (!member.is_string()) {
    refuse();
    return {};
  }
  return member.get_ref<const std::string&>();
}

std::filesystem::path Fields::path(const char* name) {
  const std::string spelled = text(name);
  // The kernel would take such a path for another, shorter one.
  if (spelled.find('\0') != std::string::npos) {
    refuse();
    return {};
  }
  return spelled;
}

bool Fields::flag(const char* name) {
  const Json& member = child(name);
  if (!member.is_boolean()) {
    refuse();
    return false;
  }
  return member.get<bool>();
}

std::uint32_t Fields::number(const char* name) {
  const Json& member = child(name);
  if (!member.is_number_unsigned() ||
      member.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
    refuse();
    return 0;
  }
  return member.get<std::uint32_t>();
}

int Fields::permille(const char* name) {
  const Json& member = child(name);
  if (!member.is_number_integer()) {
    refuse();
    return kPermilleUnknown;
  }
  const auto number = member.get<std::int64_t>();
  if (number < kPermilleUnknown || number > kPermilleAll) {
    refuse();
    return kPermilleUnknown;
  }
  return static_cast<int>(number);
}

std::vector<std::string> Fields::texts(const char* name) {
  std::vector<std::string> result;
  for (const Json& element : list(name)) {
    if (element.is_string()) {
      result.push_back(element.get_ref<const std::string&>());
    } else {
      refuse();
    }
  }
  return result;
}

std::vector<std::filesystem::path> Fields::paths(const char* name) {
  std::vector<std::filesystem::path> result;
  for (const std::string& spelled : texts(name)) {
    if (spelled.find('\0') != std::string::npos) {
      refuse();
    }
    result.emplace_back(spelled);
  }
  return result;
}

std::map<std::string, std::string> Fields::text_map(const char* name) {
  std::map<std::string, std::string> result;
  const Json& member = child(name);
  if (!member.is_object()) {
    refuse();
    return result;
  }
  for (const auto& entry : member.items()) {
    if (entry.value().is_string()) {
      result.emplace(entry.key(), entry.value().get_ref<const std::string&>());
    } else {
      refuse();
    }
  }
  return result;
}

base::Error malformed() {
  return base::Error{
      base::ErrorCode::kMalformed,
      "The other program sent a message that this one does not understand. Both must "
      "come from one release."};
}

base::Result<std::string> written(const Json& value) {
  try {
    return value.dump();
  } catch (const Json::exception&) {  // how nlohmann reports bytes that are not UTF-8
    return base::Error{
        base::ErrorCode::kInvalidArgument,
        "A text or a path is not written in UTF-8. Write it again, or rename the file."};
  }
}

}  // namespace ceremony::client
