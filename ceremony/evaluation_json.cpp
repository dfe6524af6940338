#include "ceremony/evaluation_json.h"

#include <optional>
#include <string_view>
#include <utility>

namespace ceremony {

namespace {

constexpr std::string_view kOwnersWithhold =
    "The owners of the key chose not to publish this figure.";

void withhold(Answer& answer) {
  answer.value = Json();
  answer.withheld.insert(answer.withheld.begin(), "value");
  answer.reading = kOwnersWithhold;
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

}  // namespace

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

bool shows_spare(PublicationChoice choice) {
  return choice == PublicationChoice::kBoth || choice == PublicationChoice::kSpareOnly;
}

bool shows_continents(PublicationChoice choice) {
  return choice == PublicationChoice::kBoth || choice == PublicationChoice::kContinentsOnly;
}

Answer with_figure(Answer answer, const PublishedFigures& figures, PublicationChoice choice) {
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

}  // namespace ceremony
