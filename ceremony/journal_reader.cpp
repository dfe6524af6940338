#include "ceremony/journal_reader.h"

#include <optional>
#include <utility>

#include "base/append_log.h"
#include "ceremony/journal_line.h"

namespace ceremony {

namespace {

using base::Result;

// The journal's header: entry 0, always in the clear.
Result<JournalEntry> read_first(const std::vector<base::LogLine>& lines) {
  if (lines.empty()) {
    return base::Error{base::ErrorCode::kMalformed, "this journal holds no entry"};
  }
  auto line = read_journal_line(lines.front().text, 0, no_previous());
  if (!line) {
    return std::move(line).error();
  }
  auto header = read_clear_entry(line->members, 0);
  if (header && header->type != kJournalHeaderType) {
    return inconsistent_entry(0, "it is not the beginning of a journal");
  }
  return header;
}

}  // namespace

Result<JournalEntry> read_journal_header(std::string_view content) {
  auto lines = base::parse_log(content.substr(0, content.find('\n') + 1));
  return lines ? read_first(*lines) : Result<JournalEntry>(std::move(lines).error());
}

Result<std::vector<JournalEntry>> read_stored_journal(std::string_view content,
                                                      const KeySource& source) {
  auto lines = base::parse_log(content);
  if (!lines) {
    return std::move(lines).error();
  }
  auto header = read_first(*lines);
  if (!header) {
    return std::move(header).error();
  }
  std::optional<base::SecretBytes> key;
  if (header->data.value("mode", "") == name_of(Mode::kProduction)) {
    auto found = find_journal_key(header->data, source);
    if (!found) {
      return std::move(found).error();
    }
    key = std::move(found).value();
  }
  std::vector<JournalEntry> entries{std::move(header).value()};
  for (std::uint64_t i = 1; i < lines->size(); ++i) {
    auto line = read_journal_line((*lines)[i].text, i, (*lines)[i - 1].sha256);
    if (!line) {
      return std::move(line).error();
    }
    auto entry = key ? read_boxed_entry(*line, i, *key) : read_clear_entry(line->members, i);
    if (!entry) {
      return std::move(entry).error();
    }
    entries.push_back(std::move(entry).value());
  }
  return entries;
}

}  // namespace ceremony
