// ceremony/evaluation_publications.h - evaluations that the world has already, read back: what a
// reader puts beside the next one.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation_facts.h"
#include "ceremony/inference.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// The JSON of an evaluation.json. Errors: kMalformed where it is not, byte for byte, what publish()
// writes for it (so that no two readers can understand it differently), or is of another format.
base::Result<Json> read_evaluation(std::string_view bytes);

// The figures in an evaluation.json, and what they are about.
struct PublishedEvaluation {
  std::string mode;
  std::string public_key;       // of the identity anchor; "" where it names none
  std::string as_of;            // YYYY-MM-DD
  std::string share_set_entry;  // hash of the shares.issue entry; "" where it knows of none
  std::optional<unsigned> spare;
  std::optional<unsigned> continents;
};

// Errors: kMalformed.
base::Result<PublishedEvaluation> figures_published_in(std::string_view bytes);

// All that was published of a key: each share set as its record shows it, then the evaluations that
// the records vouch for and those of `others` (bytes), by date. Errors: kMalformed; kInsufficient
// where the records vouch for an evaluation that is neither with them nor among `others`;
// kInconsistent for one of another key, mode or share set, or with more than was made.
base::Result<Publications> publications_of(const AnchorFacts& facts,
                                           std::string_view mode,
                                           const std::vector<std::string>& others);

}  // namespace ceremony
