#include "ceremony/evaluation_input.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/journal_reader.h"
#include "ceremony/ledger_files.h"
#include "ceremony/record_folder.h"
#include "ceremony/roster.h"

namespace ceremony {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestJournal = std::size_t{64} << 20U;

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    if (entry.is_directory(failed)) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

Error nothing_there(const fs::path& path) {
  return Error{ErrorCode::kNotFound,
               path.string() +
                   " holds no record of a ceremony; give record/public, the folder of one "
                   "ceremony, or record/confidential"};
}

// A folder that is the record of one ceremony, or a folder of such.
Result<void> look_into(const fs::path& folder, EvaluationFolders& found) {
  if (is_there(folder / kTranscriptFile)) {
    found.records.push_back(folder);
    found.ceremonies.push_back(folder);
    return {};
  }
  if (is_there(folder / kJournalFile)) {
    found.journals.push_back(folder);
    return {};
  }
  const std::size_t before = found.ceremonies.size() + found.journals.size();
  bool has_records = false;
  for (const fs::path& inner : folders_in(folder)) {
    if (is_there(inner / kTranscriptFile)) {
      found.ceremonies.push_back(inner);
      has_records = true;
    } else if (is_there(inner / kJournalFile)) {
      found.journals.push_back(inner);
    }
  }
  if (has_records) {
    found.records.push_back(folder);
  }
  if (found.ceremonies.size() + found.journals.size() == before) {
    return nothing_there(folder);
  }
  return {};
}

// The evaluation.json that the record's last entry of that type vouches for; "" where there is
// none.
std::string evaluation_of_record(const Transcript& transcript, const fs::path& folder) {
  std::string sha256;
  for (const TranscriptEntry& entry : transcript.entries()) {
    const auto named = entry.type == "evaluation" ? string_member(entry.data, "sha256")
                                                  : Result<std::string>(sha256);
    sha256 = named ? *named : sha256;
  }
  for (const fs::path& place : {folder, folder.parent_path()}) {
    auto content = sha256.empty() ? Result<std::string>(std::string())
                                  : read_record_file(place / kEvaluationFile);
    if (content && base::sha256_hex(base::bytes_of(*content)) == sha256) {
      return std::move(content).value();
    }
  }
  return {};
}

Result<OwnersJournal> read_journal(const fs::path& folder, const KeySource& source) {
  const auto content = base::read_file(folder / kJournalFile, kLargestJournal);
  if (!content) {
    return content.error();
  }
  auto entries = read_stored_journal(base::text_of(*content), source);
  if (!entries && entries.error().code == ErrorCode::kInvalidArgument) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "a journal is encrypted, and only its record keepers can open it; bring a record "
                 "keeper's key (--keeper), or leave the journals out here, and let the evaluation "
                 "ceremony ask the owners"};
  }
  return entries;
}

// A folder that can be listed to its end; what cannot be seen might be what counts.
Result<void> must_be_listable(const fs::path& ledger) {
  std::error_code failed;
  fs::directory_iterator entry(ledger, failed);
  while (!failed && entry != fs::directory_iterator()) {
    entry.increment(failed);
  }
  return failed ? Result<void>(Error{
                      ErrorCode::kStorageFailure,
                      "the records of this site cannot be listed, so some might be overlooked; "
                      "nothing was evaluated; bring another copy of the vault medium"})
                : Result<void>();
}

// Seal, signatures and roster of one record.
Result<void> must_hold(const fs::path& folder, const Transcript& transcript) {
  const auto note = read_record_file(folder / kSealFile);
  if (!note) {
    return note.error();
  }
  const Roster roster = read_roster(transcript);
  const auto objection = roster.flaw ? std::optional<std::string>(roster.flaw->message)
                                     : object_to_seal(*note, transcript, roster.keys);
  return objection ? Result<void>(Error{ErrorCode::kInconsistent,
                                        "it does not hold (" + *objection +
                                            "); nothing was evaluated; bring another copy of it"})
                   : Result<void>();
}

Result<PublicRecord> read_ledger_record_of(const fs::path& folder) {
  auto record = read_public_record(folder);
  if (!record) {
    return record;
  }
  auto held = must_hold(folder, record->transcript);
  return held ? std::move(record) : Result<PublicRecord>(std::move(held).error());
}

// The file itself, or what a folder has of them, sorted.
Result<std::vector<fs::path>> evaluation_files_at(const fs::path& path) {
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);  // a link to the file is the file
  if (failed || !fs::is_directory(real, failed)) {
    return std::vector<fs::path>{failed ? path : real};
  }
  std::vector<fs::path> files;
  fs::directory_iterator entry(real, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (entry->path().extension() == ".json") {
      files.push_back(entry->path());
    }
  }
  if (failed || files.empty()) {
    return Error{ErrorCode::kNotFound,
                 path.string() +
                     " holds no earlier evaluation that can be read; give the evaluation.json "
                     "that was published, or a folder of such files (*.json)"};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

base::Result<EvaluationFolders> find_evaluation_folders(const std::vector<fs::path>& paths) {
  EvaluationFolders found;
  for (const fs::path& path : paths) {
    const bool is_parent = !is_there(path / kTranscriptFile) && is_there(path / "public");
    if (auto looked = look_into(is_parent ? path / "public" : path, found); !looked) {
      return std::move(looked).error();
    }
  }
  return found;
}

base::Result<PublicRecord> read_public_record(const fs::path& folder) {
  auto transcript = Transcript::read(folder / kTranscriptFile);
  if (!transcript) {
    return std::move(transcript).error();
  }
  auto seal = base::read_file(folder / kSealFile, kLargestSeal);
  if (!seal) {
    return std::move(seal).error();
  }
  const std::string_view text = base::text_of(*seal);
  std::string evaluation = evaluation_of_record(*transcript, folder);
  return PublicRecord{.id = folder.filename().string(),
                      .origin = std::string(text.substr(0, text.find('\n'))),
                      .seal_sha256 = base::sha256_hex(*seal),
                      .transcript = std::move(transcript).value(),
                      .evaluation = std::move(evaluation)};
}

base::Result<std::vector<PublicRecord>> read_ledger_records(const fs::path& ledger) {
  if (auto listable = must_be_listable(ledger); !listable) {
    return std::move(listable).error();
  }
  const auto whole = read_records(ledger, CutOff::kRefused);
  if (!whole) {
    return whole.error();
  }
  std::vector<PublicRecord> records;
  for (const LedgerRecord& one : *whole) {
    auto record = read_ledger_record_of(ledger / one.name);
    if (!record) {
      return std::move(record).error().while_doing("the record " + one.name);
    }
    records.push_back(std::move(record).value());
  }
  return records;
}

base::Result<std::vector<std::string>> read_earlier_evaluations(
    const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    auto listed = evaluation_files_at(path);
    if (!listed) {
      return std::move(listed).error();
    }
    files.insert(files.end(), listed->begin(), listed->end());
  }
  std::vector<std::string> contents;
  for (const fs::path& file : files) {
    auto content = read_record_file(file);
    if (!content) {
      return std::move(content).error();
    }
    contents.push_back(std::move(content).value());
  }
  return contents;
}

base::Result<std::vector<OwnersJournal>> read_journals(const std::vector<fs::path>& folders,
                                                       const KeySource& source) {
  std::vector<OwnersJournal> journals;
  for (const fs::path& folder : folders) {
    auto journal = read_journal(folder, source);
    if (!journal) {
      return std::move(journal).error();
    }
    journals.push_back(std::move(journal).value());
  }
  return journals;
}

}  // namespace ceremony
