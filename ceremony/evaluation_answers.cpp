// Which rule answers which question.

#include "ceremony/evaluation_rules.h"

namespace ceremony {

std::string public_key_of(const AnchorFacts& facts) {
  if (facts.root) {
    return facts.root->public_key;
  }
  return facts.key ? facts.key->public_key : std::string();
}

base::Result<Answer> identity_answer(TaxonomyField field,
                                     const AnchorFacts& facts,
                                     const std::vector<Declaration>& declarations,
                                     Losses losses) {
  const Declaration* const declaration = find_declaration(declarations, field);
  switch (field) {
    case TaxonomyField::kInitialEnclaveIntegrityKey:
    case TaxonomyField::kInitialEnclavePrivacyKey:
      return answer_if_external(field, declarations);
    case TaxonomyField::kIdentityPkiLevel:
      return level_answer(field, facts, declaration);
    case TaxonomyField::kIdentityTimeLimitsPerSubordinate:
      return time_limit_answer(facts, declaration);
    case TaxonomyField::kIdentityAnchorStorage:
      return storage_answer(field, facts, declaration);
    case TaxonomyField::kIdentitySharedSplitExtra:
      return extra_answer(facts, losses);
    case TaxonomyField::kIdentitySharedSplitContinents:
      return continents_answer(facts, losses);
    case TaxonomyField::kInitialEnclaveLocation:
    case TaxonomyField::kFirstStageExposure:
    case TaxonomyField::kFirstSecondStageGap:
    case TaxonomyField::kIdentityNumberPerSubordinate:
    case TaxonomyField::kPkiLevel:
    case TaxonomyField::kPkiAlgorithms:
    case TaxonomyField::kPkiLifespan:
    case TaxonomyField::kPkiLevelLocked:
    case TaxonomyField::kPkiBreadth:
    case TaxonomyField::kPkiLockPolicy:
    case TaxonomyField::kPkiAnchorStorage:
      break;
  }
  return declared_answer(field, declaration);
}

base::Result<Answer> anchor_answer(TaxonomyField field,
                                   const AnchorFacts& facts,
                                   const std::vector<Declaration>& declarations) {
  const Declaration* const declaration = find_declaration(declarations, field);
  if (field == TaxonomyField::kPkiLevel) {
    return level_answer(field, facts, declaration);
  }
  if (field == TaxonomyField::kPkiAlgorithms) {
    return algorithms_answer(facts, declaration);
  }
  if (field == TaxonomyField::kPkiLifespan) {
    return lifespan_answer(facts, declaration);
  }
  if (field == TaxonomyField::kPkiLockPolicy) {
    return lock_policy_answer(facts, declaration);
  }
  if (field == TaxonomyField::kPkiAnchorStorage) {
    return storage_answer(field, facts, declaration);
  }
  return declared_answer(field, declaration);
}

}  // namespace ceremony
