#include "ceremony/transcript_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "ca/public_digest.h"

namespace ceremony {

namespace {

constexpr std::size_t kHashDigits = 64;
constexpr std::array<std::string_view, 7> kKeys = {
    "v", "i", "prev", "date", "type", "data", "journal"};
// Of what a verifier looks into.
constexpr std::array<std::string_view, 4> kLookedInto = {"open", "roster", "evaluation", "close"};
constexpr std::size_t kWorthThreads = std::size_t{1} << 20U;  // bytes
constexpr std::size_t kPartBytes = std::size_t{1} << 20U;     // and the rest of the line
constexpr std::size_t kPartsAhead = 3;

bool has_keys(const Json& line) {
  if (!line.is_object() || line.size() != kKeys.size()) {
    return false;
  }
  const auto* key = kKeys.begin();
  for (auto member = line.begin(); member != line.end(); ++member, ++key) {
    if (member.key() != *key) {
      return false;
    }
  }
  return true;
}

bool has_kinds(const Json& line) {
  return line["v"].is_number_unsigned() && line["i"].is_number_unsigned() &&
         line["prev"].is_string() && line["date"].is_string() && line["type"].is_string() &&
         line["data"].is_object() && line["journal"].is_string();
}

MaybeObjection object_to_digests(const TranscriptEntry& entry) {
  // "_sd" means something at the top of `data` alone; deeper down it would only look as if it did.
  if (holds_reserved_name_but(entry.data, kDigestsMember)) {
    return Objection{"digests", "a list \"_sd\" stands where none belongs"};
  }
  const bool present = entry.data.contains(kDigestsMember);
  if (present != may_hide_facts(entry.type)) {
    return Objection{
        "digests",
        present ? "an entry of this type has no list \"_sd\"" : "its list \"_sd\" is missing"};
  }
  if (present) {
    const auto checked = check_digest_list(entry.data[std::string(kDigestsMember)]);
    if (!checked) {
      return Objection{"digests", checked.error().message};
    }
  }
  return std::nullopt;
}

MaybeObjection object_to_members(const TranscriptEntry& entry) {
  if (!is_date(entry.date)) {
    return Objection{"date", "its date is none"};
  }
  if (!is_type_name(entry.type) || !is_sha256_hex(entry.journal)) {
    return Objection{"keys", "its type or its journal head has a wrong form"};
  }
  return std::nullopt;
}

// Reads the members of a line into `entry` and says what is wrong with them.
MaybeObjection read_members(std::string_view text, TranscriptEntry& entry) {
  auto json = parse_json(text);
  if (!json) {
    return Objection{"json", json.error().message};
  }
  Json& line = *json;
  if (!has_keys(line) || !has_kinds(line) || line["v"] != kTranscriptVersion) {
    return Objection{"keys", "its members are not those of a public entry of version 1"};
  }
  entry.i = line["i"].get<std::uint64_t>();
  entry.prev = std::move(line["prev"].get_ref<std::string&>());
  entry.date = std::move(line["date"].get_ref<std::string&>());
  entry.type = std::move(line["type"].get_ref<std::string&>());
  entry.data = std::move(line["data"]);
  entry.journal = std::move(line["journal"].get_ref<std::string&>());
  return std::nullopt;
}

struct HashedText {
  std::string_view text;
  std::string sha256;
};

LineReading reading_of(HashedText line, Keep keep) {
  LineReading reading;
  TranscriptEntry& entry = reading.entry;
  reading.form = read_members(line.text, entry);
  if (reading.form) {
    return reading;
  }
  entry.sha256 = std::move(line.sha256);
  entry.leaf = merkle_leaf(line.text);
  reading.members = object_to_members(entry);
  reading.digests = object_to_digests(entry);
  if (keep == Keep::kAll || std::ranges::find(kLookedInto, entry.type) != kLookedInto.end()) {
    entry.text = line.text;
  } else {
    entry.data = nullptr;
    entry.journal = {};
  }
  return reading;
}

LineReading refused(const char* rule, const char* message) {
  return {.entry = {}, .form = Objection{rule, message}, .members = {}, .digests = {}};
}

// A line without its LF: hash, blank, text.
LineReading reading_of_line(std::string_view line, Keep keep) {
  if (!line.empty() && line.back() == '\r') {
    return refused("line", "its line ends in CR LF; something rewrote the file");
  }
  if (line.size() <= kHashDigits || line[kHashDigits] != ' ' ||
      !is_sha256_hex(line.substr(0, kHashDigits))) {
    return refused("line", "its line does not begin with a hash and a blank");
  }
  const std::string_view text = line.substr(kHashDigits + 1);
  std::string sha256 = base::digest_hex(ca::public_sha256({base::bytes_of(text)}));
  return line.substr(0, kHashDigits) == sha256
             ? reading_of({.text = text, .sha256 = std::move(sha256)}, keep)
             : refused("hash", "its text does not fit its hash");
}

std::deque<LineReading> read_part(std::string_view lines, Keep keep) {
  std::deque<LineReading> part;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) {
      part.push_back(refused("line", "its line has no end; the file was cut short"));
      break;
    }
    part.push_back(reading_of_line(lines.substr(0, end), keep));
    lines.remove_prefix(end + 1);
  }
  return part;
}

base::Amount amount_of(std::uint64_t size_bytes) {
  return size_bytes > kWorthThreads ? base::Amount::kMuch : base::Amount::kLittle;
}

}  // namespace

LineReading reading_of_text(std::string_view text) {
  return reading_of({.text = text, .sha256 = base::sha256_hex(base::bytes_of(text))}, Keep::kAll);
}

TranscriptReader::TranscriptReader(std::string_view content, Keep keep)
    : rest_(content), keep_(keep), amount_(amount_of(content.size())) {
  begin_parts();
}

TranscriptReader::TranscriptReader(base::OpenedFile file, Keep keep)
    : file_(std::move(file.file)),
      left_bytes_(file.size_bytes),
      keep_(keep),
      amount_(amount_of(file.size_bytes)) {
  begin_parts();
}

LineReading TranscriptReader::next() {
  if (part_.empty()) {
    part_ = ahead_.front().get();
    ahead_.pop_front();
    begin_parts();
  }
  LineReading reading = std::move(part_.front());
  part_.pop_front();
  return reading;
}

void TranscriptReader::begin_parts() {
  while (ahead_.size() < kPartsAhead) {
    const Lines lines = next_lines();
    if (lines.text.empty()) {
      return;
    }
    ahead_.push_back(base::in_background(
        [lines, keep = keep_] { return read_part(lines.text, keep); }, amount_));
  }
}

TranscriptReader::Lines TranscriptReader::next_lines() {
  return file_.is_open() ? next_of_file() : next_of_content();
}

TranscriptReader::Lines TranscriptReader::next_of_content() {
  const std::size_t end = rest_.find('\n', std::min(kPartBytes, rest_.size()));
  const std::string_view lines = rest_.substr(0, end == rest_.npos ? end : end + 1);
  rest_.remove_prefix(lines.size());
  return {.text = lines, .owner = {}};
}

TranscriptReader::Lines TranscriptReader::next_of_file() {
  const auto block = std::make_shared<std::string>(std::move(begun_));
  begun_.clear();
  std::size_t end = std::string::npos;
  while (end == std::string::npos) {
    const std::size_t before = block->size();
    block->resize(before + std::min<std::uint64_t>(kPartBytes, left_bytes_ + 1));
    const std::span<std::uint8_t> target(reinterpret_cast<std::uint8_t*>(block->data()) + before,
                                         block->size() - before);
    const std::ptrdiff_t count = base::read_up_to(file_.number(), target);
    if (count < 0 || std::cmp_greater(count, left_bytes_)) {
      has_failed_ = true;
      file_ = {};
      return {};
    }
    const auto size = static_cast<std::size_t>(count);
    left_bytes_ -= size;
    block->resize(before + size);
    const std::size_t found = std::string_view(*block).substr(before).rfind('\n');
    end = found == std::string::npos ? found : before + found;
    if (size < kPartBytes) {
      has_failed_ = left_bytes_ != 0;
      file_ = {};
      return {.text = *block, .owner = block};
    }
  }
  begun_ = block->substr(end + 1);
  block->resize(end + 1);
  return {.text = *block, .owner = block};
}

}  // namespace ceremony
