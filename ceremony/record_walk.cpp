#include "ceremony/record_walk.h"

#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "ceremony/head.h"
#include "ceremony/json_lines.h"
#include "ceremony/mode.h"

namespace ceremony {

MaybeFinding RecordWalk::check_chain(const RecordFolder& folder,
                                     const Transcript& transcript) const {
  const TranscriptEntry& open = transcript.entries().front();
  const FindingPlace place{folder.file(kTranscriptFile), 0};
  const std::string previous = transcript.opening("previous_head");
  if (!is_sha256_hex(previous) || !mode_named(transcript.opening("mode")) ||
      !is_type_name(transcript.opening("ceremony"))) {
    return record_finding(place, "open", "it names no mode, no ceremony or no previous head");
  }
  if (previous_head_ && previous != *previous_head_) {
    return record_finding(place, "previous", "it does not follow the ceremony before it");
  }
  if (open.date < previous_date_) {
    return record_finding(place, "date", "its date lies before that of the ceremony before it");
  }
  const std::string name = folder.path.filename().string();
  if (is_ceremony_folder(name)) {
    const auto sequence = number_member(open.data, "sequence");
    if (!sequence ||
        name != folder_number(std::to_string(*sequence)) + "-" + transcript.opening("ceremony")) {
      return record_finding(
          place, "open", "its sequence and ceremony are not those of the folder's name");
    }
  }
  const std::size_t last = transcript.entries().size() - 1;
  if (transcript.entries()[last].type != "close") {
    return record_finding({place.file, last}, "order", "the last entry must be of type \"close\"");
  }
  return std::nullopt;
}

MaybeFinding RecordWalk::check_seal(const RecordFolder& folder,
                                    const Transcript& transcript) const {
  const Roster roster = read_roster(transcript);
  if (roster.flaw) {
    return record_finding(
        {folder.file(kTranscriptFile), roster.flaw->entry}, "roster", roster.flaw->message);
  }
  const auto note = read_record_file(folder.path / kSealFile);
  const auto objection = note ? object_to_seal(*note, transcript, roster.keys)
                              : std::optional<std::string>("the seal cannot be read");
  if (objection) {
    return record_finding({folder.file(kSealFile), {}}, "seal", *objection);
  }
  const auto flaw = paper_ ? compare_with_paper(roster.keys, *paper_) : std::nullopt;
  if (flaw) {
    return record_finding({folder.file(kTranscriptFile), flaw->entry}, "signers", flaw->message);
  }
  return std::nullopt;
}

MaybeFinding RecordWalk::check_evaluation(const RecordFolder& folder,
                                          const Transcript& transcript,
                                          const std::filesystem::path& outer) {
  const TranscriptEntry* entry = nullptr;
  for (const TranscriptEntry& candidate : transcript.entries()) {
    entry = candidate.type == "evaluation" ? &candidate : entry;
  }
  const bool own = has_name(folder.listing.files, kEvaluationFile);
  const FindingPlace place{folder.file(kEvaluationFile), {}};
  if (entry == nullptr) {
    return own ? MaybeFinding(record_finding(place, "evaluation", "no entry vouches for this file"))
               : std::nullopt;
  }
  const auto sha256 = string_member(entry->data, "sha256");
  const auto content = read_record_file((own ? folder.path : outer) / kEvaluationFile);
  if (!sha256 || !content) {
    return record_finding(
        place,
        "evaluation",
        "entry " + std::to_string(entry->i) + " vouches for this file, but it is missing");
  }
  if (base::sha256_hex(base::bytes_of(*content)) != *sha256) {
    return record_finding(
        place,
        "evaluation",
        "this is not the file that entry " + std::to_string(entry->i) + " vouches for");
  }
  newest_evaluation_ = *sha256;
  return std::nullopt;
}

MaybeFinding RecordWalk::check_head(const RecordFolder& folder, const std::string& head) {
  if (!has_name(folder.listing.files, kHeadFile)) {
    return std::nullopt;
  }
  const auto text = read_record_file(folder.path / kHeadFile);
  const auto named = text ? parse_head_text(*text) : base::Result<std::string>(text.error());
  if (!named || *named != head) {
    return record_finding({folder.file(kHeadFile), {}},
                          "head",
                          "this is not the head of the transcript, or its words");
  }
  return std::nullopt;
}

MaybeFinding RecordWalk::one(const RecordFolder& folder, const std::filesystem::path& outer) {
  auto found = check_ceremony_files(folder);
  if (found) {
    return found;
  }
  const auto reading = read_transcript_file(folder.path / kTranscriptFile, Keep::kForVerdict);
  if (!reading) {
    return record_finding({folder.file(kTranscriptFile), {}}, "files", "this file cannot be read");
  }
  if (!reading->flaws.empty()) {
    const TranscriptFlaw& flaw = reading->flaws.front();
    return record_finding({folder.file(kTranscriptFile), flaw.entry}, flaw.rule, flaw.message);
  }
  const Transcript& transcript = reading->transcript;
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

MaybeFinding RecordWalk::check_top(const RecordFolder& top) const {
  if (has_name(top.listing.files, kEvaluationFile)) {
    const auto content = read_record_file(top.path / kEvaluationFile);
    if (newest_evaluation_.empty() || !content ||
        base::sha256_hex(base::bytes_of(*content)) != newest_evaluation_) {
      return record_finding({std::string(kEvaluationFile), {}},
                            "evaluation",
                            "this is not the file that the newest evaluation entry vouches for");
    }
  }
  return check_head(top, ceremonies_.back().head);
}

MaybeFinding RecordWalk::all(const RecordFolder& top) {
  auto found = check_top_files(top);
  if (found) {
    return found;
  }
  previous_head_ = no_previous();
  std::size_t number = 0;
  for (const std::string& name : top.listing.folders) {
    ++number;
    const std::string expected = folder_number(std::to_string(number));
    if (!is_ceremony_folder(name) || name.substr(0, 4) != expected) {
      return record_finding(
          {name, {}}, "files", "the folder with number " + expected + " must stand here");
    }
    const std::filesystem::path path = top.path / name;
    found = one({path, name + "/", list_folder(path)}, top.path);
    if (found) {
      return found;
    }
  }
  return check_top(top);
}

}  // namespace ceremony
