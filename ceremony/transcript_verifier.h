// ceremony/transcript_verifier.h - whether a public record holds: one ceremony, or all in a row.
//
// verify.py, which is shipped with every record, gives the same verdict without this software; the
// table of mutations in tests/record is run against both. docs/formats/record.md, "Verification".

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "ceremony/roster.h"

namespace ceremony {

enum class RecordState {
  kVerified,           // all of it holds, and those who must have signed did
  kSignersUnverified,  // all of it is consistent; nobody said whose keys must have signed
  kBroken,             // it does not hold; `findings` says where
};

// Something that does not hold. `file` is relative to the path that was verified.
struct RecordFinding {
  std::string file;
  base::Finding finding;
};

// One ceremony that was looked at and holds.
struct VerifiedCeremony {
  std::string folder;  // "" where the path is the ceremony's own folder
  std::string ceremony;
  std::string mode;
  std::size_t entries = 0;
  std::string head;
};

struct RecordVerdict {
  RecordState state = RecordState::kBroken;
  std::vector<RecordFinding> findings;  // empty, or the first thing that is wrong
  std::vector<VerifiedCeremony> ceremonies;
};

// Verifies `path`: a ceremony's folder (transcript.log, seal.note), or the folder of all of them
// (0001-TYPE, 0002-TYPE, ...), whose ceremonies must follow one another from the first.
// Errors: kNotFound where `path` is no folder. Everything else is a finding.
base::Result<RecordVerdict> verify_record(const std::filesystem::path& path,
                                          const std::optional<std::vector<PaperSigner>>& paper);

// The verdict in lines for people.
std::string verdict_text(const RecordVerdict& verdict);

}  // namespace ceremony
