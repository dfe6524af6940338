#include "ceremony/record_folder.h"

#include <algorithm>
#include <system_error>

#include "base/media.h"
#include "ceremony/transcript.h"

namespace ceremony {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;
constexpr std::size_t kNumberDigits = 4;
constexpr std::array<std::string_view, 6> kCeremonyFiles = {
    kTranscriptFile, kSealFile, kEvaluationFile, kHeadFile, "report.html", "verify.py"};
constexpr std::array<std::string_view, 4> kTopFiles = {
    kEvaluationFile, kHeadFile, "report.html", "verify.py"};

// A name from the medium, fit for a terminal.
std::string shown(std::string name) {
  std::replace_if(
      name.begin(),
      name.end(),
      [](char character) { return character < ' ' || character > '~'; },
      '?');
  return name;
}

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

RecordFinding record_finding(const FindingPlace& place,
                             std::string_view rule,
                             const std::string& message) {
  const std::string entry = place.entry ? "entry " + std::to_string(*place.entry) : "";
  return {shown(place.file),
          {.rule = "record-" + std::string(rule),
           .severity = base::Severity::kError,
           .field = entry,
           .source = "Conclave record.md, Verification",
           .message = (entry.empty() ? "" : entry + ": ") + message}};
}

FolderListing list_folder(const fs::path& path) {
  FolderListing listing;
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

bool has_name(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_ceremony_folder(std::string_view name) {
  return name.size() > kNumberDigits + 1 && name[kNumberDigits] == '-' &&
         std::all_of(name.begin(),
                     name.begin() + kNumberDigits,
                     [](char digit) { return digit >= '0' && digit <= '9'; }) &&
         is_type_name(name.substr(kNumberDigits + 1));
}

std::string folder_number(const std::string& digits) {
  return std::string(kNumberDigits - std::min(digits.size(), kNumberDigits), '0') + digits;
}

base::Result<std::string> read_record_file(const fs::path& path) {
  const auto bytes = base::read_file(path, kMaxFileBytes);
  if (!bytes) {
    return bytes.error();
  }
  return std::string(base::text_of(*bytes));
}

MaybeFinding check_ceremony_files(const RecordFolder& folder) {
  for (const auto* names : {&folder.listing.others, &folder.listing.folders}) {
    if (!names->empty()) {
      return record_finding(
          {folder.file(names->front()), {}}, "files", "this does not belong here");
    }
  }
  for (const std::string& name : folder.listing.files) {
    if (!is_one_of(kCeremonyFiles, name)) {
      return record_finding({folder.file(name), {}}, "files", "this file does not belong here");
    }
  }
  for (const std::string_view name : {kTranscriptFile, kSealFile}) {
    if (!has_name(folder.listing.files, name)) {
      return record_finding({folder.file(name), {}}, "files", "this file is missing");
    }
  }
  return std::nullopt;
}

MaybeFinding check_top_files(const RecordFolder& top) {
  if (!top.listing.others.empty()) {
    return record_finding({top.listing.others.front(), {}}, "files", "this does not belong here");
  }
  for (const std::string& name : top.listing.files) {
    if (!is_one_of(kTopFiles, name)) {
      return record_finding({name, {}}, "files", "this file does not belong here");
    }
  }
  return std::nullopt;
}

}  // namespace ceremony
