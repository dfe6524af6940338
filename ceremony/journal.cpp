#include "ceremony/journal.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/append_log.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "ceremony/journal_keys.h"
#include "ceremony/journal_line.h"
#include "ceremony/journal_state.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> check_options(const JournalOptions& options) {
  if (options.clock == nullptr || options.journal_path.empty() || options.transcript_path.empty()) {
    return Error{ErrorCode::kInvalidArgument, "a journal needs a clock and two paths"};
  }
  return {};
}

}  // namespace

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
  const KeySource source{.journal_key = options.journal_key,
                         .keeper_secret = options.keeper_secret};
  auto state = std::make_unique<State>(std::move(options), std::move(log).value());
  auto read = state->read_entries(source);
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
  if (!is_type_name(type) || is_reserved_type(type) || !data.is_object()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a journal entry needs a type that is not reserved, and an object as its data"};
  }
  if (auto open = state_->check_transcript_log(); !open) {
    return open;
  }
  return state_->write(type, data);
}

// One day for the whole record, as a rule the plan's. Had entries the day on which they were made,
// a ceremony of many holders could be told from one of few by the midnights that it passes.
std::string Journal::public_date() const {
  const auto& entries = state_->transcript.entries();
  if (!entries.empty()) {
    return entries.front().date;
  }
  const std::string& planned = state_->options.date;
  return planned.empty() ? base::format_date(base::date_of(state_->options.clock->now())) : planned;
}

Result<void> Journal::publish(std::string_view type,
                              const Json& data,
                              std::vector<HiddenFact> hidden) {
  return publish_all({{.type = std::string(type), .data = data, .hidden = std::move(hidden)}});
}

// Public lines with their entries in the journal, not yet written.
struct Journal::Group {
  std::vector<std::string> public_lines;
  std::vector<std::string> lines;
  std::vector<JournalEntry> entries;
};

// Checked before anything is written: a line that readers refuse must never reach a log.
Result<void> Journal::prepare(const Publication& publication, Group& group) {
  State& state = *state_;
  const std::string before =
      group.lines.empty() ? head() : base::sha256_hex(base::bytes_of(group.lines.back()));
  const auto line = build_public_line({.i = state.transcript.entries().size(),
                                       .prev = state.transcript.head(),
                                       .date = public_date(),
                                       .type = publication.type,
                                       .data = publication.data,
                                       .journal = before},
                                      publication.hidden);
  if (!line) {
    return line.error();
  }
  auto prepared =
      state.prepare({.i = state.entries.size() + group.lines.size(), .previous = before},
                    kPublicType,
                    {{"line", line->text}, {"disclosures", line->disclosures}});
  if (!prepared) {
    return std::move(prepared).error();
  }
  if (auto added = state.transcript.add(line->text); !added) {
    return std::move(added).error().while_doing("publishing");
  }
  group.public_lines.push_back(line->text);
  group.lines.push_back(std::move(prepared->line));
  group.entries.push_back(std::move(prepared->entry));
  return {};
}

Result<void> Journal::publish_all(const std::vector<Publication>& publications) {
  if (auto open = state_->check_transcript_log(); !open) {
    return open;
  }
  Group group;
  for (const Publication& publication : publications) {
    if (auto prepared = prepare(publication, group); !prepared) {
      state_->transcript.forget_last(group.lines.size());
      return prepared;
    }
  }
  if (auto written = state_->log.append_all(group.lines); !written) {
    state_->transcript.forget_last(group.lines.size());
    return written;
  }
  std::ranges::move(group.entries, std::back_inserter(state_->entries));
  return state_->transcript_log->append_all(group.public_lines);
}

const std::string& Journal::first_hash() const {
  return state_->log.lines().front().sha256;
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

}  // namespace ceremony
