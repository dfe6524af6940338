// tests/support/evaluation_answers.h - evaluations of made-up lives, and their answers.

#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/evaluation.h"
#include "support/evaluation_records.h"

namespace support {

// A set of `threshold` of `shares`, with `here` holders in Europe and the rest in Asia; a backup
// copy lies on both.
inline ceremony::ConfidentialFacts facts_of_set(shamir::QuorumNumbers numbers, unsigned here) {
  ceremony::ConfidentialFacts facts{
      .quorum = shamir::Quorum::of(numbers).value(),
      .holders = {},
      .backup_sites = {ceremony::Continent::kEurope, ceremony::Continent::kAsia}};
  for (unsigned holder = 0; holder < numbers.shares; ++holder) {
    facts.holders.push_back(
        {.continent = holder < here ? ceremony::Continent::kEurope : ceremony::Continent::kAsia});
  }
  return facts;
}

inline ceremony::Reserve reserve_in(const ceremony::ConfidentialFacts& facts) {
  return ceremony::reserve_of(facts, shamir::ConfidentialAccess::in_the_room()).value();
}

inline ceremony::EvaluationInput input_from(std::vector<ceremony::PublicRecord> records) {
  ceremony::EvaluationInput input;
  input.records = std::move(records);
  return input;
}

// The life of a 2-of-4 or other set on two continents, with the owners' facts.
inline ceremony::EvaluationInput life_with_facts(shamir::QuorumNumbers numbers, unsigned here) {
  ceremony::EvaluationInput input =
      input_from(whole_life({.extra = numbers.shares - numbers.threshold}));
  input.reserve = reserve_in(facts_of_set(numbers, here));
  return input;
}

inline void declare(ceremony::EvaluationInput& input, const std::string& body) {
  auto declarations =
      ceremony::parse_declarations("format = \"conclave-declarations-v1\"\n" + body);
  REQUIRE_MESSAGE(declarations.ok(), declarations.error().message);
  input.declarations = std::move(declarations).value();
}

inline std::string statement(const std::string& section, std::string_view members) {
  return "[" + section + "]\n" + std::string(members) +
         "\nby = \"PKI manager\"\ndate = \"2026-11-23\"\n";
}

inline ceremony::EvaluationRecord evaluated(const ceremony::EvaluationInput& input) {
  auto record = ceremony::EvaluationRecord::of(input);
  REQUIRE_MESSAGE(record.ok(), record.error().message);
  return std::move(record).value();
}

inline base::Error refusal_of(const ceremony::EvaluationInput& input) {
  const auto record = ceremony::EvaluationRecord::of(input);
  REQUIRE(!record.ok());
  return record.error();
}

inline const ceremony::Answer& answer_in(const std::vector<ceremony::Answer>& answers,
                                         ceremony::TaxonomyField field) {
  const auto found =
      std::find_if(answers.begin(), answers.end(), [field](const ceremony::Answer& one) {
        return one.field == field;
      });
  REQUIRE(found != answers.end());
  return *found;
}

inline ceremony::Json published(const ceremony::EvaluationRecord& record,
                                std::optional<ceremony::PublicationChoice> choice) {
  const auto bytes = publish(record, choice);
  REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
  return ceremony::Json::parse(*bytes);
}

inline constexpr const char* kExtra = "identity-shared-split-extra";
inline constexpr const char* kContinents = "identity-shared-split-continents";

}  // namespace support
