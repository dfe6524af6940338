// ceremony/evaluation_rules.h - one rule for each question: from facts and statements to an answer.
//
// A statement never replaces what the record shows. Where both speak, they are compared, and a
// contradiction is an error (kInconsistent) that names the question; the record is not to be
// published with an answer that it refutes. A `declaration` may be nullptr: nobody stated it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation.h"

namespace ceremony {

inline constexpr const char* kNobodyDeclared =
    "Nobody has declared it; it belongs into the declarations file.";

// What pki-anchor-storage says in place of a number.
inline constexpr std::string_view kQuorumSentence =
    "Recovered by a quorum; its size is withheld; see identity-shared-split-extra.";

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

// Whether the newest verification since that set was made found a share that is not good.
bool is_known_incomplete(const AnchorFacts& facts, const ShareSetFact& set);

// Whether the figures count losses that were reported to the owners.
enum class Losses { kNotKnown, kCounted };

// The two figures, without their values (publish() fills them in).
Answer extra_answer(const AnchorFacts& facts, Losses losses);
Answer continents_answer(const AnchorFacts& facts, Losses losses);

// The answer to a question of 6.1 or 6.2. Errors: kInconsistent where a declaration contradicts the
// record, naming the question.
base::Result<Answer> identity_answer(TaxonomyField field,
                                     const AnchorFacts& facts,
                                     const std::vector<Declaration>& declarations,
                                     Losses losses);

// The same for a question of 6.3 about one trust anchor.
base::Result<Answer> anchor_answer(TaxonomyField field,
                                   const AnchorFacts& facts,
                                   const std::vector<Declaration>& declarations);

// Of the root that the facts are about: SHA-256 of its SubjectPublicKeyInfo; "" if not known.
std::string public_key_of(const AnchorFacts& facts);

base::Result<Answer> algorithms_answer(const AnchorFacts& facts, const Declaration* declaration);
Answer lifespan_answer(const AnchorFacts& facts, const Declaration* declaration);
Answer lock_policy_answer(const AnchorFacts& facts, const Declaration* declaration);

}  // namespace ceremony
