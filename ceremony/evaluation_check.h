// ceremony/evaluation_check.h - an evaluation.json compared with what the records show.
//
// Every derived answer is worked out anew from the records that the file names, member by member.
// What people declared is taken from the file itself, and compared with the records where these
// speak. The two figures can be worked out only with the owners' facts; without them they are
// compared with what the public records allow. docs/formats/evaluation.md, "Checking a file".

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation.h"

namespace ceremony {

enum class FieldState {
  kRecomputed,    // worked out anew, and the same
  kConsistent,    // withheld, declared or not answered, and nothing contradicts it
  kContradicted,  // not what the records show
};

// "recomputed", "consistent", "contradicted".
std::string_view name_of(FieldState state);

// One part of the file.
struct CheckedField {
  std::string name;    // of the question, or "transcripts", "subject", ... for the file's own parts
  std::string anchor;  // whose answer of 6.3 it is, as the file names it; "" for all else
  FieldState state = FieldState::kContradicted;
  std::string message;  // one sentence for people; no k, n or name
};

struct EvaluationCheck {
  std::vector<CheckedField> fields;  // the file's parts, 6.1 and 6.2, then 6.3 for each anchor

  [[nodiscard]] bool holds() const;
};

// The records that the file names, out of those given. Errors: kMalformed where the file cannot be
// read; kNotFound where one of them is not among `given`, naming it.
base::Result<std::vector<PublicRecord>> records_named_in(std::string_view file,
                                                         const std::vector<PublicRecord>& given);

// What is compared with the file. `given` are all records at hand, also those that came later.
struct CheckMaterial {
  std::vector<PublicRecord> given;
  std::optional<Reserve> reserve;  // as of the file's records; none: the owners' facts are not here
};

// Errors: as records_named_in() and facts_of(); kInconsistent where the file's subject is no root
// key of the records.
base::Result<EvaluationCheck> check_evaluation(std::string_view bytes,
                                               const CheckMaterial& material);

// For people: one line a part, "NAME: STATE: MESSAGE".
std::string check_text(const EvaluationCheck& check);

}  // namespace ceremony
