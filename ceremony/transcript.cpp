#include "ceremony/transcript.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/media.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxTranscriptBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxTypeName = 40;
constexpr std::size_t kHashDigits = 64;
constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kDigests = "_sd";
constexpr std::array<std::string_view, 7> kKeys = {
    "v", "i", "prev", "date", "type", "data", "journal"};
// docs/formats/entries.md lists what each type holds.
constexpr std::array<std::string_view, 3> kHidingTypes = {"shares.issue", "set.retire", "key.end"};

// Why a line is refused: the rule and the sentence, without the entry's number.
struct Objection {
  std::string rule;
  std::string message;
};

using MaybeObjection = std::optional<Objection>;

bool has_keys(const Json& line) {
  if (!line.is_object() || line.size() != kKeys.size()) {
    return false;
  }
  return std::equal(
      line.items().begin(), line.items().end(), kKeys.begin(), [](const auto& member, auto key) {
        return member.key() == key;
      });
}

bool has_kinds(const Json& line) {
  return line["v"].is_number_unsigned() && line["i"].is_number_unsigned() &&
         line["prev"].is_string() && line["date"].is_string() && line["type"].is_string() &&
         line["data"].is_object() && line["journal"].is_string();
}

MaybeObjection object_to_digests(const TranscriptEntry& entry) {
  // "_sd" means something at the top of `data` alone; deeper down it would only look as if it did.
  Json open_members = entry.data;
  open_members.erase(std::string(kDigests));
  if (holds_reserved_name(open_members)) {
    return Objection{"digests", "a list \"_sd\" stands where none belongs"};
  }
  const bool present = entry.data.contains(kDigests);
  if (present != may_hide_facts(entry.type)) {
    return Objection{
        "digests",
        present ? "an entry of this type has no list \"_sd\"" : "its list \"_sd\" is missing"};
  }
  if (present) {
    const auto checked = check_digest_list(entry.data[std::string(kDigests)]);
    if (!checked) {
      return Objection{"digests", checked.error().message};
    }
  }
  return std::nullopt;
}

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

MaybeObjection object_to_content(const TranscriptEntry& entry, const Transcript& before) {
  if (entry.i != before.entries().size()) {
    return Objection{"number", "it says that it is entry " + std::to_string(entry.i)};
  }
  if (entry.prev != before.head()) {
    return Objection{"chain", "it does not follow the entry before it (\"prev\")"};
  }
  if (!is_date(entry.date)) {
    return Objection{"date", "its date is none"};
  }
  if (!is_type_name(entry.type) || !is_sha256_hex(entry.journal)) {
    return Objection{"keys", "its type or its journal head has a wrong form"};
  }
  auto objection = object_to_order(entry, before);
  return objection ? objection : object_to_digests(entry);
}

// Reads the text of a line into `entry` and says what is wrong with it.
MaybeObjection read_text(std::string_view text, TranscriptEntry& entry) {
  auto json = parse_json(text);
  if (!json) {
    return Objection{"json", json.error().message};
  }
  Json& line = *json;
  if (!has_keys(line) || !has_kinds(line) || line["v"] != kVersion) {
    return Objection{"keys", "its members are not those of a public entry of version 1"};
  }
  entry.i = line["i"].get<std::uint64_t>();
  entry.prev = line["prev"].get<std::string>();
  entry.date = line["date"].get<std::string>();
  entry.type = line["type"].get<std::string>();
  entry.data = std::move(line["data"]);
  entry.journal = line["journal"].get<std::string>();
  entry.text = text;
  entry.sha256 = base::sha256_hex(base::bytes_of(text));
  return std::nullopt;
}

// A line without its LF: hash, blank, text.
MaybeObjection object_to_line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') {
    return Objection{"line", "its line ends in CR LF; something rewrote the file"};
  }
  if (line.size() <= kHashDigits || line[kHashDigits] != ' ' ||
      !is_sha256_hex(line.substr(0, kHashDigits))) {
    return Objection{"line", "its line does not begin with a hash and a blank"};
  }
  if (line.substr(0, kHashDigits) !=
      base::sha256_hex(base::bytes_of(line.substr(kHashDigits + 1)))) {
    return Objection{"hash", "its text does not fit its hash"};
  }
  return std::nullopt;
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

base::Result<TranscriptEntry> Transcript::next(std::string_view text) const {
  TranscriptEntry entry;
  MaybeObjection objection = read_text(text, entry);
  if (!objection) {
    objection = object_to_content(entry, *this);
  }
  if (objection) {
    return as_error(flaw_at(entries_.size(), std::move(*objection)));
  }
  return entry;
}

base::Result<void> Transcript::add(std::string_view text) {
  base::Result<TranscriptEntry> entry = next(text);
  if (!entry) {
    return entry.error();
  }
  add(std::move(*entry));
  return {};
}

TranscriptReading read_transcript(std::string_view content) {
  TranscriptReading reading;
  do {
    const std::size_t number = reading.transcript.entries().size();
    const std::size_t end = content.find('\n');
    MaybeObjection objection;
    if (content.empty()) {
      objection = Objection{"line", "the transcript is empty"};
    } else if (end == content.npos) {
      objection = Objection{"line", "its line has no end; the file was cut short"};
    } else {
      objection = object_to_line(content.substr(0, end));
    }
    TranscriptEntry entry;
    if (!objection) {
      objection = read_text(content.substr(kHashDigits + 1, end - kHashDigits - 1), entry);
    }
    if (!objection) {
      objection = object_to_content(entry, reading.transcript);
    }
    if (objection) {
      reading.flaws.push_back(flaw_at(number, std::move(*objection)));
      return reading;
    }
    reading.transcript.entries_.push_back(std::move(entry));
    content.remove_prefix(end + 1);
  } while (!content.empty());
  return reading;
}

base::Result<Transcript> Transcript::parse(std::string_view content) {
  TranscriptReading reading = read_transcript(content);
  if (!reading.flaws.empty()) {
    return as_error(reading.flaws.front());
  }
  return std::move(reading.transcript);
}

base::Result<Transcript> Transcript::read(const std::filesystem::path& path) {
  const auto content = base::read_file(path, kMaxTranscriptBytes);
  if (!content) {
    return content.error();
  }
  return parse(base::text_of(*content));
}

std::string Transcript::head() const {
  return entries_.empty() ? no_previous() : entries_.back().sha256;
}

MerkleHash Transcript::root() const {
  std::vector<std::string> texts;
  texts.reserve(entries_.size());
  for (const TranscriptEntry& entry : entries_) {
    texts.push_back(entry.text);
  }
  return merkle_root(texts);
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
    entry.data[std::string(kDigests)] = std::move(digests).value();
  }
  const Json whole = {{"v", kVersion},
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
