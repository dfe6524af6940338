// ceremony/evaluation_rules.h - one rule for each question: from facts and statements to an answer.
//
// A statement never replaces what the record shows. Where both speak, they are compared, and a
// contradiction is an error (kInconsistent) that names the question; the record is not to be
// published with an answer that it refutes. A `declaration` may be nullptr: nobody stated it.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation.h"

namespace ceremony {

inline constexpr const char* kNobodyDeclared =
    "Nobody has declared it; it belongs into the declarations file.";

// What every rule begins with.
Answer unanswered(TaxonomyField field, std::string reason);
Answer answered(TaxonomyField field, AnswerSource source, std::string rule);

// Adds who stated it, and the note.
void add_statement(Answer& answer, const Declaration& declaration);

// For questions that only people can answer.
Answer declared_answer(TaxonomyField field, const Declaration* declaration);

// For the two questions that a first stage inside the CPU makes void: what is declared on the
// question, and on initial-enclave-location, is among `declarations`.
Answer answer_if_external(TaxonomyField field, const std::vector<Declaration>& declarations);

// identity-pki-level and pki-level: section 5.1 of the draft, the root being level 1.
base::Result<Answer> level_answer(TaxonomyField field,
                                  const AnchorFacts& facts,
                                  const Declaration* declaration);

base::Result<Answer> time_limit_answer(const AnchorFacts& facts, const Declaration* declaration);

// identity-anchor-storage and pki-anchor-storage. Never tells how many people it takes.
Answer storage_answer(TaxonomyField field,
                      const AnchorFacts& facts,
                      const Declaration* declaration);

// The newest share set, or nullptr where the records have none.
const ShareSetFact* newest_share_set(const AnchorFacts& facts);

// Whether the figures count losses that were reported to the owners.
enum class Losses { kNotKnown, kCounted };

// The two figures, without their values (publish() fills them in).
Answer extra_answer(const AnchorFacts& facts, Losses losses);
Answer continents_answer(const AnchorFacts& facts, Losses losses);

base::Result<Answer> algorithms_answer(const AnchorFacts& facts, const Declaration* declaration);
Answer lifespan_answer(const AnchorFacts& facts, const Declaration* declaration);
Answer lock_policy_answer(const AnchorFacts& facts, const Declaration* declaration);

}  // namespace ceremony
