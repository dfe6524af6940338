#include "ceremony/journal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>

#include "base/append_log.h"
#include "base/calendar.h"
#include "base/random.h"
#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::string_view kHeaderType = "journal";
constexpr std::string_view kPublicType = "public";
constexpr std::string_view kRecoveredType = "recovered";
constexpr std::string_view kTornMark = ".torn-";

Error inconsistent(std::uint64_t entry, const std::string& why) {
  return Error{ErrorCode::kInconsistent,
               "entry " + std::to_string(entry) + " of the journal: " + why +
                   "; nothing was repaired; stop, and have the medium examined"};
}

bool is_reserved(std::string_view type) {
  return type == kHeaderType || type == kPublicType || type == kRecoveredType;
}

// The clear beginning that all stored lines have: {"v":1,"i":N,"prev":"HEX"
std::string line_start(std::uint64_t i, const std::string& prev) {
  return R"({"v":)" + std::to_string(kVersion) + R"(,"i":)" + std::to_string(i) + R"(,"prev":")" +
         prev + '"';
}

// A stored line's number, link and the rest of its members.
struct StoredLine {
  Json members;  // without v, i, prev
  std::string start;
};

Result<StoredLine> read_stored(const std::string& text, std::uint64_t i, const std::string& prev) {
  StoredLine line{Json(), line_start(i, prev)};
  auto json = parse_json(text);
  if (!json) {
    return inconsistent(i, json.error().message);
  }
  if (text.compare(0, line.start.size(), line.start) != 0) {
    return inconsistent(i, "it does not follow the entry before it");
  }
  line.members = std::move(json).value();
  for (const char* const key : {"v", "i", "prev"}) {
    line.members.erase(key);
  }
  return line;
}

bool has_exactly(const Json& object, std::initializer_list<std::string_view> names) {
  if (object.size() != names.size()) {
    return false;
  }
  return std::equal(
      names.begin(), names.end(), object.items().begin(), [](auto name, const auto& member) {
        return member.key() == name;
      });
}

Result<JournalEntry> read_clear(const Json& members, std::uint64_t i) {
  const bool formed = has_exactly(members, {"time", "type", "data", "salt"}) &&
                      members["time"].is_string() && members["type"].is_string() &&
                      members["data"].is_object() && members["salt"].is_string();
  if (!formed || !is_type_name(members["type"].get<std::string>()) ||
      !base::parse_utc_time(members["time"].get<std::string>())) {
    return inconsistent(i, "its members are not those of a journal entry");
  }
  return JournalEntry{
      i, members["type"].get<std::string>(), members["time"].get<std::string>(), members["data"]};
}

Result<JournalEntry> read_boxed(const StoredLine& line,
                                std::uint64_t i,
                                const base::SecretBytes& key) {
  if (!has_exactly(line.members, {"box"}) || !line.members["box"].is_string()) {
    return inconsistent(i, "it is not encrypted, but this is a production journal");
  }
  const auto text = decrypt_line(key, {line.start, line.members["box"].get<std::string>()});
  if (!text) {
    return inconsistent(i, text.error().message);
  }
  const auto members = parse_json(*text);
  if (!members) {
    return inconsistent(i, members.error().message);
  }
  return read_clear(*members, i);
}

Result<Json> keeper_list(const std::vector<X25519PublicKey>& keepers,
                         const base::SecretBytes& key) {
  Json list = Json::array();
  for (const X25519PublicKey& keeper : keepers) {
    auto sealed = seal_journal_key(key, keeper);
    if (!sealed) {
      return sealed.error();
    }
    list.push_back({{"keeper", base::to_hex(keeper)}, {"sealed", std::move(sealed).value()}});
  }
  return list;
}

Result<base::SecretBytes> key_for_keeper(const Json& header, const base::SecretBytes& secret) {
  const auto public_key = keeper_public_key(secret);
  if (!public_key) {
    return public_key.error();
  }
  const std::string own = base::to_hex(*public_key);
  const Json keys = header.value("keys", Json::array());
  for (const Json& entry : keys) {
    const auto keeper = string_member(entry, "keeper");
    const auto sealed = string_member(entry, "sealed");
    if (keeper && sealed && *keeper == own) {
      return open_journal_key(secret, *sealed);
    }
  }
  return Error{ErrorCode::kRefusedByPolicy, "this journal is not sealed to this record keeper"};
}

// The journal key of a production journal, by ticket or by keeper, and proven to be its own.
Result<base::SecretBytes> find_key(const Json& header, const JournalOptions& options) {
  std::optional<base::SecretBytes> key;
  if (options.journal_key != nullptr) {
    const auto reader = options.journal_key->read();
    key = base::SecretBytes::copy_of(reader.bytes());
  } else if (options.keeper_secret != nullptr) {
    auto opened = key_for_keeper(header, *options.keeper_secret);
    if (!opened) {
      return opened;
    }
    key = std::move(opened).value();
  } else {
    return Error{ErrorCode::kInvalidArgument,
                 "this journal is encrypted: the key from the resume ticket or a record keeper's "
                 "key is needed"};
  }
  const auto check = string_member(header, "check");
  if (key->size() != kJournalKeyBytes || !check || *check != journal_key_check(*key)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is not the key of this journal; read it from the resume ticket once more"};
  }
  return std::move(*key);
}

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

Result<void> check_options(const JournalOptions& options) {
  if (options.clock == nullptr || options.journal_path.empty() || options.transcript_path.empty()) {
    return Error{ErrorCode::kInvalidArgument, "a journal needs a clock and two paths"};
  }
  return {};
}

}  // namespace

struct Journal::State {
  State(JournalOptions given, base::AppendLog opened)
      : options(std::move(given)), log(std::move(opened)) {
    options.journal_key = nullptr;  // borrowed for the call of open() only
    options.keeper_secret = nullptr;
  }

  JournalOptions options;
  base::AppendLog log;
  std::optional<base::AppendLog> transcript_log;
  std::optional<base::SecretBytes> key;
  std::vector<JournalEntry> entries;
  Transcript transcript;

  [[nodiscard]] std::string head() const {
    return log.lines().empty() ? no_previous() : log.lines().back().sha256;
  }

  Result<void> write(std::string_view type, const Json& data);
  Result<void> write_header();
  Result<void> read_header();
  Result<void> read_entries(const JournalOptions& given);
  Result<void> note_recovery();
  Result<void> collect_transcript();
  Result<void> complete_transcript();
};

// One entry onto the medium, clear or boxed. The header is always clear.
Result<void> Journal::State::write(std::string_view type, const Json& data) {
  JournalEntry entry{
      entries.size(), std::string(type), base::format_utc_time(options.clock->now()), data};
  const auto members = write_json({{"time", entry.time},
                                   {"type", entry.type},
                                   {"data", entry.data},
                                   {"salt", base::to_base64url(base::random_bytes(kSaltBytes))}});
  if (!members) {
    return members.error();
  }
  const std::string start = line_start(entry.i, head());
  const bool boxed = key.has_value() && entry.i != 0;
  const std::string line =
      boxed ? start + R"(,"box":")" + encrypt_line(*key, {start, *members}) + R"("})"
            : start + "," + members->substr(1);
  const auto written = log.append(line);
  if (!written) {
    return written.error();
  }
  entries.push_back(std::move(entry));
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
    auto keys = keeper_list(options.keepers, *key);
    if (!keys) {
      return keys.error();
    }
    header["keys"] = std::move(keys).value();
    header["check"] = journal_key_check(*key);
  }
  return write(kHeaderType, header);
}

Result<void> Journal::State::read_header() {
  if (log.lines().empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the journal holds no entry: the power failed before the ceremony began; begin it "
                 "anew in a new folder"};
  }
  const auto line = read_stored(log.lines().front().text, 0, no_previous());
  if (!line) {
    return line.error();
  }
  auto header = read_clear(line->members, 0);
  if (!header) {
    return header.error();
  }
  if (header->type != kHeaderType) {
    return inconsistent(0, "it is not the beginning of a journal");
  }
  const auto mode = string_member(header->data, "mode");
  if (!mode || *mode != name_of(options.mode)) {
    return Error{ErrorCode::kInvalidArgument,
                 "this journal is of another mode; open it with the plan it was begun with"};
  }
  entries.push_back(std::move(header).value());
  return {};
}

Result<void> Journal::State::read_entries(const JournalOptions& given) {
  const auto header = read_header();
  if (!header) {
    return header;
  }
  if (options.mode == Mode::kProduction) {
    auto found = find_key(entries.front().data, given);
    if (!found) {
      return found.error();
    }
    key = std::move(found).value();
  }
  for (std::uint64_t i = 1; i < log.lines().size(); ++i) {
    const auto line = read_stored(log.lines()[i].text, i, log.lines()[i - 1].sha256);
    if (!line) {
      return line.error();
    }
    auto entry = key ? read_boxed(*line, i, *key) : read_clear(line->members, i);
    if (!entry) {
      return entry.error();
    }
    entries.push_back(std::move(entry).value());
  }
  return {};
}

// An entry for each torn end that no entry names yet: also where the power failed again before the
// entry about it was written.
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
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (!is_sha256_hex(sha256) || failed || (known && !now)) {
      continue;
    }
    auto written = write(kRecoveredType, {{"size_bytes", size}, {"sha256", sha256}});
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
      return inconsistent(i, "its public line is wrong (" + added.error().message + ")");
    }
    if (transcript.entries().back().journal != log.lines()[i - 1].sha256) {
      return inconsistent(i, "its public line names another head of the journal");
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
  for (std::size_t i = there.size(); i < wanted.size(); ++i) {
    const auto written = opened->append(wanted[i].text);
    if (!written) {
      return written.error();
    }
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

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(JournalOptions options) {
  const auto fit = check_options(options);
  if (!fit) {
    return fit.error();
  }
  std::error_code failed;
  if (std::filesystem::exists(options.transcript_path, failed) || failed) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "there is a transcript already where the new one should be; choose a new folder"};
  }
  auto log = base::AppendLog::create(options.journal_path);
  if (!log) {
    return log.error();
  }
  auto state = std::make_unique<State>(std::move(options), std::move(log).value());
  const auto header = state->write_header();
  if (!header) {
    return header.error();
  }
  auto transcript_log = base::AppendLog::create(state->options.transcript_path);
  if (!transcript_log) {
    return transcript_log.error();
  }
  state->transcript_log = std::move(transcript_log).value();
  return Journal(std::move(state));
}

Result<Journal> Journal::open(JournalOptions options) {
  const auto fit = check_options(options);
  if (!fit) {
    return fit.error();
  }
  auto log = base::AppendLog::open(options.journal_path);
  if (!log) {
    return log.error();
  }
  auto state = std::make_unique<State>(options, std::move(log).value());
  auto read = state->read_entries(options);
  if (read) {
    read = state->note_recovery();
  }
  if (read) {
    read = state->collect_transcript();
  }
  if (read) {
    read = state->complete_transcript();
  }
  if (!read) {
    return read.error();
  }
  return Journal(std::move(state));
}

Result<void> Journal::append(std::string_view type, const Json& data) {
  if (!is_type_name(type) || is_reserved(type) || !data.is_object()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a journal entry needs a type that is not reserved, and an object as its data"};
  }
  return state_->write(type, data);
}

Result<void> Journal::publish(std::string_view type,
                              const Json& data,
                              std::vector<HiddenFact> hidden) {
  const auto line =
      build_public_line({.i = state_->transcript.entries().size(),
                         .prev = state_->transcript.head(),
                         .date = base::format_date(base::date_of(state_->options.clock->now())),
                         .type = std::string(type),
                         .data = data,
                         .journal = head()},
                        std::move(hidden));
  if (!line) {
    return line.error();
  }
  // Checked before anything is written: a line that readers refuse must never reach a log.
  Transcript extended = state_->transcript;
  auto checked = extended.add(line->text);
  if (!checked) {
    return std::move(checked).error().while_doing("publishing");
  }
  auto written =
      state_->write(kPublicType, {{"line", line->text}, {"disclosures", line->disclosures}});
  if (!written) {
    return written;
  }
  state_->transcript = std::move(extended);
  const auto appended = state_->transcript_log->append(line->text);
  if (!appended) {
    return appended.error();
  }
  return {};
}

std::string Journal::head() const {
  return state_->head();
}

std::string Journal::transcript_head() const {
  return state_->transcript.head();
}

const std::vector<JournalEntry>& Journal::entries() const {
  return state_->entries;
}

const Transcript& Journal::transcript() const {
  return state_->transcript;
}

Mode Journal::mode() const {
  return state_->options.mode;
}

Result<base::SecretBytes> Journal::journal_key() const {
  if (!state_->key) {
    return Error{ErrorCode::kWrongState, "only a production journal has a key"};
  }
  const auto reader = state_->key->read();
  return base::SecretBytes::copy_of(reader.bytes());
}

Result<void> check_stored_journal(std::string_view content) {
  const auto lines = base::parse_log(content);
  if (!lines) {
    return lines.error();
  }
  std::string prev = no_previous();
  for (std::uint64_t i = 0; i < lines->size(); ++i) {
    const auto line = read_stored((*lines)[i].text, i, prev);
    if (!line) {
      return line.error();
    }
    prev = (*lines)[i].sha256;
  }
  return {};
}

}  // namespace ceremony
