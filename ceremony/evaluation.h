// ceremony/evaluation.h - the answers to the 18 questions of the draft, each with its provenance.
//
// Source: draft-irtf-t2trg-taxonomy-manufacturer-anchors-00 section 6. An answer is derived from
// the record, computed from facts that the owners keep to themselves, exercised (shown by an
// activation or a drill as well), declared by somebody, or missing with its reason. It points at
// the entries that show it. k, n and names cannot get in: there is no parameter that could carry
// them, only SpareSharesLeft and ContinentCount. Format: docs/formats/evaluation.md.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/declarations.h"
#include "ceremony/evaluation_facts.h"
#include "ceremony/evaluation_reserve.h"
#include "ceremony/inference.h"
#include "ceremony/taxonomy_fields.h"

namespace ceremony {

inline constexpr std::string_view kEvaluationFormat = "conclave-evaluation-v1";

enum class AnswerSource { kDerived, kComputed, kDeclared, kExercised, kNotAnswered };

// "derived", "computed", "declared", "exercised", "not-answered".
std::string_view name_of(AnswerSource source);

// An entry, and the member of it that shows the answer (RFC 6901, "/data/extra").
struct Evidence {
  EntryRef entry;
  std::string pointer;
};

// Who states a declared answer, or the declared part of one.
struct Statement {
  std::string by;
  std::string date;
  std::string document_sha256;  // "" if none
};

struct Answer {  // NOLINT(bugprone-exception-escape): a null Json allocates nothing
  TaxonomyField field = TaxonomyField::kInitialEnclaveLocation;
  Json value;  // null: none, or "no limit", or "does not apply"; see `reading` and `reason`
  AnswerSource source = AnswerSource::kNotAnswered;
  std::string rule;  // how the value came about
  std::vector<Evidence> evidence;
  std::optional<Statement> by;
  std::vector<std::string> declared;  // members of a value of several parts that are declared
  std::vector<std::string> withheld;  // what is left out on purpose
  Json detail;                        // figures behind the value; null: none
  std::string reading;                // how the question was understood; "" if plain
  std::string reason;                 // why there is no answer; "" where there is one
  std::string note;                   // the declarer's own words; "" if none
};

// The answers of 6.3 for one trust anchor.
struct AnchorAnswers {
  std::string name;
  std::string public_key;  // SHA-256 of the SubjectPublicKeyInfo; "" if not known
  std::vector<Answer> answers;
};

// What a file is made from. The figures of `reserve` are those of the identity anchor.
struct EvaluationInput {
  std::vector<PublicRecord> records;
  Declarations declarations;
  std::optional<Reserve> reserve;    // none: the owners' facts were not given
  std::vector<std::string> earlier;  // bytes of evaluations that no record given vouches for
};

// All answers, before the owners' choice of what is published.
class EvaluationRecord {
 public:
  // Errors: those of facts_of() and publications_of(); kInconsistent where a declaration
  // contradicts the record, or the owners' facts do; kInvalidArgument where there are several roots
  // and none is named.
  static base::Result<EvaluationRecord> of(const EvaluationInput& input);

  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] const std::string& as_of() const { return as_of_; }
  [[nodiscard]] const std::string& organisation() const { return organisation_; }
  [[nodiscard]] const std::string& key_name() const { return key_name_; }
  [[nodiscard]] const std::string& public_key() const { return public_key_; }  // identity anchor
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] const std::vector<RecordSummary>& records() const { return records_; }

  // 6.1 and 6.2, in the draft's order. The values of the two figures are null here: they are
  // filled in by publish().
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  [[nodiscard]] const std::vector<AnchorAnswers>& anchors() const { return anchors_; }

  // n - k when the newest share set was made, as its public record has it.
  [[nodiscard]] const std::optional<shamir::SpareShares>& issued() const { return issued_; }
  // All that a reader has already: the records, and every evaluation that was published.
  [[nodiscard]] const Publications& published_before() const { return published_before_; }
  // Hash of the public entry that issued the newest share set; "" if there is none. The journal
  // that holds the same line knows the owners' facts of that set.
  [[nodiscard]] const std::string& share_set_entry() const { return share_set_entry_; }

  // The ceremonies from the one that made it on. The journals of those with reports on shares must
  // be counted before the owners' figures are right.
  [[nodiscard]] const std::vector<CeremonyFact>& since_set() const { return since_set_; }
  // The only site whose copy of the key counts, since the newest activation found the others lost,
  // out of reach or unsafe; "": all sites count.
  [[nodiscard]] const std::string& only_site() const { return only_site_; }

  // The two figures. Without the owners' facts `continents` is not known.
  [[nodiscard]] const PublishedFigures& figures() const { return figures_; }

 private:
  EvaluationRecord() = default;
  friend class EvaluationBuilder;

  Mode mode_ = Mode::kRehearsal;
  std::string as_of_;
  std::string organisation_;
  std::string key_name_;
  std::string public_key_;
  bool whole_ = false;
  std::vector<RecordSummary> records_;
  std::vector<Answer> answers_;
  std::vector<AnchorAnswers> anchors_;
  std::optional<shamir::SpareShares> issued_;
  Publications published_before_;
  std::string share_set_entry_;
  std::vector<CeremonyFact> since_set_;
  std::string only_site_;
  PublishedFigures figures_;
};

// What the owners let out of the two figures.
enum class PublicationChoice {
  kBoth,
  kSpareOnly,
  kContinentsOnly,
  kAtLeastOneSpare,  // "at least one", and no continents
};

// "both", "spare", "continents", "at-least-one". Errors: kInvalidArgument for another name.
std::string_view name_of(PublicationChoice choice);
base::Result<PublicationChoice> publication_choice_named(std::string_view name);

// What a reader who also has the public records, and every evaluation that was published before,
// could infer after such a publication. The number of spare shares at the time of issue stands in
// those records, whatever is chosen here.
// Errors: kInconsistent where the figures cannot be together.
base::Result<InferenceOverTime> inference_of(const EvaluationRecord& record,
                                             PublicationChoice choice);

// The confidential sheet that the owners read before they choose; ends in LF.
// Errors: as inference_of().
base::Result<std::string> owners_sheet_of(const EvaluationRecord& record);

// The bytes of evaluation.json: ASCII, two blanks a level, members in a fixed order, one LF at the
// end; the same record and choice give the same bytes. `choice` may be missing only where there is
// no more than one figure to publish. Errors: kRefusedByPolicy without the owners' choice, or where
// the choice would tell a reader of all publications how many holders are needed, if only one who
// supposes that the number was kept at each re-share; kInconsistent.
base::Result<std::string> publish(const EvaluationRecord& record,
                                  std::optional<PublicationChoice> choice);

}  // namespace ceremony
