#include "ceremony/evaluation_check_answers.h"

#include <utility>

#include "ceremony/evaluation_json.h"
#include "ceremony/evaluation_rules.h"
#include "ceremony/evaluation_statements.h"

namespace ceremony {

namespace {

const Json nothing;

// The first member in which the two differ; "" where they are the same.
std::string first_difference(const Answer& answer, const Json& found) {
  const Json expected = answer_json(answer);
  for (const auto& [name, value] : expected.items()) {
    if (part_of(found, name) != value || !found.contains(name)) {
      return name;
    }
  }
  for (const auto& [name, value] : found.items()) {
    if (!expected.contains(name)) {
      return name;
    }
  }
  return {};
}

std::string differs(const std::string& member) {
  return "its \"" + member +
         "\" is not what the records show; do not rely on it, and ask whoever published the file";
}

// An answer that was made anew, beside the one of the file.
CheckedField compared(const Answer& expected, const Json& found) {
  const std::string name(definition_of(expected.field).name);
  if (!found.is_object()) {
    return contradicted(name, "the file has no answer to it; every question must be in it");
  }
  if (const std::string member = first_difference(expected, found); !member.empty()) {
    return contradicted(name, differs(member));
  }
  if (expected.source == AnswerSource::kNotAnswered) {
    return consistent(name, "not answered, and the records named in the file do not answer it");
  }
  if (expected.source == AnswerSource::kDeclared) {
    return consistent(name, "declared; no record shows it, and none contradicts it");
  }
  const bool has_part = !expected.declared.empty() || expected.by;
  return recomputed(name,
                    has_part ? "worked out anew from the records; what was declared beside it "
                               "does not contradict them"
                             : "worked out anew from the records");
}

// Whether the file's figures count losses: then both were made with the owners' facts.
Losses losses_in(const Json& whole) {
  const Json& continents = part_of(
      part_of(whole, "fields"), definition_of(TaxonomyField::kIdentitySharedSplitContinents).name);
  return text_part(continents, "source") == name_of(AnswerSource::kNotAnswered) ? Losses::kNotKnown
                                                                                : Losses::kCounted;
}

// The spare shares that the file tells, or, where it tells no number, those that were made.
std::optional<SpareSharesLeft> spare_in(const Json& value, shamir::SpareShares issued) {
  if (!value.is_number()) {
    return SpareSharesLeft(issued);
  }
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= issued.count();
  if (!fits) {
    return std::nullopt;
  }
  auto left = SpareSharesLeft::after_loss(issued, issued.count() - value.get<unsigned>());
  return left ? std::optional<SpareSharesLeft>(*left) : std::nullopt;
}

CheckedField spare_contradicted(const char* why) {
  return contradicted(definition_of(TaxonomyField::kIdentitySharedSplitExtra).name, why);
}

// The verdict on a number of spare shares, all else in the answer being as it must be.
CheckedField judged_spare(const CheckedFile& file, const Json& value, CheckedField same) {
  const ShareSetFact& set = *newest_share_set(file.identity);
  if (!value.is_number()) {
    const bool none_left = file.reserve && file.reserve->left.count() == 0;
    if (value.is_string() && none_left) {
      return spare_contradicted("no spare share was left when the file was made");
    }
    return consistent(same.name, "withheld by the owners; nothing contradicts what is said");
  }
  const auto told = value.get<unsigned>();
  if (file.reserve) {
    return told == file.reserve->left.count()
               ? recomputed(same.name, "worked out anew from the records and the owners' facts")
               : spare_contradicted("the owners' facts give another number of spare shares");
  }
  const bool counted = losses_in(file.whole) == Losses::kCounted;
  if (counted && told == set.extra.count() && is_known_incomplete(file.identity, set)) {
    return spare_contradicted(
        "the newest verification in the records did not find every share good, and the file counts "
        "them all");
  }
  if (counted) {
    return consistent(same.name,
                      "no more than the records show to have been made; how many were lost since "
                      "is withheld (with the journals it can be worked out anew)");
  }
  return told == set.extra.count()
             ? std::move(same)
             : spare_contradicted("the records show another number of spare shares");
}

CheckedField check_spare(const CheckedFile& file, const Json& found) {
  const Answer expected = extra_answer(file.identity, losses_in(file.whole));
  const ShareSetFact* const set = newest_share_set(file.identity);
  if (expected.source == AnswerSource::kNotAnswered || set == nullptr) {
    return compared(expected, found);
  }
  const Json& value = part_of(found, "value");
  const auto spare = spare_in(value, set->extra);
  if (!spare) {
    return spare_contradicted("it tells of more spare shares than the records show were made");
  }
  const PublicationChoice choice = value.is_number()   ? PublicationChoice::kSpareOnly
                                   : value.is_string() ? PublicationChoice::kAtLeastOneSpare
                                                       : PublicationChoice::kContinentsOnly;
  const PublishedFigures figures{.spare = *spare, .continents = {}};
  CheckedField same = compared(with_figure(expected, figures, choice), found);
  return same.state == FieldState::kContradicted ? std::move(same)
                                                 : judged_spare(file, value, std::move(same));
}

// What a number of continents must be, as far as the public records tell.
bool may_be(const CheckedFile& file, ContinentCount continents) {
  const ShareSetFact* const set = newest_share_set(file.identity);
  return set == nullptr ||
         infer(PublishedFigures{.spare = SpareSharesLeft(set->extra), .continents = continents});
}

CheckedField judged_continents(const CheckedFile& file,
                               std::optional<ContinentCount> told,
                               const CheckedField& same) {
  if (!told) {
    return consistent(same.name, "withheld by the owners; nothing contradicts what is said");
  }
  if (file.reserve) {
    return *told == file.reserve->continents
               ? recomputed(same.name, "worked out anew from the records and the owners' facts")
               : contradicted(same.name, "the owners' facts give another number of continents");
  }
  if (!may_be(file, *told)) {
    return contradicted(same.name,
                        "with the spare shares in the records no share set can serve so many "
                        "continents");
  }
  return consistent(same.name,
                    "withheld: the places of the holders are the owners' alone; the public records "
                    "allow the number (with the journals it can be worked out anew)");
}

CheckedField check_continents(const CheckedFile& file, const Json& found) {
  const Answer expected = continents_answer(file.identity, losses_in(file.whole));
  if (expected.source == AnswerSource::kNotAnswered) {
    return compared(expected, found);
  }
  const Json& value = part_of(found, "value");
  std::optional<ContinentCount> told;
  if (!value.is_null()) {
    auto count = ContinentCount::of(value.is_number_unsigned() &&
                                            value.get<std::uint64_t>() <= kContinentsOnEarth
                                        ? value.get<unsigned>()
                                        : kContinentsOnEarth + 1);
    if (!count) {
      return contradicted(definition_of(expected.field).name, "it is no number of continents");
    }
    told = *count;
  }
  const PublishedFigures figures{.spare = {},
                                 .continents = told ? told : ContinentCount::of(0).value()};
  const CheckedField same = compared(
      with_figure(expected,
                  figures,
                  told ? PublicationChoice::kContinentsOnly : PublicationChoice::kSpareOnly),
      found);
  return same.state == FieldState::kContradicted ? same : judged_continents(file, told, same);
}

}  // namespace

const Json& part_of(const Json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text_part(const Json& object, std::string_view name) {
  const Json& part = part_of(object, name);
  return part.is_string() ? part.get<std::string>() : std::string();
}

CheckedField recomputed(std::string_view name, const std::string& message) {
  return {.name = std::string(name),
          .anchor = {},
          .state = FieldState::kRecomputed,
          .message = message};
}

CheckedField consistent(std::string_view name, const std::string& message) {
  return {.name = std::string(name),
          .anchor = {},
          .state = FieldState::kConsistent,
          .message = message};
}

CheckedField contradicted(std::string_view name, const std::string& message) {
  return {.name = std::string(name),
          .anchor = {},
          .state = FieldState::kContradicted,
          .message = message};
}

CheckedField check_answer(const CheckedFile& file,
                          TaxonomyField field,
                          const std::vector<Declaration>& declarations) {
  const std::string name(definition_of(field).name);
  const Json& found = part_of(part_of(file.whole, "fields"), name);
  if (field == TaxonomyField::kIdentitySharedSplitExtra) {
    return check_spare(file, found);
  }
  if (field == TaxonomyField::kIdentitySharedSplitContinents) {
    return check_continents(file, found);
  }
  if (auto declared = declaration_in(field, found); !declared) {
    return contradicted(name, declared.error().message);
  }
  auto expected = identity_answer(field, file.identity, declarations, losses_in(file.whole));
  return expected ? compared(*expected, found) : contradicted(name, expected.error().message);
}

CheckedField check_anchor_answer(const AnchorFacts& facts, TaxonomyField field, const Json& found) {
  const std::string name(definition_of(field).name);
  auto declared = declaration_in(field, found);
  if (!declared) {
    return contradicted(name, declared.error().message);
  }
  std::vector<Declaration> declarations;
  if (declared->has_value()) {
    declarations.push_back(std::move(**declared));
  }
  auto expected = anchor_answer(field, facts, declarations);
  return expected ? compared(*expected, found) : contradicted(name, expected.error().message);
}

}  // namespace ceremony
