#include "ceremony/transcript_verifier.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/media.h"
#include "ceremony/head.h"
#include "ceremony/mode.h"
#include "ceremony/transcript.h"

namespace ceremony {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;
constexpr std::string_view kTranscript = "transcript.log";
constexpr std::string_view kSeal = "seal.note";
constexpr std::string_view kEvaluation = "evaluation.json";
constexpr std::string_view kHead = "head.txt";
constexpr std::array<std::string_view, 6> kCeremonyFiles = {
    kTranscript, kSeal, kEvaluation, kHead, "report.html", "verify.py"};
constexpr std::array<std::string_view, 4> kTopFiles = {
    kEvaluation, kHead, "report.html", "verify.py"};

using MaybeFinding = std::optional<RecordFinding>;

// Where a finding belongs, and what it says.
struct Place {
  std::string file;
  std::optional<std::uint64_t> entry;
};

// A name from the medium, fit for a terminal.
std::string shown(std::string name) {
  std::replace_if(
      name.begin(),
      name.end(),
      [](char character) { return character < ' ' || character > '~'; },
      '?');
  return name;
}

RecordFinding finding(const Place& place, std::string_view rule, const std::string& message) {
  const std::string entry = place.entry ? "entry " + std::to_string(*place.entry) : "";
  return {shown(place.file),
          {.rule = "record-" + std::string(rule),
           .severity = base::Severity::kError,
           .field = entry,
           .source = "Conclave record.md, Verification",
           .message = (entry.empty() ? "" : entry + ": ") + message}};
}

// NNNN-TYPE.
bool is_ceremony_folder(std::string_view name) {
  constexpr std::size_t kDigits = 4;
  return name.size() > kDigits + 1 && name[kDigits] == '-' &&
         std::all_of(name.begin(),
                     name.begin() + kDigits,
                     [](char digit) { return digit >= '0' && digit <= '9'; }) &&
         is_type_name(name.substr(kDigits + 1));
}

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What lies in a folder, sorted by name.
struct Listing {
  std::vector<std::string> files;
  std::vector<std::string> folders;
  std::vector<std::string> others;  // links, devices, what cannot be looked at
};

Listing list_folder(const fs::path& path) {
  Listing listing;
  std::error_code failed;
  for (auto at = fs::directory_iterator(path, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    std::error_code unknown;
    const fs::file_type type = at->symlink_status(unknown).type();
    auto& names = type == fs::file_type::regular     ? listing.files
                  : type == fs::file_type::directory ? listing.folders
                                                     : listing.others;
    names.push_back(at->path().filename().string());
  }
  if (failed) {
    listing.others.emplace_back(".");
  }
  for (auto* names : {&listing.files, &listing.folders, &listing.others}) {
    std::sort(names->begin(), names->end());
  }
  return listing;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A folder whose record is being verified, and how findings call it.
struct Folder {
  fs::path path;
  std::string label;  // "0001-root-generation/", or "" for the path itself
  Listing listing;

  [[nodiscard]] std::string file(std::string_view name) const { return label + std::string(name); }
};

base::Result<std::string> read_text(const fs::path& path) {
  const auto bytes = base::read_file(path, kMaxFileBytes);
  if (!bytes) {
    return bytes.error();
  }
  return std::string(base::text_of(*bytes));
}

// A walk over the ceremonies of a record, in order.
class Walk {
 public:
  explicit Walk(const std::optional<std::vector<PaperSigner>>& paper) : paper_(paper) {}

  // The ceremonies must follow one another from the first.
  MaybeFinding all(const Folder& top);

  // `outer` is where a newer evaluation.json may lie.
  MaybeFinding one(const Folder& folder, const fs::path& outer);

  [[nodiscard]] std::vector<VerifiedCeremony> ceremonies() && { return std::move(ceremonies_); }

 private:
  [[nodiscard]] static MaybeFinding check_files(const Folder& folder);
  [[nodiscard]] MaybeFinding check_chain(const Folder& folder, const Transcript& transcript) const;
  [[nodiscard]] MaybeFinding check_seal(const Folder& folder, const Transcript& transcript) const;
  MaybeFinding check_evaluation(const Folder& folder,
                                const Transcript& transcript,
                                const fs::path& outer);
  [[nodiscard]] static MaybeFinding check_head(const Folder& folder, const std::string& head);
  [[nodiscard]] MaybeFinding check_top(const Folder& top) const;

  const std::optional<std::vector<PaperSigner>>& paper_;
  std::vector<VerifiedCeremony> ceremonies_;
  std::string newest_evaluation_;  // hash; "" while no entry named one
  std::optional<std::string> previous_head_;
  std::string previous_date_;
};

MaybeFinding Walk::check_files(const Folder& folder) {
  for (const auto* names : {&folder.listing.others, &folder.listing.folders}) {
    if (!names->empty()) {
      return finding({folder.file(names->front()), {}}, "files", "this does not belong here");
    }
  }
  for (const std::string& name : folder.listing.files) {
    if (!is_one_of(kCeremonyFiles, name)) {
      return finding({folder.file(name), {}}, "files", "this file does not belong here");
    }
  }
  for (const std::string_view name : {kTranscript, kSeal}) {
    if (!contains(folder.listing.files, name)) {
      return finding({folder.file(name), {}}, "files", "this file is missing");
    }
  }
  return std::nullopt;
}

MaybeFinding Walk::check_chain(const Folder& folder, const Transcript& transcript) const {
  const TranscriptEntry& open = transcript.entries().front();
  const Place place{folder.file(kTranscript), 0};
  const std::string previous = transcript.opening("previous_head");
  if (!is_sha256_hex(previous) || !mode_named(transcript.opening("mode")) ||
      !is_type_name(transcript.opening("ceremony"))) {
    return finding(place, "open", "it names no mode, no ceremony or no previous head");
  }
  if (previous_head_ && previous != *previous_head_) {
    return finding(place, "previous", "it does not follow the ceremony before it");
  }
  if (open.date < previous_date_) {
    return finding(place, "date", "its date lies before that of the ceremony before it");
  }
  const std::string name = folder.path.filename().string();
  if (is_ceremony_folder(name)) {
    const auto sequence = number_member(open.data, "sequence");
    const std::string number = sequence ? std::to_string(*sequence) : "";
    const std::string padded = std::string(4 - std::min<std::size_t>(number.size(), 4), '0');
    if (name != padded + number + "-" + transcript.opening("ceremony")) {
      return finding(place, "open", "its sequence and ceremony are not those of the folder's name");
    }
  }
  const std::size_t last = transcript.entries().size() - 1;
  if (transcript.entries()[last].type != "close") {
    return finding({place.file, last}, "order", "the last entry must be of type \"close\"");
  }
  return std::nullopt;
}

MaybeFinding Walk::check_seal(const Folder& folder, const Transcript& transcript) const {
  const Roster roster = read_roster(transcript);
  if (roster.flaw) {
    return finding({folder.file(kTranscript), roster.flaw->entry}, "roster", roster.flaw->message);
  }
  const auto note = read_text(folder.path / kSeal);
  const auto objection = note ? object_to_seal(*note, transcript, roster.keys)
                              : std::optional<std::string>("the seal cannot be read");
  if (objection) {
    return finding({folder.file(kSeal), {}}, "seal", *objection);
  }
  const auto flaw = paper_ ? compare_with_paper(roster.keys, *paper_) : std::nullopt;
  if (flaw) {
    return finding({folder.file(kTranscript), flaw->entry}, "signers", flaw->message);
  }
  return std::nullopt;
}

MaybeFinding Walk::check_evaluation(const Folder& folder,
                                    const Transcript& transcript,
                                    const fs::path& outer) {
  const TranscriptEntry* entry = nullptr;
  for (const TranscriptEntry& candidate : transcript.entries()) {
    entry = candidate.type == "evaluation" ? &candidate : entry;
  }
  const bool own = contains(folder.listing.files, kEvaluation);
  const Place place{folder.file(kEvaluation), {}};
  if (entry == nullptr) {
    return own ? MaybeFinding(finding(place, "evaluation", "no entry vouches for this file"))
               : std::nullopt;
  }
  const auto sha256 = string_member(entry->data, "sha256");
  const auto content = read_text((own ? folder.path : outer) / kEvaluation);
  if (!sha256 || !content) {
    return finding(
        place,
        "evaluation",
        "entry " + std::to_string(entry->i) + " vouches for this file, but it is missing");
  }
  if (base::sha256_hex(base::bytes_of(*content)) != *sha256) {
    return finding(place,
                   "evaluation",
                   "this is not the file that entry " + std::to_string(entry->i) + " vouches for");
  }
  newest_evaluation_ = *sha256;
  return std::nullopt;
}

MaybeFinding Walk::check_head(const Folder& folder, const std::string& head) {
  if (!contains(folder.listing.files, kHead)) {
    return std::nullopt;
  }
  const auto text = read_text(folder.path / kHead);
  const auto named = text ? parse_head_text(*text) : base::Result<std::string>(text.error());
  if (!named || *named != head) {
    return finding(
        {folder.file(kHead), {}}, "head", "this is not the head of the transcript, or its words");
  }
  return std::nullopt;
}

MaybeFinding Walk::one(const Folder& folder, const fs::path& outer) {
  auto found = check_files(folder);
  if (found) {
    return found;
  }
  const auto content = read_text(folder.path / kTranscript);
  if (!content) {
    return finding({folder.file(kTranscript), {}}, "files", "this file cannot be read");
  }
  const TranscriptReading reading = read_transcript(*content);
  if (!reading.flaws.empty()) {
    const TranscriptFlaw& flaw = reading.flaws.front();
    return finding({folder.file(kTranscript), flaw.entry}, flaw.rule, flaw.message);
  }
  const Transcript& transcript = reading.transcript;
  const std::string head = transcript.head();
  found = check_chain(folder, transcript);
  found = found ? found : check_seal(folder, transcript);
  found = found ? found : check_evaluation(folder, transcript, outer);
  found = found ? found : check_head(folder, head);
  if (found) {
    return found;
  }
  previous_head_ = head;
  previous_date_ = transcript.entries().back().date;
  ceremonies_.push_back({.folder = folder.label,
                         .ceremony = transcript.opening("ceremony"),
                         .mode = transcript.opening("mode"),
                         .entries = transcript.entries().size(),
                         .head = head});
  return std::nullopt;
}

MaybeFinding Walk::check_top(const Folder& top) const {
  if (contains(top.listing.files, kEvaluation)) {
    const auto content = read_text(top.path / kEvaluation);
    if (newest_evaluation_.empty() || !content ||
        base::sha256_hex(base::bytes_of(*content)) != newest_evaluation_) {
      return finding({std::string(kEvaluation), {}},
                     "evaluation",
                     "this is not the file that the newest evaluation entry vouches for");
    }
  }
  return check_head(top, ceremonies_.back().head);
}

MaybeFinding Walk::all(const Folder& top) {
  if (!top.listing.others.empty()) {
    return finding({top.listing.others.front(), {}}, "files", "this does not belong here");
  }
  for (const std::string& name : top.listing.files) {
    if (!is_one_of(kTopFiles, name)) {
      return finding({name, {}}, "files", "this file does not belong here");
    }
  }
  previous_head_ = no_previous();
  std::size_t number = 0;
  for (const std::string& name : top.listing.folders) {
    ++number;
    const std::string digits = std::to_string(number);
    const std::string expected =
        std::string(4 - std::min<std::size_t>(digits.size(), 4), '0') + digits;
    if (!is_ceremony_folder(name) || name.substr(0, 4) != expected) {
      return finding(
          {name, {}}, "files", "the folder with number " + expected + " must stand here");
    }
    const fs::path path = top.path / name;
    auto found = one({path, name + "/", list_folder(path)}, top.path);
    if (found) {
      return found;
    }
  }
  return check_top(top);
}

}  // namespace

base::Result<RecordVerdict> verify_record(const fs::path& path,
                                          const std::optional<std::vector<PaperSigner>>& paper) {
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (failed || !fs::is_directory(real, failed)) {
    return Error{ErrorCode::kNotFound,
                 "there is no folder at the path given; name a record's folder, such as "
                 "record/public"};
  }
  const Folder folder{real, "", list_folder(real)};
  const auto& folders = folder.listing.folders;
  const bool several = std::any_of(folders.begin(), folders.end(), is_ceremony_folder);
  Walk walk(paper);
  const auto found = several ? walk.all(folder) : walk.one(folder, real.parent_path());
  RecordVerdict verdict;
  if (found) {
    verdict.findings.push_back(*found);
    return verdict;
  }
  verdict.state = paper ? RecordState::kVerified : RecordState::kSignersUnverified;
  verdict.ceremonies = std::move(walk).ceremonies();
  if (!paper) {
    verdict.findings.push_back(
        {"",
         {.rule = "record-signers-not-verified",
          .severity = base::Severity::kWarning,
          .field = "",
          .source = "Conclave record.md, Verification",
          .message = "consistent, signers not verified: a complete forgery is consistent too; give "
                     "--signers with the keys from the paper roster"}});
  }
  return verdict;
}

std::string verdict_text(const RecordVerdict& verdict) {
  std::string text;
  for (const VerifiedCeremony& ceremony : verdict.ceremonies) {
    text += ceremony.folder + (ceremony.folder.empty() ? "" : " ") + ceremony.ceremony + ", " +
            ceremony.mode + ", " + std::to_string(ceremony.entries) +
            " entries, head sha256:" + ceremony.head + "\n";
  }
  const auto digest = verdict.ceremonies.empty()
                          ? base::Result<base::Digest>(base::Digest{})
                          : base::parse_digest_hex(verdict.ceremonies.back().head);
  if (!verdict.ceremonies.empty() && digest) {
    text += "compare with paper: " + base::digest_words(*digest) + "\n";
  }
  for (const RecordFinding& found : verdict.findings) {
    text += (found.file.empty() ? "" : found.file + ": ") + found.finding.message + "\n";
  }
  switch (verdict.state) {
    case RecordState::kVerified:
      return text + "VERIFIED\n";
    case RecordState::kSignersUnverified:
      return text + "CONSISTENT, SIGNERS NOT VERIFIED\n";
    case RecordState::kBroken:
      break;
  }
  return text + "NOT VERIFIED\n";
}

}  // namespace ceremony
