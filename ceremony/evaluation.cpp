#include "ceremony/evaluation.h"

#include <algorithm>
#include <utility>

#include "ceremony/evaluation_publications.h"
#include "ceremony/evaluation_rules.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error inconsistent(const char* what) {
  return Error{ErrorCode::kInconsistent, what};
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

  void add_head() {
    record_.mode_ = facts_.mode;
    record_.as_of_ = identity().as_of;
    record_.organisation_ = input_.declarations.organisation;
    record_.key_name_ = input_.declarations.key;
    record_.public_key_ = public_key_of(identity());
    record_.records_ = facts_.records;
    record_.whole_ = std::all_of(facts_.anchors.begin(),
                                 facts_.anchors.end(),
                                 [](const AnchorFacts& anchor) { return anchor.whole; });
  }

  // What was published of the key, and which ceremonies belong to its newest share set.
  Result<void> add_history(const ShareSetFact& set) {
    auto published = publications_of(identity(), name_of(facts_.mode), input_.earlier);
    if (!published) {
      return std::move(published).error();
    }
    record_.published_before_ = std::move(published).value();
    for (const CeremonyFact& ceremony : identity().ceremonies) {
      if (ceremony.record >= set.entry.record) {
        record_.since_set_.push_back(ceremony);
      }
    }
    record_.issued_ = set.extra;
    record_.share_set_entry_ = set.entry.sha256;
    return {};
  }

  // An activation that was not due to a deadline alone: what lies elsewhere is not to be had.
  void add_only_site() {
    if (!identity().sites.empty()) {
      const SiteFact& newest = identity().sites.back();
      const bool is_alone = !newest.reason.empty() && newest.reason != "deadline";
      record_.only_site_ = is_alone ? newest.site : std::string();
    }
  }

  Result<void> add_figures() {
    const ShareSetFact* const set = newest_share_set(identity());
    if (set == nullptr || !identity().ended.empty()) {
      return input_.reserve ? Result<void>(inconsistent(
                                  "the owners' facts are about a share set, and the public records "
                                  "have none that is live; give the records of the ceremony that "
                                  "made it"))
                            : Result<void>();
    }
    if (auto added = add_history(*set); !added) {
      return added;
    }
    add_only_site();
    record_.figures_.spare = SpareSharesLeft(set->extra);
    if (!input_.reserve) {
      return {};
    }
    if (!(input_.reserve->issued == set->extra)) {
      return inconsistent(
          "the owners' facts do not fit the newest share set of the public record; give the "
          "journal of the ceremony that made that set");
    }
    if (input_.reserve->left == SpareSharesLeft(set->extra) &&
        is_known_incomplete(identity(), *set)) {
      return inconsistent(
          "the newest verification did not find every share good, and the owners' facts have no "
          "share that is not; bring the journal of that verification");
    }
    record_.figures_.spare = input_.reserve->left;
    record_.figures_.continents = input_.reserve->continents;
    return {};
  }

  Result<void> add_answers() {
    const Losses losses = input_.reserve ? Losses::kCounted : Losses::kNotKnown;
    for (const FieldDefinition& definition : taxonomy_fields()) {
      if (definition.section == TaxonomySection::kTrustAnchors) {
        continue;
      }
      auto answer =
          identity_answer(definition.field, identity(), input_.declarations.declarations, losses);
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
    const std::vector<Declaration> nothing;
    const auto& declarations = statements == nullptr ? nothing : statements->declarations;
    for (const FieldDefinition& definition : taxonomy_fields()) {
      if (definition.section != TaxonomySection::kTrustAnchors) {
        continue;
      }
      auto answer = anchor_answer(definition.field, facts, declarations);
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
