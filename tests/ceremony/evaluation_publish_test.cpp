#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/evaluation.h"
#include "support/evaluation_answers.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

using ceremony::AnswerSource;
using ceremony::EvaluationInput;
using ceremony::Json;
using ceremony::PublicationChoice;
using support::declare;
using support::evaluated;
using support::has;
using support::input_from;
using support::kContinents;
using support::kExtra;
using support::life_with_facts;
using support::published;
using support::whole_life;

namespace {

// The text with each run of 64 hex digits as zeros: hashes over decoys differ from run to run.
std::string without_hashes(const Json& json) {
  std::string text = json.dump();
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool hex = std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    run = hex ? run + 1 : 0;
    if (run == 64) {
      text.replace(at - 63, 64, 64, '0');
    }
  }
  return text;
}

}  // namespace

TEST_CASE("publish: both figures need the owners' choice") {
  const auto record = evaluated(life_with_facts({.threshold = 2, .shares = 7}, 4));
  const auto refused = publish(record, std::nullopt);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kRefusedByPolicy);
  CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);

  const auto figures = [&record](PublicationChoice choice) {
    const Json whole = published(record, choice);
    return std::pair(whole["fields"][kExtra]["value"], whole["fields"][kContinents]["value"]);
  };
  CHECK(figures(PublicationChoice::kBoth) == std::pair<Json, Json>(5, 2));
  CHECK(figures(PublicationChoice::kSpareOnly) == std::pair<Json, Json>(5, nullptr));
  CHECK(figures(PublicationChoice::kContinentsOnly) == std::pair<Json, Json>(nullptr, 2));
  CHECK(figures(PublicationChoice::kAtLeastOneSpare) ==
        std::pair<Json, Json>("at least 1", nullptr));
  const Json modest = published(record, PublicationChoice::kAtLeastOneSpare);
  CHECK(modest["fields"][kExtra]["type"] == "text");
  CHECK(modest["fields"][kExtra]["withheld"][0] == "exact value");
  CHECK(modest["fields"][kContinents]["withheld"][0] == "value");
  CHECK(modest["fields"][kContinents]["source"] == "exercised");
}

TEST_CASE("publish: what reveals k is stopped, and the spare shares alone are offered") {
  const auto record = evaluated(life_with_facts({.threshold = 2, .shares = 4}, 2));
  // The number of spare shares stands in the public record too, so leaving it out here hides
  // nothing from who reads both.
  for (const auto choice : {PublicationChoice::kBoth, PublicationChoice::kContinentsOnly}) {
    const auto refused = publish(record, choice);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == base::ErrorCode::kRefusedByPolicy);
    CHECK(has(refused.error().message, "publish the number of spare shares alone"));
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
  }
  CHECK(publish(record, PublicationChoice::kSpareOnly).ok());
  CHECK(publish(record, PublicationChoice::kAtLeastOneSpare).ok());
  const std::string sheet = owners_sheet_of(record).value();
  CHECK(has(sheet, "The spare shares alone: 2 (choose spare)\n"));
  CHECK(has(sheet, "The continents alone: 2 (choose continents)\n"));
  CHECK(has(sheet, "with all that was published before: 2\n    This REVEALS"));
}

TEST_CASE("publish: so many spare shares that they alone reveal k are stopped too") {
  const auto record = evaluated(life_with_facts({.threshold = 2, .shares = 16}, 16));
  CHECK(has(publish(record, PublicationChoice::kSpareOnly).error().message,
            "at least one spare share"));
  CHECK(publish(record, PublicationChoice::kAtLeastOneSpare).ok());
}

TEST_CASE("publish: a stop for every set and layout that leaves one k, and for no other") {
  for (unsigned k = 2; k < 16; ++k) {
    for (unsigned n = k + 1; n <= 16; ++n) {
      const unsigned here = n / 2;
      const auto record = evaluated(life_with_facts({.threshold = k, .shares = n}, here));
      const unsigned c = (here >= k ? 1U : 0U) + (n - here >= k ? 1U : 0U);
      const unsigned most = c == 2 ? std::min(n - k, 16 - (n - k)) : 16 - (n - k);
      CHECK(publish(record, PublicationChoice::kBoth).ok() == (most > 2));
    }
  }
}

TEST_CASE("publish: deterministic ASCII bytes with two blanks a level and one LF at the end") {
  EvaluationInput input = input_from(whole_life({}));
  declare(input, "[subject]\norganisation = \"B\\u00fcro\"\n");
  const auto once = publish(evaluated(input), std::nullopt);
  std::reverse(input.records.begin(), input.records.end());
  const auto again = publish(evaluated(input), std::nullopt);
  REQUIRE(once.ok());
  CHECK((*once == *again));
  CHECK(once->rfind("{\n  \"format\": \"conclave-evaluation-v1\",\n", 0) == 0);
  CHECK(once->substr(once->size() - 3) == "\n}\n");
  CHECK(has(*once, "B\\u00fcro"));
  CHECK(std::all_of(once->begin(), once->end(), [](char character) {
    return character == '\n' || (character >= 0x20 && character < 0x7F);
  }));
  CHECK(Json::parse(*once).dump(2, ' ', true) + "\n" == *once);
}

TEST_CASE("publish: every question stands in the file, answered or with its reason") {
  std::vector<ceremony::PublicRecord> one{whole_life({})[3]};  // no root in it
  const Json whole = published(evaluated(input_from(std::move(one))), std::nullopt);
  CHECK(whole["taxonomy"] == "draft-irtf-t2trg-taxonomy-manufacturer-anchors-00");
  CHECK(whole["records"] == "partial");
  REQUIRE(whole["anchors"].size() == 1);
  for (const auto& definition : ceremony::taxonomy_fields()) {
    const bool of_anchor = definition.section == ceremony::TaxonomySection::kTrustAnchors;
    const Json& fields = of_anchor ? whole["anchors"][0]["fields"] : whole["fields"];
    REQUIRE_MESSAGE(fields.contains(std::string(definition.name)), definition.name);
    const Json& field = fields[std::string(definition.name)];
    CHECK(field["source"] == "not-answered");
    CHECK(!field["reason"].is_null());
  }
  CHECK(whole["aliases"][0]["alias"] == "initial-enclave-confidentiality-key");
}

TEST_CASE("format: the example in docs/formats/evaluation.md is what publish() writes") {
  const auto root = std::filesystem::path(TEST_VECTORS).parent_path().parent_path();
  const std::string page = support::content_of(root / "docs/formats/evaluation.md");
  const std::string fence = "```json\n";
  const std::size_t begin = page.find(fence);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page.find("```", begin + fence.size());
  const Json example = Json::parse(page.substr(begin + fence.size(), end - begin - fence.size()));
  const Json whole = published(evaluated(input_from(whole_life({.extra = 3}))), std::nullopt);
  for (const auto& member : example.items()) {
    CHECK_MESSAGE(whole.contains(member.key()), member.key());
  }
  CHECK(example.size() == whole.size());
  CHECK(example["fields"].size() == 1);  // one of eleven is shown there
  CHECK(without_hashes(example["fields"][kExtra]) == without_hashes(whole["fields"][kExtra]));
  const char* const lifespan = "pki-lifespan";
  CHECK(without_hashes(example["anchors"][0]["fields"][lifespan]) ==
        without_hashes(whole["anchors"][0]["fields"][lifespan]));
  CHECK(without_hashes(example["aliases"]) == without_hashes(whole["aliases"]));
  CHECK(without_hashes(example["subject"]) == without_hashes(whole["subject"]));
  CHECK(without_hashes(example["transcripts"][0]) == without_hashes(whole["transcripts"][0]));
}

TEST_CASE("names: every source and choice has one") {
  CHECK(name_of(AnswerSource::kComputed) == "computed");
  CHECK(name_of(AnswerSource::kNotAnswered) == "not-answered");
  for (const auto choice : {PublicationChoice::kBoth,
                            PublicationChoice::kSpareOnly,
                            PublicationChoice::kContinentsOnly,
                            PublicationChoice::kAtLeastOneSpare}) {
    CHECK(ceremony::publication_choice_named(name_of(choice)).value() == choice);
  }
  CHECK(!ceremony::publication_choice_named("everything").ok());
}
