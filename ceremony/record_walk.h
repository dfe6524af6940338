// ceremony/record_walk.h - the checks of a public record, ceremony after ceremony.
//
// docs/formats/record.md, "Verification". For transcript_verifier.cpp, which gives the verdict.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ceremony/record_folder.h"
#include "ceremony/roster.h"
#include "ceremony/transcript.h"
#include "ceremony/transcript_verifier.h"

namespace ceremony {

// A walk over the ceremonies of a record, in order.
class RecordWalk {
 public:
  // `paper` is borrowed for the walk's life: the signers on paper, where somebody gave them.
  explicit RecordWalk(const std::optional<std::vector<PaperSigner>>& paper) : paper_(paper) {}

  // All ceremonies in `top`, which must follow one another from the first.
  MaybeFinding all(const RecordFolder& top);

  // The ceremony in `folder`; `outer` is where a newer evaluation.json may lie.
  MaybeFinding one(const RecordFolder& folder, const std::filesystem::path& outer);

  // Those that were looked at and hold, in order.
  [[nodiscard]] std::vector<VerifiedCeremony> ceremonies() && { return std::move(ceremonies_); }

 private:
  [[nodiscard]] MaybeFinding check_chain(const RecordFolder& folder,
                                         const Transcript& transcript) const;
  [[nodiscard]] MaybeFinding check_seal(const RecordFolder& folder,
                                        const Transcript& transcript) const;
  MaybeFinding check_evaluation(const RecordFolder& folder,
                                const Transcript& transcript,
                                const std::filesystem::path& outer);
  [[nodiscard]] static MaybeFinding check_head(const RecordFolder& folder, const std::string& head);
  [[nodiscard]] MaybeFinding check_top(const RecordFolder& top) const;

  const std::optional<std::vector<PaperSigner>>& paper_;
  std::vector<VerifiedCeremony> ceremonies_;
  std::string newest_evaluation_;  // hash; "" while no entry named one
  std::optional<std::string> previous_head_;
  std::string previous_date_;
};

}  // namespace ceremony
