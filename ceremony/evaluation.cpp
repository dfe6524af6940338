#include "ceremony/evaluation.h"

#include <algorithm>
#include <utility>

#include "ceremony/evaluation_rules.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error inconsistent(const char* what) {
  return Error{ErrorCode::kInconsistent, what};
}

std::string public_key_of(const AnchorFacts& facts) {
  if (facts.root) {
    return facts.root->public_key;
  }
  return facts.key ? facts.key->public_key : std::string();
}

// The key that was made must be the one that was certified.
Result<void> check_keys(const std::vector<AnchorFacts>& anchors) {
  for (const AnchorFacts& facts : anchors) {
    if (facts.key && facts.root && facts.key->public_key != facts.root->public_key) {
      return inconsistent(
          "the root certificate in the record is not for the key that the record says was made; "
          "the record cannot be evaluated");
    }
  }
  return {};
}

// Which facts are those of the identity anchor.
Result<std::size_t> identity_anchor(const std::vector<AnchorFacts>& anchors,
                                    const std::string& named) {
  std::vector<std::size_t> roots;
  for (std::size_t at = 0; at < anchors.size(); ++at) {
    if (!named.empty() && public_key_of(anchors[at]) == named) {
      return at;
    }
    if (anchors[at].root) {
      roots.push_back(at);
    }
  }
  if (!named.empty()) {
    return inconsistent(
        "the identity_public_key that is declared is no root key of the records given; give its "
        "records too, or correct it");
  }
  if (roots.size() > 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "the records are of several root keys; say in the declarations which one anchors "
                 "the device identities (identity_public_key)"};
  }
  return roots.empty() ? 0 : roots.front();
}

}  // namespace

// Holds what the answers are made from while they are made.
class EvaluationBuilder {
 public:
  EvaluationBuilder(const EvaluationInput& input, RecordFacts facts)
      : input_(input), facts_(std::move(facts)) {}

  Result<EvaluationRecord> build() {
    auto identity = identity_anchor(facts_.anchors, input_.declarations.identity_public_key);
    if (!identity) {
      return std::move(identity).error();
    }
    identity_ = *identity;
    for (auto step : {&EvaluationBuilder::add_figures,
                      &EvaluationBuilder::add_answers,
                      &EvaluationBuilder::add_anchors}) {
      if (auto done = (this->*step)(); !done) {
        return std::move(done).error();
      }
    }
    add_head();
    return std::move(record_);
  }

 private:
  [[nodiscard]] const AnchorFacts& identity() const { return facts_.anchors[identity_]; }

  [[nodiscard]] const Declaration* declared(TaxonomyField field) const {
    return find_declaration(input_.declarations.declarations, field);
  }

  void add_head() {
    record_.mode_ = facts_.mode;
    record_.as_of_ = facts_.as_of;
    record_.organisation_ = input_.declarations.organisation;
    record_.key_name_ = input_.declarations.key;
    record_.public_key_ = public_key_of(identity());
    record_.records_ = facts_.records;
    record_.whole_ = std::all_of(facts_.anchors.begin(),
                                 facts_.anchors.end(),
                                 [](const AnchorFacts& anchor) { return anchor.whole; });
  }

  Result<void> add_figures() {
    const ShareSetFact* const set = newest_share_set(identity());
    if (set == nullptr) {
      if (input_.reserve) {
        return inconsistent(
            "the owners' facts are about a share set, and the public records have none; give the "
            "records of the ceremony that made it");
      }
      return {};
    }
    for (const ShareSetFact& earlier : identity().share_sets) {
      if (&earlier != set) {
        record_.issued_before_.push_back(earlier.extra);
      }
    }
    record_.issued_ = set->extra;
    record_.share_set_entry_ = set->entry.sha256;
    record_.figures_.spare = SpareSharesLeft(set->extra);
    if (!input_.reserve) {
      return {};
    }
    if (!(input_.reserve->issued == set->extra)) {
      return inconsistent(
          "the owners' facts do not fit the newest share set of the public record; give the "
          "journal of the ceremony that made that set");
    }
    record_.figures_.spare = input_.reserve->left;
    record_.figures_.continents = input_.reserve->continents;
    return {};
  }

  Result<Answer> answer_to(TaxonomyField field) {
    const Losses losses = input_.reserve ? Losses::kCounted : Losses::kNotKnown;
    const Declaration* const declaration = declared(field);
    switch (field) {
      case TaxonomyField::kInitialEnclaveIntegrityKey:
      case TaxonomyField::kInitialEnclavePrivacyKey:
        return answer_if_external(field, input_.declarations.declarations);
      case TaxonomyField::kIdentityPkiLevel:
        return level_answer(field, identity(), declaration);
      case TaxonomyField::kIdentityTimeLimitsPerSubordinate:
        return time_limit_answer(identity(), declaration);
      case TaxonomyField::kIdentityAnchorStorage:
        return storage_answer(field, identity(), declaration);
      case TaxonomyField::kIdentitySharedSplitExtra:
        return extra_answer(identity(), losses);
      case TaxonomyField::kIdentitySharedSplitContinents:
        return continents_answer(identity(), losses);
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

  static Result<Answer> anchor_answer_to(TaxonomyField field,
                                         const AnchorFacts& facts,
                                         const Declaration* declaration) {
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

  Result<void> add_answers() {
    for (const FieldDefinition& definition : taxonomy_fields()) {
      if (definition.section == TaxonomySection::kTrustAnchors) {
        continue;
      }
      auto answer = answer_to(definition.field);
      if (!answer) {
        return std::move(answer).error();
      }
      record_.answers_.push_back(std::move(answer).value());
    }
    return {};
  }

  // The statements about a root of the records: by its key, or by being about the only one.
  [[nodiscard]] const AnchorDeclarations* statements_on(const std::string& public_key) const {
    for (const AnchorDeclarations& anchor : input_.declarations.anchors) {
      if (anchor.public_key == public_key ||
          (anchor.public_key.empty() && public_key == public_key_of(identity()))) {
        return &anchor;
      }
    }
    return nullptr;
  }

  Result<void> add_anchor(const AnchorFacts& facts, const AnchorDeclarations* statements) {
    AnchorAnswers anchor{.name = "", .public_key = public_key_of(facts), .answers = {}};
    if (statements != nullptr) {
      anchor.name = statements->name;
      anchor.public_key = anchor.public_key.empty() ? statements->public_key : anchor.public_key;
    } else if (facts.root) {
      anchor.name = facts.root->subject;
    }
    for (const FieldDefinition& definition : taxonomy_fields()) {
      if (definition.section != TaxonomySection::kTrustAnchors) {
        continue;
      }
      const Declaration* const declaration =
          statements == nullptr ? nullptr
                                : find_declaration(statements->declarations, definition.field);
      auto answer = anchor_answer_to(definition.field, facts, declaration);
      if (!answer) {
        return std::move(answer).error();
      }
      anchor.answers.push_back(std::move(answer).value());
    }
    record_.anchors_.push_back(std::move(anchor));
    return {};
  }

  // The roots of the records first, then anchors that are only declared. Never none at all: every
  // question of 6.3 is in the file, if only as one that is not answered.
  Result<void> add_anchors() {
    std::vector<const AnchorDeclarations*> used;
    for (const AnchorFacts& facts : facts_.anchors) {
      if (public_key_of(facts).empty() && facts_.anchors.size() > 1) {
        continue;  // records of which nobody can say which anchor they are about
      }
      const AnchorDeclarations* const statements = statements_on(public_key_of(facts));
      used.push_back(statements);
      if (auto done = add_anchor(facts, statements); !done) {
        return done;
      }
    }
    for (const AnchorDeclarations& declared_only : input_.declarations.anchors) {
      if (std::find(used.begin(), used.end(), &declared_only) != used.end()) {
        continue;
      }
      if (auto done = add_anchor(AnchorFacts{}, &declared_only); !done) {
        return done;
      }
    }
    return record_.anchors_.empty() ? add_anchor(AnchorFacts{}, nullptr) : Result<void>();
  }

  const EvaluationInput& input_;
  RecordFacts facts_;
  std::size_t identity_ = 0;
  EvaluationRecord record_;
};

std::string_view name_of(AnswerSource source) {
  switch (source) {
    case AnswerSource::kDerived:
      return "derived";
    case AnswerSource::kComputed:
      return "computed";
    case AnswerSource::kDeclared:
      return "declared";
    case AnswerSource::kExercised:
      return "exercised";
    case AnswerSource::kNotAnswered:
      return "not-answered";
  }
  return "?";
}

base::Result<EvaluationRecord> EvaluationRecord::of(const EvaluationInput& input) {
  auto facts = facts_of(input.records);
  if (!facts) {
    return std::move(facts).error();
  }
  if (auto checked = check_keys(facts->anchors); !checked) {
    return std::move(checked).error();
  }
  EvaluationBuilder builder(input, std::move(facts).value());
  return builder.build();
}

}  // namespace ceremony
