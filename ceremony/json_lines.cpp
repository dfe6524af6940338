#include "ceremony/json_lines.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/calendar.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

// What is not allowed in a value without members, or "".
std::string objection_to_single(const Json& value) {
  if (value.is_number_float()) {
    return "its JSON holds a number that is no whole number of 64 bits";
  }
  const bool allowed = value.is_string() || value.is_number_integer() || value.is_boolean();
  return allowed ? "" : "its JSON holds a null, or a value of another kind than those allowed";
}

// What is not allowed in `value`, or "" where all of it is.
std::string objection_to(const Json& value, std::size_t depth) {
  if (depth > kMaxJsonDepth) {
    return "its JSON is nested too deeply";
  }
  if (!value.is_structured()) {
    return objection_to_single(value);
  }
  for (const Json& member : value) {
    std::string objection = objection_to(member, depth + 1);
    if (!objection.empty()) {
      return objection;
    }
  }
  return "";
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::strict);
}

// Watches a parse for what the finished value no longer shows: keys that came twice, and depth.
class ParseWatch {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > static_cast<int>(kMaxJsonDepth)) {
      too_deep_ = true;
      return false;
    }
    if (event == Json::parse_event_t::object_start) {
      keys_.emplace_back();
    } else if (event == Json::parse_event_t::object_end && !keys_.empty()) {
      keys_.pop_back();
    } else if (event == Json::parse_event_t::key && !keys_.empty()) {
      twice_ = !keys_.back().insert(parsed.get<std::string>()).second || twice_;
    }
    return true;
  }

  [[nodiscard]] std::string objection() const {
    if (too_deep_) {
      return "its JSON is nested too deeply";
    }
    return twice_ ? "its JSON has one key twice" : "";
  }

 private:
  bool too_deep_ = false;
  bool twice_ = false;
  std::vector<std::set<std::string>> keys_;
};

Error bad_json(const std::string& what) {
  return Error{ErrorCode::kMalformed, what};
}

// Why a text is refused that write_json() could not have written.
Error objection_to_text(std::string_view text) {
  ParseWatch watch;
  const auto callback = [&watch](int depth, Json::parse_event_t event, Json& parsed) {
    return watch(depth, event, parsed);
  };
  const Json value = Json::parse(text, callback, false);
  if (!watch.objection().empty()) {
    return bad_json(watch.objection());
  }
  if (value.is_discarded()) {
    return bad_json("its JSON is not well-formed");
  }
  std::string objection = objection_to(value, 0);
  if (!objection.empty()) {
    return bad_json(objection);
  }
  return bad_json("its JSON is not written as Conclave writes it (compact, ASCII only)");
}

}  // namespace

base::Result<std::string> write_json(const Json& value) {
  std::string objection = objection_to(value, 0);
  if (!objection.empty()) {
    return Error{ErrorCode::kInvalidArgument, "the entry cannot be written: " + objection};
  }
  try {
    return dump(value);
  } catch (const Json::exception&) {  // the library's answer to a string that is not UTF-8
    return Error{ErrorCode::kInvalidArgument,
                 "the entry cannot be written: a text in it is not UTF-8"};
  }
}

namespace {

// Whether brackets stand within more brackets than any value has; known before a tree is built.
bool is_nested_too_deeply(std::string_view text) {
  std::size_t depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_in_string) {
      i += c == '\\' ? 1U : 0U;
      is_in_string = c != '"';
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
    if (depth > kMaxJsonDepth + 1) {
      return true;
    }
  }
  return false;
}

}  // namespace

// A key that comes twice is written once, so a text that is written as it was read has none.
base::Result<Json> parse_json(std::string_view text) {
  if (is_nested_too_deeply(text)) {
    return objection_to_text(text);
  }
  Json value = Json::parse(text, nullptr, false);
  const bool is_good =
      !value.is_discarded() && objection_to(value, 0).empty() && dump(value) == text;
  return is_good ? base::Result<Json>(std::move(value))
                 : base::Result<Json>(objection_to_text(text));
}

base::Result<std::string> string_member(const Json& object, std::string_view name) {
  if (object.is_object()) {
    const auto member = object.find(std::string(name));
    if (member != object.end() && member->is_string()) {
      return member->get<std::string>();
    }
  }
  return bad_json("the text \"" + std::string(name) + "\" is missing");
}

base::Result<std::uint64_t> number_member(const Json& object, std::string_view name) {
  if (object.is_object()) {
    const auto member = object.find(std::string(name));
    if (member != object.end() && member->is_number_unsigned()) {
      return member->get<std::uint64_t>();
    }
  }
  return bad_json("the number \"" + std::string(name) + "\" is missing");
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char character) {
           return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
         });
}

bool is_date(std::string_view text) {
  // The year 0000 exists for the calendar but not for other readers (Python begins at 0001).
  return text.substr(0, 4) != "0000" && base::parse_date(text).ok();
}

std::string no_previous() {
  return std::string(64, '0');
}

}  // namespace ceremony
