// ceremony/evaluation_input.h - finds and reads what an evaluation is made from: records, journals.

#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation_facts.h"
#include "ceremony/journal_keys.h"
#include "ceremony/owners_facts.h"

namespace ceremony {

// The folders below the paths that people gave. Two levels are looked through.
struct EvaluationFolders {
  std::vector<std::filesystem::path> records;     // to be verified: one ceremony, or record/public
  std::vector<std::filesystem::path> ceremonies;  // the folders with a transcript.log in them
  std::vector<std::filesystem::path> journals;    // the folders with a journal.log in them
};

// A path may be a ceremony's folder (public or confidential), a folder of such folders, or a folder
// that has them in "public": its "confidential" is left alone unless it is given by name.
// Errors: kNotFound for a path that is no folder, or in which nothing of the kind lies.
base::Result<EvaluationFolders> find_evaluation_folders(
    const std::vector<std::filesystem::path>& paths);

// The public record in `folder`, with the evaluation.json that it vouches for, where that lies in
// it or one folder above. Reads it; verify_record() says whether it holds.
// Errors: kNotFound, kMalformed, kInconsistent, kStorageFailure.
base::Result<PublicRecord> read_public_record(const std::filesystem::path& folder);

// The public records in a site's ledger, sorted by name, seal and signatures of each verified.
// Errors: as above; kInconsistent for a record that does not hold or was cut off, named;
// kStorageFailure where the folder is not there or cannot be listed.
base::Result<std::vector<PublicRecord>> read_ledger_records(const std::filesystem::path& ledger);

// Evaluations that were published before: each path is a file, or a folder of files named *.json.
// Errors: kNotFound; kStorageFailure.
base::Result<std::vector<std::string>> read_earlier_evaluations(
    const std::vector<std::filesystem::path>& paths);

// The journals in these folders. Errors: kNotFound, kMalformed, kInconsistent; kRefusedByPolicy
// where one is encrypted and `source` has no key of it.
base::Result<std::vector<OwnersJournal>> read_journals(
    const std::vector<std::filesystem::path>& folders, const KeySource& source);

}  // namespace ceremony
