#include "ceremony/transcript.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/posix_file.h"
#include "ceremony/transcript_reader.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxTypeName = 40;
// docs/formats/entries.md lists what each type holds.
constexpr std::array<std::string_view, 3> kHidingTypes = {"shares.issue", "set.retire", "key.end"};

MaybeObjection object_to_order(const TranscriptEntry& entry, const Transcript& before) {
  const auto& entries = before.entries();
  if ((entry.type == "open") != entries.empty()) {
    return Objection{"order", "an entry of type \"open\" must come first, and only there"};
  }
  if (!entries.empty() && entries.back().type == "close") {
    return Objection{"order", "nothing may follow the entry of type \"close\""};
  }
  if (!entries.empty() && entry.date < entries.back().date) {
    return Objection{"date", "its date lies before that of the entry before it"};
  }
  return std::nullopt;
}

// What is wrong with a line in its place.
MaybeObjection objection_in(const LineReading& reading, const Transcript& before) {
  const TranscriptEntry& entry = reading.entry;
  if (reading.form) {
    return reading.form;
  }
  if (entry.i != before.entries().size()) {
    return Objection{"number", "it says that it is entry " + std::to_string(entry.i)};
  }
  if (entry.prev != before.head()) {
    return Objection{"chain", "it does not follow the entry before it (\"prev\")"};
  }
  if (reading.members) {
    return reading.members;
  }
  auto objection = object_to_order(entry, before);
  return objection ? objection : reading.digests;
}

TranscriptFlaw flaw_at(std::size_t entry, Objection objection) {
  return TranscriptFlaw{std::move(objection.rule), entry, std::move(objection.message)};
}

std::string sentence(const TranscriptFlaw& flaw) {
  return "entry " + std::to_string(flaw.entry) + ": " + flaw.message;
}

Error as_error(const TranscriptFlaw& flaw) {
  const bool form = flaw.rule == "line" || flaw.rule == "json" || flaw.rule == "keys";
  return Error{form ? ErrorCode::kMalformed : ErrorCode::kInconsistent, sentence(flaw)};
}

}  // namespace

bool may_hide_facts(std::string_view type) {
  return std::find(kHidingTypes.begin(), kHidingTypes.end(), type) != kHidingTypes.end();
}

bool is_type_name(std::string_view type) {
  return !type.empty() && type.size() <= kMaxTypeName &&
         std::all_of(type.begin(), type.end(), [](char character) {
           return (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || character == '-' || character == '.';
         });
}

base::Result<void> Transcript::add(std::string_view text) {
  LineReading reading = reading_of_text(text);
  if (MaybeObjection objection = objection_in(reading, *this); objection) {
    return as_error(flaw_at(entries_.size(), std::move(*objection)));
  }
  entries_.push_back(std::move(reading.entry));
  return {};
}

TranscriptReading read_transcript(TranscriptReader& reader) {
  TranscriptReading reading;
  if (reader.is_done()) {
    reading.flaws.push_back(flaw_at(0, Objection{"line", "the transcript is empty"}));
  }
  while (!reader.is_done() && reading.flaws.empty()) {
    LineReading line = reader.next();
    if (MaybeObjection objection = objection_in(line, reading.transcript); objection) {
      const std::size_t number = reading.transcript.entries().size();
      reading.flaws.push_back(flaw_at(number, std::move(*objection)));
    } else {
      reading.transcript.entries_.push_back(std::move(line.entry));
    }
  }
  return reading;
}

TranscriptReading read_transcript(std::string_view content, Keep keep) {
  TranscriptReader reader(content, keep);
  return read_transcript(reader);
}

base::Result<TranscriptReading> read_transcript_file(const std::filesystem::path& path, Keep keep) {
  auto file = base::open_regular_file(path);
  if (!file) {
    return std::move(file).error();
  }
  if (file->size_bytes > kLargestTranscript) {
    return Error{ErrorCode::kMalformed,
                 "The file " + base::in_quotes(path) +
                     " is larger than any transcript. Check that it is the right one."};
  }
  TranscriptReader reader(std::move(*file), keep);
  TranscriptReading reading = read_transcript(reader);
  return reader.has_failed() ? base::Result<TranscriptReading>(base::storage_error(
                                   {.path = path, .act = "read", .error_number = EIO}))
                             : base::Result<TranscriptReading>(std::move(reading));
}

base::Result<Transcript> Transcript::parse(std::string_view content) {
  TranscriptReading reading = read_transcript(content, Keep::kAll);
  if (!reading.flaws.empty()) {
    return as_error(reading.flaws.front());
  }
  return std::move(reading.transcript);
}

base::Result<Transcript> Transcript::read(const std::filesystem::path& path) {
  auto reading = read_transcript_file(path, Keep::kAll);
  if (!reading) {
    return std::move(reading).error();
  }
  if (!reading->flaws.empty()) {
    return as_error(reading->flaws.front());
  }
  return std::move(reading->transcript);
}

std::string Transcript::head() const {
  return entries_.empty() ? no_previous() : entries_.back().sha256;
}

MerkleHash Transcript::root() const {
  std::vector<MerkleHash> leaves;
  leaves.reserve(entries_.size());
  for (const TranscriptEntry& entry : entries_) {
    leaves.push_back(entry.leaf);
  }
  return merkle_root(leaves);
}

std::string Transcript::opening(std::string_view member) const {
  if (entries_.empty()) {
    return "";
  }
  const auto text = string_member(entries_.front().data, member);
  return text ? *text : "";
}

base::Result<PublicLine> build_public_line(PublicEntry entry, std::vector<HiddenFact> hidden) {
  const auto refused = [](const std::string& why) {
    return Error{ErrorCode::kInvalidArgument, "the public entry cannot be written: " + why};
  };
  if (!is_type_name(entry.type) || !entry.data.is_object() || holds_reserved_name(entry.data)) {
    return refused("its type or its data has a wrong form");
  }
  if (!hidden.empty() && !may_hide_facts(entry.type)) {
    return refused("an entry of type \"" + entry.type + "\" cannot hide facts");
  }
  PublicLine line;
  std::set<std::string> names;
  for (HiddenFact& fact : hidden) {
    if (!may_be_hidden(fact) || entry.data.contains(fact.name) || !names.insert(fact.name).second) {
      return refused("a hidden fact has a name that is taken");
    }
    auto text = disclose(std::move(fact)).text();
    if (!text) {
      return text.error();
    }
    line.disclosures.push_back(std::move(text).value());
  }
  if (may_hide_facts(entry.type)) {
    auto digests = digest_list(line.disclosures);
    if (!digests) {
      return digests.error();
    }
    entry.data[std::string(kDigestsMember)] = std::move(digests).value();
  }
  const Json whole = {{"v", kTranscriptVersion},
                      {"i", entry.i},
                      {"prev", entry.prev},
                      {"date", entry.date},
                      {"type", entry.type},
                      {"data", std::move(entry.data)},
                      {"journal", entry.journal}};
  auto text = write_json(whole);
  if (!text) {
    return text.error();
  }
  line.text = std::move(text).value();
  return line;
}

}  // namespace ceremony
