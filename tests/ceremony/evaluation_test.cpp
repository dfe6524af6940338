#include "ceremony/evaluation.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/texts.h"

using ceremony::Answer;
using ceremony::AnswerSource;
using ceremony::ConfidentialFacts;
using ceremony::EvaluationInput;
using ceremony::EvaluationRecord;
using ceremony::Json;
using ceremony::PublicationChoice;
using ceremony::ShareHealth;
using ceremony::TaxonomyField;
using support::answer_in;
using support::declare;
using support::digest_named;
using support::evaluated;
using support::facts_of_set;
using support::has;
using support::input_from;
using support::kContinents;
using support::kExtra;
using support::life_with_facts;
using support::published;
using support::RecordBuilder;
using support::refusal_of;
using support::reserve_in;
using support::statement;
using support::whole_life;

// k, n and names cannot get in: nothing that could carry them makes a record.
static_assert(!std::is_constructible_v<EvaluationRecord, shamir::Quorum>);
static_assert(!std::is_constructible_v<EvaluationRecord, std::string>);
static_assert(!std::is_constructible_v<EvaluationRecord, ConfidentialFacts>);
static_assert(!std::is_constructible_v<EvaluationRecord, unsigned>);
static_assert(!std::is_default_constructible_v<EvaluationRecord>);
static_assert(!std::is_invocable_v<decltype(&EvaluationRecord::of), ConfidentialFacts>);
static_assert(!std::is_convertible_v<unsigned, ceremony::SpareSharesLeft>);
static_assert(!std::is_convertible_v<unsigned, ceremony::ContinentCount>);

TEST_CASE("evaluation: a normal life answers nine questions and a filled-in form all 18") {
  EvaluationInput input = life_with_facts({.threshold = 3, .shares = 5}, 5);
  const auto count_shown = [](const EvaluationRecord& record) {
    unsigned shown = 0;
    unsigned answered = 0;
    const auto count = [&](const std::vector<Answer>& answers) {
      for (const Answer& answer : answers) {
        shown +=
            answer.source != AnswerSource::kNotAnswered && answer.source != AnswerSource::kDeclared
                ? 1
                : 0;
        answered += answer.source != AnswerSource::kNotAnswered ? 1 : 0;
        CHECK((answer.source == AnswerSource::kNotAnswered) == !answer.reason.empty());
        CHECK(!answer.rule.empty());
      }
    };
    count(record.answers());
    REQUIRE(record.anchors().size() == 1);
    count(record.anchors().front().answers);
    CHECK(record.answers().size() + record.anchors().front().answers.size() == 18);
    return std::pair(shown, answered);
  };
  CHECK(count_shown(evaluated(input)) == std::pair(10U, 10U));
  declare(input,
          statement("initial-enclave-location", "value = \"internal\"") +
              statement("first-stage-exposure", "value = 0") +
              statement("first-second-stage-gap", "distance_km = 0\nduration = \"P1D\"") +
              statement("identity-time-limits-per-subordinate", "value = \"P3Y\"") +
              statement("identity-number-per-subordinate", "no_limit = true") +
              "[[anchor]]\nname = \"root\"\n" +
              statement("anchor.pki-level-locked", "value = true") +
              statement("anchor.pki-breadth", "at_most = 1000") +
              statement("anchor.pki-algorithms", "value = [\"p-256\", \"p-384\"]") +
              statement("anchor.pki-lifespan", "value = \"With an update.\"") +
              statement("anchor.pki-lock-policy", "value = \"None.\""));
  CHECK(count_shown(evaluated(input)) == std::pair(9U, 18U));
}

TEST_CASE("evaluation: levels are counted as section 5.1 does, with both numbers in the detail") {
  const auto record = evaluated(input_from(whole_life({})));
  const Answer& level = answer_in(record.answers(), TaxonomyField::kIdentityPkiLevel);
  CHECK(level.value == 3);
  CHECK(level.source == AnswerSource::kDerived);
  CHECK(level.detail == Json{{"level_with_end_entities", 3}, {"levels_of_authorities", 2}});
  REQUIRE(level.evidence.size() == 2);
  CHECK(level.evidence[1].entry.record == 1);
  CHECK(level.evidence[1].pointer == "/data/path_length");
  CHECK(answer_in(record.anchors()[0].answers, TaxonomyField::kPkiLevel).value == 3);
}

TEST_CASE("evaluation: a level that does not follow is not guessed") {
  auto records = whole_life({});
  const auto level_with = [&records](Json subordinate) {
    auto changed = records;
    changed.resize(1);
    changed.push_back(RecordBuilder({.id = "0002-subordinate-signing",
                                     .sequence = 2,
                                     .previous_head = records[0].transcript.head()})
                          .add("cert.issue", std::move(subordinate))
                          .completed());
    const auto record = evaluated(input_from(std::move(changed)));
    return answer_in(record.answers(), TaxonomyField::kIdentityPkiLevel);
  };
  Json deeper = support::subordinate_data({});
  deeper["path_length"] = 1;
  CHECK(level_with(deeper).value == 4);
  deeper["path_length"] = -1;
  CHECK(has(level_with(deeper).reason, "may have any number of CAs below it"));
  Json end_entity = support::subordinate_data({});
  end_entity["profile"] = "device-identity";
  end_entity["path_length"] = -1;
  CHECK(level_with(end_entity).value == 2);

  records.resize(1);
  const auto root_only = evaluated(input_from(records));
  const Answer& level = answer_in(root_only.answers(), TaxonomyField::kIdentityPkiLevel);
  CHECK(level.source == AnswerSource::kNotAnswered);
  CHECK(has(level.reason, "not yet signed"));
  EvaluationInput declared = input_from(records);
  declare(declared, statement("identity-pki-level", "value = 2"));
  const auto answer = answer_in(evaluated(declared).answers(), TaxonomyField::kIdentityPkiLevel);
  CHECK(answer.source == AnswerSource::kDeclared);
  CHECK(answer.value == 2);
}

TEST_CASE("evaluation: a declaration that the record refutes is an error that names the question") {
  const auto refused = [](const std::string& body) {
    EvaluationInput input = input_from(whole_life({}));
    declare(input, body);
    const base::Error error = refusal_of(input);
    CHECK(error.code == base::ErrorCode::kInconsistent);
    return error.message;
  };
  CHECK(refused(statement("identity-pki-level", "value = 2")) ==
        "identity-pki-level: the declared level is not the one that the certificates have; correct "
        "the declaration, or find out why the record says otherwise");
  CHECK(has(refused("[[anchor]]\nname = \"r\"\n" +
                    statement("anchor.pki-algorithms", "value = [\"p-384\"]")),
            "pki-algorithms: the declared list lacks p-256"));
  CHECK(has(refused(statement("identity-time-limits-per-subordinate", "value = \"P11Y\"")),
            "longer than a subordinate CA's certificate is valid"));
  CHECK(has(refused("[subject]\norganisation = \"E\"\nidentity_public_key = \"" +
                    digest_named("another") + "\"\n"),
            "is no root key of the records given"));
}

TEST_CASE("evaluation: the time limit is the declared one, else the longest validity") {
  EvaluationInput input = input_from(whole_life({}));
  const auto limit = [&input] {
    return answer_in(evaluated(input).answers(), TaxonomyField::kIdentityTimeLimitsPerSubordinate);
  };
  CHECK(limit().value == "P10Y");
  CHECK(limit().source == AnswerSource::kDerived);
  declare(input, statement("identity-time-limits-per-subordinate", "value = \"P10Y\""));
  CHECK(limit().value == "P10Y");
  CHECK(limit().source == AnswerSource::kDeclared);
  CHECK(limit().evidence.size() == 2);
  // From the first second of 2026-11-23 to the last of 2036-11-22: 3653 days, no day more.
  declare(input, statement("identity-time-limits-per-subordinate", "value = \"P3653D\""));
  CHECK(limit().value == "P3653D");
  declare(input, statement("identity-time-limits-per-subordinate", "value = \"P3654D\""));
  CHECK(refusal_of(input).code == base::ErrorCode::kInconsistent);
  declare(input, statement("identity-time-limits-per-subordinate", "no_limit = true"));
  CHECK(limit().value.is_null());
  CHECK(limit().reading == "There is no such limit.");
}

TEST_CASE("evaluation: a subordinate CA whose certificate has no end has no limit by itself") {
  auto records = whole_life({});
  records.resize(1);
  Json endless = support::subordinate_data({});
  endless["not_after"] = "9999-12-31";  // RFC 5280 section 4.1.2.5
  records.push_back(RecordBuilder({.id = "0002-subordinate-signing",
                                   .sequence = 2,
                                   .previous_head = records[0].transcript.head()})
                        .add("cert.issue", endless)
                        .completed());
  EvaluationInput input = input_from(std::move(records));
  const auto limit = [&input] {
    return answer_in(evaluated(input).answers(), TaxonomyField::kIdentityTimeLimitsPerSubordinate);
  };
  CHECK(limit().value.is_null());
  CHECK(limit().source == AnswerSource::kDerived);
  CHECK(has(limit().reading, "has no end"));
  declare(input, statement("identity-time-limits-per-subordinate", "value = \"P9000Y\""));
  CHECK(limit().value == "P9000Y");
}

TEST_CASE("evaluation: storage is told from the record, and never how many people it takes") {
  const auto record = evaluated(life_with_facts({.threshold = 3, .shares = 5}, 5));
  const Answer& identity = answer_in(record.answers(), TaxonomyField::kIdentityAnchorStorage);
  CHECK(identity.value ==
        "Root key (p-384) made in a PKCS#11 token (manufacturer \"SoftHSM project\", model "
        "\"SoftHSM v2\", firmware \"2.6\"). At rest it is encrypted with AES-256 key wrapping (RFC "
        "5649). The key that encrypts it is split by secret sharing among holders. A restore from "
        "the shares was proven before use. The copy in use is destroyed after each ceremony.");
  const Answer& anchor = answer_in(record.anchors()[0].answers, TaxonomyField::kPkiAnchorStorage);
  CHECK(anchor.value == identity.value.get<std::string>() +
                            " Recovered by a quorum; its size is withheld; see "
                            "identity-shared-split-extra.");
  CHECK(anchor.withheld == std::vector<std::string>{"number of people needed to recover it"});
  CHECK(anchor.source == AnswerSource::kDerived);
}

TEST_CASE("evaluation: the bytes are the same for every k and n of the same published figures") {
  // On one continent every k fits; with the same n - k nothing in the file may differ.
  for (unsigned extra = 1; extra <= 13; ++extra) {
    EvaluationInput input = input_from(whole_life({.extra = extra}));
    std::optional<std::string> first;
    for (unsigned k = 2; k + extra <= 16; ++k) {
      const shamir::QuorumNumbers numbers{.threshold = k, .shares = k + extra};
      input.reserve = reserve_in(facts_of_set(numbers, k + extra));
      const auto record = evaluated(input);
      const auto bytes = publish(record, PublicationChoice::kBoth);
      REQUIRE(bytes.ok());
      first = first.value_or(*bytes);
      CHECK((*bytes == *first));  // not printed: too long
    }
  }
}

TEST_CASE("evaluation: n - k is derived as of the newest set, less what was lost") {
  EvaluationInput input = input_from(whole_life({.extra = 3}));
  const Json whole = published(evaluated(input), std::nullopt);
  const Json& extra = whole["fields"][kExtra];
  CHECK(extra["value"] == 3);
  CHECK(extra["type"] == "integer");
  CHECK(extra["source"] == "derived");
  CHECK(extra["withheld"] == Json{"k", "n"});
  CHECK(extra["evidence"].size() == 3);
  CHECK(extra["evidence"][0]["transcript"] == "T1");
  CHECK(extra["evidence"][0]["pointer"] == "/data/extra");
  CHECK(extra["evidence"][2]["transcript"] == "T4");  // the yearly verification
  CHECK(whole["as_of"] == "2026-11-23");

  ConfidentialFacts facts = facts_of_set({.threshold = 2, .shares = 5}, 5);
  facts.holders[4].health = ShareHealth::kLost;
  input.reserve = reserve_in(facts);
  CHECK(published(evaluated(input), PublicationChoice::kSpareOnly)["fields"][kExtra]["value"] == 2);
}

TEST_CASE("evaluation: continents are computed from the owners' facts, or stay unanswered") {
  EvaluationInput input = life_with_facts({.threshold = 2, .shares = 7}, 4);
  const Json both = published(evaluated(input), PublicationChoice::kBoth);
  CHECK(both["fields"][kContinents]["value"] == 2);
  CHECK(both["fields"][kContinents]["source"] == "exercised");
  input.records.resize(4);  // before activation and drill
  CHECK(published(evaluated(input), PublicationChoice::kBoth)["fields"][kContinents]["source"] ==
        "computed");
  input.reserve.reset();
  const Json without = published(evaluated(input), std::nullopt);
  CHECK(without["fields"][kContinents]["source"] == "not-answered");
  CHECK(without["fields"][kContinents]["value"].is_null());
  CHECK(!without["fields"][kContinents]["reason"].is_null());
}
