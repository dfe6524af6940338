#include <algorithm>
#include <array>
#include <utility>

#include "ceremony/evaluation.h"
#include "ceremony/evaluation_json.h"

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
  if (inference->verdict != InferenceVerdict::kRevealsExactly) {
    return {};
  }
  if (shows_continents(choice) && record.figures().continents) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "with this, and with all that was published before, a reader could work out how "
                 "many holders it takes to open the key, which must stay confidential; publish the "
                 "number of spare shares alone (choose spare), or, where that is refused too, that "
                 "there is at least one (choose at-least-one)"};
  }
  if (shows_spare(choice)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the number of spare shares, with all that was published before, tells a reader "
                 "how many holders it takes to open the key; publish that there is at least one "
                 "spare share (choose at-least-one), and hold a re-share with another number of "
                 "holders and of those needed"};
  }
  return {};
}

Json answers_json(const EvaluationRecord& record,
                  const std::vector<Answer>& answers,
                  PublicationChoice choice) {
  Json object = Json::object();
  for (const Answer& answer : answers) {
    object[std::string(definition_of(answer.field).name)] =
        answer_json(with_figure(answer, record.figures(), choice));
  }
  return object;
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
  Publications publications = record.published_before();
  publications.of_set.push_back(shown(record.figures(), choice));
  return infer(publications);
}

base::Result<std::string> owners_sheet_of(const EvaluationRecord& record) {
  const PublishedFigures& figures = record.figures();
  const auto number = [](const auto& figure) {
    return figure ? std::to_string(figure->count()) : std::string("not known here");
  };
  const std::string spare = number(figures.spare);
  const std::string continents = number(figures.continents);
  const std::pair<PublicationChoice, std::string> choices[] = {
      {PublicationChoice::kSpareOnly, "The spare shares alone: " + spare + " (choose spare)"},
      {PublicationChoice::kContinentsOnly,
       "The continents alone: " + continents + " (choose continents)"},
      {PublicationChoice::kBoth,
       "Both: spare shares " + spare + ", continents " + continents + " (choose both)"},
      {PublicationChoice::kAtLeastOneSpare,
       "That there is a spare share, and no number (choose at-least-one)"}};
  std::vector<Prospect> prospects;
  for (const auto& [choice, what] : choices) {
    auto inference = inference_of(record, choice);
    if (!inference) {
      return std::move(inference).error();
    }
    prospects.push_back({.what = what,
                         .figures = shown(figures, choice),
                         .inference = std::move(inference).value()});
  }
  return owners_sheet(prospects);
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
