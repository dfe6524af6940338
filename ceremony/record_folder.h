// ceremony/record_folder.h - what lies in a folder of a public record, and what may lie there.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/transcript_verifier.h"

namespace ceremony {

inline constexpr std::string_view kTranscriptFile = "transcript.log";
inline constexpr std::string_view kSealFile = "seal.note";
inline constexpr std::size_t kLargestSeal = std::size_t{1} << 20U;  // bytes
inline constexpr std::string_view kEvaluationFile = "evaluation.json";
inline constexpr std::string_view kHeadFile = "head.txt";

// Nothing, or the first thing that is wrong.
using MaybeFinding = std::optional<RecordFinding>;

// The file that a finding is about, and in it the entry, where it is about one.
struct FindingPlace {
  std::string file;
  std::optional<std::uint64_t> entry;
};

// The finding of rule "record-" + `rule`. The file's name is made fit for a terminal.
RecordFinding record_finding(const FindingPlace& place,
                             std::string_view rule,
                             const std::string& message);

// What lies in a folder, sorted by name.
struct FolderListing {
  std::vector<std::string> files;
  std::vector<std::string> folders;
  std::vector<std::string> others;  // links, devices, what cannot be looked at
};

// A folder whose record is being verified, and how findings call it.
struct RecordFolder {
  std::filesystem::path path;
  std::string label;  // "0001-root-generation/", or "" for the path itself
  FolderListing listing;

  // `name` in this folder, as findings call it.
  [[nodiscard]] std::string file(std::string_view name) const { return label + std::string(name); }
};

// What lies in the folder `path`. A folder that cannot be read through has "." in `others`.
FolderListing list_folder(const std::filesystem::path& path);

// Whether `name` is one of `names`.
bool has_name(const std::vector<std::string>& names, std::string_view name);

// Whether `name` is that of a ceremony's folder: NNNN-TYPE.
bool is_ceremony_folder(std::string_view name);

// The decimal digits of a ceremony's number as its folder has them: zeros before, up to four.
std::string folder_number(const std::string& digits);

// A file of a record but its transcript, at most 16 MiB. Errors: as base::read_file().
base::Result<std::string> read_record_file(const std::filesystem::path& path);

// A ceremony's folder holds its transcript and its seal, and nothing that does not belong there.
MaybeFinding check_ceremony_files(const RecordFolder& folder);

// The folder of all ceremonies holds no file, link or device that does not belong there.
MaybeFinding check_top_files(const RecordFolder& top);

}  // namespace ceremony
