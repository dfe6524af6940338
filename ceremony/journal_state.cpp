#include "ceremony/journal_state.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "base/random.h"
#include "base/text_encoding.h"
#include "ceremony/journal_box.h"
#include "ceremony/journal_line.h"
#include "ceremony/mode.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kLargestTorn = std::size_t{64} << 20U;  // bytes
constexpr std::string_view kTornMark = ".torn-";

// Files that the save layer set aside from torn ends of `log`, by name, in order.
std::vector<std::filesystem::path> torn_files(const std::filesystem::path& log) {
  std::vector<std::filesystem::path> files;
  const std::string prefix = log.filename().string() + std::string(kTornMark);
  const auto folder = log.has_parent_path() ? log.parent_path() : std::filesystem::path(".");
  std::error_code failed;
  for (auto at = std::filesystem::directory_iterator(folder, failed);
       !failed && at != std::filesystem::directory_iterator();
       at.increment(failed)) {
    if (at->path().filename().string().compare(0, prefix.size(), prefix) == 0) {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<Journal::State::Prepared> Journal::State::prepare(const Behind& behind,
                                                         std::string_view type,
                                                         const Json& data) const {
  JournalEntry entry{
      behind.i, std::string(type), base::format_utc_time(options.clock->now()), data};
  const auto members = write_json({{"time", entry.time},
                                   {"type", entry.type},
                                   {"data", entry.data},
                                   {"salt", base::to_base64url(base::random_bytes(kSaltBytes))}});
  if (!members) {
    return members.error();
  }
  const std::string start = journal_line_start(entry.i, behind.previous);
  const bool boxed = key.has_value() && entry.i != 0;
  std::string line = boxed ? start + R"(,"box":")" + encrypt_line(*key, {start, *members}) + R"("})"
                           : start + "," + members->substr(1);
  return Prepared{.entry = std::move(entry), .line = std::move(line)};
}

Result<void> Journal::State::check_transcript_log() const {
  if (!transcript_log || !transcript_log->is_broken()) {
    return {};
  }
  return Error{
      ErrorCode::kStorageFailure,
      "the public transcript could not be written, so nothing more is recorded; see to its "
      "medium, and start the program again: the journal completes it"};
}

Result<void> Journal::State::write(std::string_view type, const Json& data) {
  auto prepared = prepare({.i = entries.size(), .previous = head()}, type, data);
  if (!prepared) {
    return std::move(prepared).error();
  }
  if (const auto written = log.append(prepared->line); !written) {
    return written.error();
  }
  entries.push_back(std::move(prepared->entry));
  return {};
}

Result<void> Journal::State::write_header() {
  Json header = {{"mode", name_of(options.mode)}};
  if (options.mode == Mode::kProduction) {
    if (options.keepers.empty()) {
      return Error{ErrorCode::kInvalidArgument,
                   "a production journal needs at least one record keeper"};
    }
    key = base::SecretBytes::random(kJournalKeyBytes);
    auto keys = keeper_entries(options.keepers, *key);
    if (!keys) {
      return keys.error();
    }
    header["keys"] = std::move(keys).value();
    header["check"] = journal_key_check(*key);
  }
  return write(kJournalHeaderType, header);
}

// The power failed before the first entry was on the medium: nothing has happened yet.
Result<void> Journal::State::begin_anew() {
  std::error_code failed;
  const bool is_there = std::filesystem::exists(options.transcript_path, failed);
  if (failed || (is_there && std::filesystem::file_size(options.transcript_path, failed) != 0)) {
    return Error{ErrorCode::kInconsistent,
                 "the journal holds no entry, and the transcript does; the journal was emptied; "
                 "nothing was repaired; stop, and have the medium examined"};
  }
  return write_header();
}

Result<void> Journal::State::read_header() {
  if (log.lines().empty()) {
    return begin_anew();
  }
  const auto line = read_journal_line(log.lines().front().text, 0, no_previous());
  if (!line) {
    return line.error();
  }
  auto header = read_clear_entry(line->members, 0);
  if (!header) {
    return header.error();
  }
  if (header->type != kJournalHeaderType) {
    return inconsistent_entry(0, "it is not the beginning of a journal");
  }
  const auto mode = string_member(header->data, "mode");
  if (!mode || *mode != name_of(options.mode)) {
    return Error{ErrorCode::kInvalidArgument,
                 "this journal is of another mode; open it with the plan it was begun with"};
  }
  entries.push_back(std::move(header).value());
  return {};
}

Result<void> Journal::State::read_entries(const KeySource& source) {
  auto header = read_header();
  if (!header) {
    return header;
  }
  if (options.mode == Mode::kProduction && !key) {
    auto found = find_journal_key(entries.front().data, source);
    if (!found) {
      return found.error();
    }
    key = std::move(found).value();
  }
  for (std::uint64_t i = 1; i < log.lines().size(); ++i) {
    const auto line = read_journal_line(log.lines()[i].text, i, log.lines()[i - 1].sha256);
    if (!line) {
      return line.error();
    }
    auto entry = key ? read_boxed_entry(*line, i, *key) : read_clear_entry(line->members, i);
    if (!entry) {
      return entry.error();
    }
    entries.push_back(std::move(entry).value());
  }
  return {};
}

Result<void> Journal::State::note_recovery() {
  for (const auto& file : torn_files(options.journal_path)) {
    const std::string name = file.filename().string();
    const std::string sha256 =
        name.substr(options.journal_path.filename().string().size() + kTornMark.size(), 64);
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const JournalEntry& entry) {
      const auto told = string_member(entry.data, "sha256");
      return entry.type == kRecoveredType && told && *told == sha256;
    });
    const bool now = log.torn_tail().size_bytes != 0 && log.torn_tail().sha256 == sha256;
    // Where the power failed while it was set aside, a file holds a part; the whole is in another.
    const auto torn = base::read_file(file, kLargestTorn);
    if (!torn || base::sha256_hex(*torn) != sha256 || (known && !now)) {
      continue;
    }
    auto written = write(kRecoveredType, {{"size_bytes", torn->size()}, {"sha256", sha256}});
    if (!written) {
      return written;
    }
  }
  return {};
}

Result<void> Journal::State::collect_transcript() {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].type != kPublicType) {
      continue;
    }
    const auto line = string_member(entries[i].data, "line");
    const auto added = line ? transcript.add(*line) : Result<void>(line.error());
    if (!added) {
      return inconsistent_entry(i, "its public line is wrong (" + added.error().message + ")");
    }
    if (transcript.entries().back().journal != log.lines()[i - 1].sha256) {
      return inconsistent_entry(i, "its public line names another head of the journal");
    }
  }
  return {};
}

Result<void> Journal::State::complete_transcript() {
  auto opened = base::AppendLog::open(options.transcript_path);
  if (!opened && opened.error().code == ErrorCode::kNotFound) {
    opened = base::AppendLog::create(options.transcript_path);
  }
  if (!opened) {
    return opened.error();
  }
  const auto& there = opened->lines();
  const auto& wanted = transcript.entries();
  const bool prefix = there.size() <= wanted.size() &&
                      std::equal(there.begin(),
                                 there.end(),
                                 wanted.begin(),
                                 [](const base::LogLine& line, const TranscriptEntry& entry) {
                                   return line.text == entry.text;
                                 });
  if (!prefix) {
    return Error{ErrorCode::kInconsistent,
                 "the transcript holds entries that this journal does not; one of the two was "
                 "changed or is an older copy; nothing was repaired; stop, and have the medium "
                 "examined"};
  }
  std::vector<std::string> lacking;
  lacking.reserve(wanted.size() - there.size());
  for (std::size_t i = there.size(); i < wanted.size(); ++i) {
    lacking.push_back(wanted[i].text);
  }
  if (auto written = opened->append_all(lacking); !written) {
    return written;
  }
  // What was torn off stands whole in the journal, and a public folder holds no other files.
  for (const auto& file : torn_files(options.transcript_path)) {
    std::error_code failed;
    std::filesystem::remove(file, failed);
    if (failed) {
      return Error{ErrorCode::kStorageFailure,
                   "a left-over of the transcript could not be removed; check the medium"};
    }
  }
  transcript_log = std::move(opened).value();
  return {};
}

}  // namespace ceremony
