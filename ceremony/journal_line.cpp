#include "ceremony/journal_line.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/append_log.h"
#include "base/calendar.h"
#include "ceremony/journal_box.h"
#include "ceremony/transcript.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kVersion = 1;

bool has_exactly(const Json& object, std::initializer_list<std::string_view> names) {
  if (object.size() != names.size()) {
    return false;
  }
  return std::equal(
      names.begin(), names.end(), object.items().begin(), [](auto name, const auto& member) {
        return member.key() == name;
      });
}

}  // namespace

bool is_reserved_type(std::string_view type) {
  return type == kJournalHeaderType || type == kPublicType || type == kRecoveredType;
}

Error inconsistent_entry(std::uint64_t entry, const std::string& why) {
  return Error{ErrorCode::kInconsistent,
               "entry " + std::to_string(entry) + " of the journal: " + why +
                   "; nothing was repaired; stop, and have the medium examined"};
}

std::string journal_line_start(std::uint64_t i, const std::string& prev) {
  return R"({"v":)" + std::to_string(kVersion) + R"(,"i":)" + std::to_string(i) + R"(,"prev":")" +
         prev + '"';
}

Result<StoredJournalLine> read_journal_line(const std::string& text,
                                            std::uint64_t i,
                                            const std::string& prev) {
  StoredJournalLine line{Json(), journal_line_start(i, prev)};
  auto json = parse_json(text);
  if (!json) {
    return inconsistent_entry(i, json.error().message);
  }
  if (text.compare(0, line.start.size(), line.start) != 0) {
    return inconsistent_entry(i, "it does not follow the entry before it");
  }
  line.members = std::move(json).value();
  for (const char* const key : {"v", "i", "prev"}) {
    line.members.erase(key);
  }
  return line;
}

Result<JournalEntry> read_clear_entry(const Json& members, std::uint64_t i) {
  const bool formed = has_exactly(members, {"time", "type", "data", "salt"}) &&
                      members["time"].is_string() && members["type"].is_string() &&
                      members["data"].is_object() && members["salt"].is_string();
  if (!formed || !is_type_name(members["type"].get<std::string>()) ||
      !base::parse_utc_time(members["time"].get<std::string>())) {
    return inconsistent_entry(i, "its members are not those of a journal entry");
  }
  return JournalEntry{
      i, members["type"].get<std::string>(), members["time"].get<std::string>(), members["data"]};
}

Result<JournalEntry> read_boxed_entry(const StoredJournalLine& line,
                                      std::uint64_t i,
                                      const base::SecretBytes& key) {
  if (!has_exactly(line.members, {"box"}) || !line.members["box"].is_string()) {
    return inconsistent_entry(i, "it is not encrypted, but this is a production journal");
  }
  const auto text = decrypt_line(key, {line.start, line.members["box"].get<std::string>()});
  if (!text) {
    return inconsistent_entry(i, text.error().message);
  }
  const auto members = parse_json(*text);
  if (!members) {
    return inconsistent_entry(i, members.error().message);
  }
  return read_clear_entry(*members, i);
}

Result<void> check_stored_journal(std::string_view content) {
  const auto lines = base::parse_log(content);
  if (!lines) {
    return lines.error();
  }
  std::string prev = no_previous();
  for (std::uint64_t i = 0; i < lines->size(); ++i) {
    const auto line = read_journal_line((*lines)[i].text, i, prev);
    if (!line) {
      return line.error();
    }
    prev = (*lines)[i].sha256;
  }
  return {};
}

}  // namespace ceremony
