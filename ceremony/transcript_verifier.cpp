#include "ceremony/transcript_verifier.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "ceremony/record_folder.h"
#include "ceremony/record_walk.h"

namespace ceremony {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

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
  const RecordFolder folder{real, "", list_folder(real)};
  const auto& folders = folder.listing.folders;
  const bool several = std::any_of(folders.begin(), folders.end(), is_ceremony_folder);
  RecordWalk walk(paper);
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
