#include <algorithm>
#include <array>
#include <utility>

#include "ceremony/evaluation.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<PublicationChoice, 4> kAllChoices = {
    PublicationChoice::kBoth,
    PublicationChoice::kSpareOnly,
    PublicationChoice::kContinentsOnly,
    PublicationChoice::kAtLeastOneSpare,
};

constexpr std::string_view kOwnersWithhold =
    "The owners of the key chose not to publish this figure.";

bool shows_spare(PublicationChoice choice) {
  return choice == PublicationChoice::kBoth || choice == PublicationChoice::kSpareOnly;
}

bool shows_continents(PublicationChoice choice) {
  return choice == PublicationChoice::kBoth || choice == PublicationChoice::kContinentsOnly;
}

PublishedFigures shown(const PublishedFigures& figures, PublicationChoice choice) {
  PublishedFigures shown;
  if (shows_spare(choice)) {
    shown.spare = figures.spare;
  }
  if (shows_continents(choice)) {
    shown.continents = figures.continents;
  }
  return shown;
}

// The choice that stands, or why there is none.
base::Result<PublicationChoice> settled(const EvaluationRecord& record,
                                        std::optional<PublicationChoice> choice) {
  const PublishedFigures& figures = record.figures();
  if (choice) {
    return *choice;
  }
  if (figures.spare && figures.continents) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the number of spare shares and the number of continents can tell more together "
                 "than either alone, so the owners of the key must choose what is published; let "
                 "them read the inference sheet and choose both, spare, continents or "
                 "at-least-one"};
  }
  return PublicationChoice::kSpareOnly;
}

base::Result<void> check_inference(const EvaluationRecord& record, PublicationChoice choice) {
  auto inference = inference_of(record, choice);
  if (!inference) {
    return std::move(inference).error();
  }
  if (inference->now.verdict != InferenceVerdict::kRevealsExactly) {
    return {};
  }
  if (shows_continents(choice) && record.figures().continents) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "from the spare shares and the continents together every reader could work out "
                 "how many holders it takes to open the key, which must stay confidential; publish "
                 "the number of spare shares alone (choose spare)"};
  }
  if (shows_spare(choice)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the number of spare shares is so large that it alone tells every reader how many "
                 "holders it takes to open the key; publish that there is at least one spare share "
                 "(choose at-least-one) and deal a new share set with fewer spare shares"};
  }
  return {};
}

void withhold(Answer& answer) {
  answer.value = Json();
  answer.withheld.insert(answer.withheld.begin(), "value");
  answer.reading = kOwnersWithhold;
}

// The answer with its figure, as far as the owners let it out.
Answer with_figure(Answer answer, const EvaluationRecord& record, PublicationChoice choice) {
  const PublishedFigures figures = record.figures();
  if (answer.field == TaxonomyField::kIdentitySharedSplitExtra && figures.spare) {
    if (shows_spare(choice)) {
      answer.value = figures.spare->count();
    } else if (choice == PublicationChoice::kAtLeastOneSpare && figures.spare->count() > 0) {
      answer.value = "at least 1";
      answer.withheld.insert(answer.withheld.begin(), "exact value");
      answer.reading = "The owners of the key chose to publish only that there is a spare share.";
    } else {
      withhold(answer);
    }
  }
  if (answer.field == TaxonomyField::kIdentitySharedSplitContinents && figures.continents) {
    if (shows_continents(choice)) {
      answer.value = figures.continents->count();
    } else {
      withhold(answer);
    }
  }
  return answer;
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json evidence_json(const std::vector<Evidence>& evidence) {
  Json list = Json::array();
  for (const Evidence& one : evidence) {
    list.push_back({{"transcript", "T" + std::to_string(one.entry.record + 1)},
                    {"i", one.entry.i},
                    {"h", one.entry.sha256},
                    {"pointer", one.pointer}});
  }
  return list;
}

Json statement_json(const std::optional<Statement>& statement) {
  if (!statement) {
    return {};
  }
  return {{"role", statement->by},
          {"date", statement->date},
          {"document_sha256", or_null(statement->document_sha256)}};
}

// A value of a declared type; "at least 1" is the one text that stands for an integer.
std::string_view type_of(const Answer& answer) {
  const std::string_view type = definition_of(answer.field).type;
  return type == "integer" && answer.value.is_string() ? "text" : type;
}

Json answer_json(const Answer& answer) {
  return {{"value", answer.value},
          {"type", type_of(answer)},
          {"source", name_of(answer.source)},
          {"rule", answer.rule},
          {"evidence", evidence_json(answer.evidence)},
          {"by", statement_json(answer.by)},
          {"declared", answer.declared},
          {"withheld", answer.withheld},
          {"detail", answer.detail},
          {"reading", or_null(answer.reading)},
          {"reason", or_null(answer.reason)},
          {"note", or_null(answer.note)}};
}

Json answers_json(const EvaluationRecord& record,
                  const std::vector<Answer>& answers,
                  PublicationChoice choice) {
  Json object = Json::object();
  for (const Answer& answer : answers) {
    object[std::string(definition_of(answer.field).name)] =
        answer_json(with_figure(answer, record, choice));
  }
  return object;
}

Json aliases_json() {
  Json list = Json::array();
  for (const FieldAlias& alias : taxonomy_aliases()) {
    list.push_back({{"name", definition_of(alias.field).name},
                    {"alias", alias.name},
                    {"revision", alias.revision}});
  }
  return list;
}

Json transcripts_json(const std::vector<RecordSummary>& records) {
  Json list = Json::array();
  for (const RecordSummary& record : records) {
    list.push_back({{"id", "T" + std::to_string(list.size() + 1)},
                    {"folder", record.id},
                    {"origin", record.origin},
                    {"head", record.head},
                    {"seal_sha256", or_null(record.seal_sha256)}});
  }
  return list;
}

Json document(const EvaluationRecord& record, PublicationChoice choice) {
  Json whole;
  whole["format"] = kEvaluationFormat;
  whole["taxonomy"] = kTaxonomyRevision;
  whole["mode"] = name_of(record.mode());
  whole["subject"] = {{"organisation", or_null(record.organisation())},
                      {"key", or_null(record.key_name())},
                      {"spki_sha256", or_null(record.public_key())}};
  whole["as_of"] = record.as_of();
  whole["records"] = record.whole() ? "whole" : "partial";
  whole["transcripts"] = transcripts_json(record.records());
  whole["fields"] = answers_json(record, record.answers(), choice);
  whole["anchors"] = Json::array();
  for (const AnchorAnswers& anchor : record.anchors()) {
    whole["anchors"].push_back({{"name", or_null(anchor.name)},
                                {"spki_sha256", or_null(anchor.public_key)},
                                {"fields", answers_json(record, anchor.answers, choice)}});
  }
  whole["aliases"] = aliases_json();
  return whole;
}

}  // namespace

std::string_view name_of(PublicationChoice choice) {
  switch (choice) {
    case PublicationChoice::kBoth:
      return "both";
    case PublicationChoice::kSpareOnly:
      return "spare";
    case PublicationChoice::kContinentsOnly:
      return "continents";
    case PublicationChoice::kAtLeastOneSpare:
      return "at-least-one";
  }
  return "?";
}

base::Result<PublicationChoice> publication_choice_named(std::string_view name) {
  for (const PublicationChoice choice : kAllChoices) {
    if (name_of(choice) == name) {
      return choice;
    }
  }
  return Error{ErrorCode::kInvalidArgument,
               "what is to be published is none of both, spare, continents, at-least-one; choose "
               "one of them"};
}

base::Result<InferenceOverTime> inference_of(const EvaluationRecord& record,
                                             PublicationChoice choice) {
  TwoPublications publications;
  if (record.issued()) {
    publications.before.spare = SpareSharesLeft(*record.issued());
  }
  publications.after = shown(record.figures(), choice);
  auto inference = infer(publications);
  if (!inference) {
    return inference;
  }
  // Earlier sets are another secret, unless a reader guesses that the number was kept.
  for (const shamir::SpareShares earlier : record.issued_before()) {
    auto both =
        infer(TwoPublications{.before = {.spare = SpareSharesLeft(earlier), .continents = {}},
                              .after = publications.after,
                              .sets = ShareSets::kReshared});
    if (!both) {
      return both;
    }
    std::erase_if(inference->if_threshold_kept, [&both](unsigned threshold) {
      const auto& kept = both->if_threshold_kept;
      return std::find(kept.begin(), kept.end(), threshold) == kept.end();
    });
  }
  return inference;
}

base::Result<std::string> owners_sheet_of(const EvaluationRecord& record) {
  auto inference = inference_of(record, PublicationChoice::kBoth);
  if (!inference) {
    return std::move(inference).error();
  }
  return owners_sheet(record.figures(), *inference);
}

base::Result<std::string> publish(const EvaluationRecord& record,
                                  std::optional<PublicationChoice> choice) {
  auto standing = settled(record, choice);
  if (!standing) {
    return std::move(standing).error();
  }
  if (auto checked = check_inference(record, *standing); !checked) {
    return std::move(checked).error();
  }
  return document(record, *standing).dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace ceremony
