// ceremony/evaluation_input.h - finds and reads what an evaluation is made from: records, journals.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation_facts.h"
#include "ceremony/evaluation_reserve.h"

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

// The public record in `folder`. Reads it; verify_record() says whether it holds.
// Errors: kNotFound, kMalformed, kInconsistent, kStorageFailure.
base::Result<PublicRecord> read_public_record(const std::filesystem::path& folder);

// What the owners know of the share set that the public entry of hash `share_set_entry` issued,
// from the content of a journal: its "holders" entry. Nothing where the journal is that of another
// ceremony. A continent counts with a copy only by the journal's "sites".
// Errors: kMalformed, kInconsistent (without a number or a name); kRefusedByPolicy where the
// journal is encrypted.
base::Result<std::optional<ConfidentialFacts>> owners_facts_in(std::string_view journal,
                                                               const std::string& share_set_entry);

}  // namespace ceremony
