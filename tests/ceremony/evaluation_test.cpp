#include "ceremony/evaluation.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <type_traits>

#include <doctest/doctest.h>

#include "ceremony/evaluation_input.h"
#include "support/evaluation_records.h"
#include "support/temporary_folder.h"

using ceremony::Answer;
using ceremony::AnswerSource;
using ceremony::ConfidentialFacts;
using ceremony::Continent;
using ceremony::EvaluationInput;
using ceremony::EvaluationRecord;
using ceremony::Json;
using ceremony::PublicationChoice;
using ceremony::ShareHealth;
using ceremony::TaxonomyField;
using support::digest_named;
using support::RecordBuilder;
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

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A set of `threshold` of `shares`, with `here` holders in Europe and the rest in Asia; a backup
// copy lies on both.
ConfidentialFacts facts_of_set(shamir::QuorumNumbers numbers, unsigned here) {
  ConfidentialFacts facts{.quorum = shamir::Quorum::of(numbers).value(),
                          .holders = {},
                          .backup_sites = {Continent::kEurope, Continent::kAsia}};
  for (unsigned holder = 0; holder < numbers.shares; ++holder) {
    facts.holders.push_back({.continent = holder < here ? Continent::kEurope : Continent::kAsia});
  }
  return facts;
}

ceremony::Reserve reserve_in(const ConfidentialFacts& facts) {
  return ceremony::reserve_of(facts, shamir::ConfidentialAccess::in_the_room()).value();
}

EvaluationInput input_from(std::vector<ceremony::PublicRecord> records) {
  EvaluationInput input;
  input.records = std::move(records);
  return input;
}

// The life of a 2-of-4 or other set on two continents, with the owners' facts.
EvaluationInput life_with_facts(shamir::QuorumNumbers numbers, unsigned here) {
  EvaluationInput input = input_from(whole_life({.extra = numbers.shares - numbers.threshold}));
  input.reserve = reserve_in(facts_of_set(numbers, here));
  return input;
}

void declare(EvaluationInput& input, const std::string& body) {
  auto declarations =
      ceremony::parse_declarations("format = \"conclave-declarations-v1\"\n" + body);
  REQUIRE_MESSAGE(declarations.ok(), declarations.error().message);
  input.declarations = std::move(declarations).value();
}

std::string statement(const std::string& section, const std::string& members) {
  return "[" + section + "]\n" + members + "\nby = \"PKI manager\"\ndate = \"2026-11-23\"\n";
}

EvaluationRecord evaluated(const EvaluationInput& input) {
  auto record = EvaluationRecord::of(input);
  REQUIRE_MESSAGE(record.ok(), record.error().message);
  return std::move(record).value();
}

base::Error refusal_of(const EvaluationInput& input) {
  const auto record = EvaluationRecord::of(input);
  REQUIRE(!record.ok());
  return record.error();
}

const Answer& answer_in(const std::vector<Answer>& answers, TaxonomyField field) {
  const auto found = std::find_if(
      answers.begin(), answers.end(), [field](const Answer& one) { return one.field == field; });
  REQUIRE(found != answers.end());
  return *found;
}

Json published(const EvaluationRecord& record, std::optional<PublicationChoice> choice) {
  const auto bytes = publish(record, choice);
  REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
  return Json::parse(*bytes);
}

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

const char* const kExtra = "identity-shared-split-extra";
const char* const kContinents = "identity-shared-split-continents";

}  // namespace

TEST_CASE("taxonomy: 18 names, each found by itself and by its aliases") {
  std::set<std::string_view> names;
  for (const auto& definition : ceremony::taxonomy_fields()) {
    names.insert(definition.name);
    CHECK(ceremony::taxonomy_field_named(definition.name).value() == definition.field);
    CHECK(&ceremony::definition_of(definition.field) == &definition);
  }
  CHECK(names.size() == 18);
  CHECK(ceremony::taxonomy_field_named("initial-enclave-confidentiality-key").value() ==
        TaxonomyField::kInitialEnclavePrivacyKey);
  CHECK(ceremony::taxonomy_field_named("first-stage-initialization").value() ==
        TaxonomyField::kFirstStageExposure);
  CHECK(ceremony::taxonomy_field_named("pki-colour").error().code == base::ErrorCode::kNotFound);
}

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
  CHECK(contains(level_with(deeper).reason, "further CAs below"));
  deeper["path_length"] = -1;
  CHECK(contains(level_with(deeper).reason, "further CAs below"));
  Json end_entity = support::subordinate_data({});
  end_entity["profile"] = "device-identity";
  end_entity["path_length"] = -1;
  CHECK(level_with(end_entity).value == 2);

  records.resize(1);
  const auto root_only = evaluated(input_from(records));
  const Answer& level = answer_in(root_only.answers(), TaxonomyField::kIdentityPkiLevel);
  CHECK(level.source == AnswerSource::kNotAnswered);
  CHECK(contains(level.reason, "not yet signed"));
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
  CHECK(contains(refused("[[anchor]]\nname = \"r\"\n" +
                         statement("anchor.pki-algorithms", "value = [\"p-384\"]")),
                 "pki-algorithms: the declared list lacks p-256"));
  CHECK(contains(refused(statement("identity-time-limits-per-subordinate", "value = \"P11Y\"")),
                 "longer than a subordinate CA's certificate is valid"));
  CHECK(contains(refused("[subject]\norganisation = \"E\"\nidentity_public_key = \"" +
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
  declare(input, statement("identity-time-limits-per-subordinate", "no_limit = true"));
  CHECK(limit().value.is_null());
  CHECK(limit().reading == "There is no such limit.");
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

TEST_CASE("reserve: a continent needs k good shares and a copy of what they open") {
  const auto continents = [](const ConfidentialFacts& facts) {
    return reserve_in(facts).continents.count();
  };
  ConfidentialFacts facts = facts_of_set({.threshold = 2, .shares = 5}, 3);
  CHECK(continents(facts) == 2);
  facts.backup_sites = {Continent::kEurope};
  CHECK(continents(facts) == 1);
  facts.backup_sites = {Continent::kAfrica};
  CHECK(continents(facts) == 0);
  facts.backup_sites = {Continent::kAsia, Continent::kAsia};
  CHECK(continents(facts) == 1);
  facts.holders.back().health = ShareHealth::kLost;
  CHECK(continents(facts) == 0);
  CHECK(reserve_in(facts).left.count() == 2);
  CHECK(reserve_in(facts).issued.count() == 3);

  const auto access = shamir::ConfidentialAccess::in_the_room();
  facts.holders.pop_back();
  CHECK(ceremony::reserve_of(facts, access).error().code == base::ErrorCode::kInconsistent);
  facts = facts_of_set({.threshold = 2, .shares = 3}, 3);
  facts.holders[0].health = ShareHealth::kLost;
  facts.holders[1].health = ShareHealth::kLost;
  CHECK(ceremony::reserve_of(facts, access).error().code == base::ErrorCode::kInsufficient);
}

TEST_CASE("reserve: continents have seven names, and a refusal does not repeat the text") {
  for (unsigned at = 0; at < 7; ++at) {
    const auto continent = static_cast<Continent>(at);
    CHECK(ceremony::continent_named(name_of(continent)).value() == continent);
  }
  CHECK(ceremony::continent_named("Australia").value() == Continent::kOceania);
  CHECK(!contains(ceremony::continent_named("Alice's house").error().message, "Alice"));
}

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
    CHECK(contains(refused.error().message, "publish the number of spare shares alone"));
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
  }
  CHECK(publish(record, PublicationChoice::kSpareOnly).ok());
  CHECK(publish(record, PublicationChoice::kAtLeastOneSpare).ok());
  CHECK(contains(owners_sheet_of(record).value(), "would explain it: 2.\nThis REVEALS"));
}

TEST_CASE("publish: so many spare shares that they alone reveal k are stopped too") {
  const auto record = evaluated(life_with_facts({.threshold = 2, .shares = 16}, 16));
  CHECK(contains(publish(record, PublicationChoice::kSpareOnly).error().message,
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
  CHECK(contains(*once, "B\\u00fcro"));
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

TEST_CASE("facts: a drill's keys and shares are not those of the root") {
  const auto record = evaluated(input_from(whole_life({.extra = 3})));
  CHECK(record.issued()->count() == 3);  // the drill's set has 7
  CHECK(record.public_key() == digest_named("root"));
  CHECK(record.anchors().size() == 1);
  CHECK(record.mode() == ceremony::Mode::kRehearsal);
  CHECK(record.whole());
}

TEST_CASE("facts: an aborted or unfinished root generation proves nothing") {
  RecordBuilder builder({.id = "0001-root-generation", .previous_head = {}});
  builder.add("cert.issue", support::root_certificate_data({}))
      .add("shares.issue", {{"generation", 1}, {"scheme", "slip-39"}, {"extra", 2}});
  RecordBuilder other = builder;
  for (auto& record : {builder.unfinished(), other.aborted()}) {
    const auto evaluation = evaluated(input_from({record}));
    CHECK(!evaluation.issued());
    CHECK(evaluation.public_key().empty());
  }
}

TEST_CASE("facts: a certificate signed before an abort exists nevertheless") {
  auto records = whole_life({});
  records.resize(1);
  RecordBuilder builder({.id = "0002-subordinate-signing",
                         .sequence = 2,
                         .previous_head = records[0].transcript.head()});
  records.push_back(builder.add("cert.issue", support::subordinate_data({})).aborted());
  const auto record = evaluated(input_from(std::move(records)));
  CHECK(answer_in(record.answers(), TaxonomyField::kIdentityPkiLevel).value == 3);
}

TEST_CASE("facts: a new share set takes the old one's place, and the old figure is remembered") {
  auto records = whole_life({.extra = 2});
  records.resize(2);
  records.push_back(
      RecordBuilder(
          {.id = "0003-re-share", .sequence = 3, .previous_head = records[1].transcript.head()})
          .add("key.open",
               {{"public_key", digest_named("root")}, {"compared_with", "root-certificate"}})
          .add("shares.issue", {{"generation", 2}, {"scheme", "slip-39"}, {"extra", 13}})
          .completed());
  const auto record = evaluated(input_from(std::move(records)));
  CHECK(record.issued()->count() == 13);
  REQUIRE(record.issued_before().size() == 1);
  CHECK(record.issued_before()[0].count() == 2);
  const auto inference = inference_of(record, PublicationChoice::kBoth);
  CHECK(inference->now.thresholds == std::vector<unsigned>{2, 3});
  CHECK(published(record, std::nullopt)["fields"][kExtra]["value"] == 13);
}

TEST_CASE("facts: records that contradict each other are refused") {
  const auto life = whole_life({});
  CHECK(refusal_of(input_from({})).code == base::ErrorCode::kInvalidArgument);
  CHECK(contains(refusal_of(input_from({life[0], life[0]})).message, "given twice"));

  auto mixed = life;
  mixed.push_back(RecordBuilder({.id = "0007-crl",
                                 .mode = "PRODUCTION",
                                 .sequence = 7,
                                 .previous_head = life[5].transcript.head()})
                      .completed());
  CHECK(contains(refusal_of(input_from(mixed)).message, "rehearsal proves nothing"));

  support::LifeOptions other;
  other.root = "other root";
  auto two = life;
  two.push_back(
      RecordBuilder(
          {.id = "0007-root-generation", .sequence = 7, .previous_head = life[5].transcript.head()})
          .add("cert.issue", support::root_certificate_data(other))
          .completed());
  CHECK(contains(refusal_of(input_from(two)).message, "two root keys"));

  RecordBuilder swapped({.id = "0001-root-generation", .previous_head = {}});
  swapped
      .add("key.generate",
           {{"algorithm", "p-384"},
            {"public_key", digest_named("made")},
            {"made_in", "locked-memory"},
            {"token", {{"manufacturer", ""}, {"model", ""}, {"firmware", ""}}}})
      .add("cert.issue", support::root_certificate_data({}));
  CHECK(contains(refusal_of(input_from({swapped.completed()})).message, "not for the key"));

  EvaluationInput unfit = input_from(life);
  unfit.reserve = reserve_in(facts_of_set({.threshold = 2, .shares = 7}, 7));
  CHECK(contains(refusal_of(unfit).message, "do not fit the newest share set"));
  unfit.records = {life[3]};
  CHECK(contains(refusal_of(unfit).message, "the public records have none"));
}

TEST_CASE("facts: an entry that is not as the format has it is named") {
  const auto refused = [](std::string_view type, Json data) {
    RecordBuilder builder({.id = "0001-root-generation", .previous_head = {}});
    builder.add(type, std::move(data));
    const base::Error error =
        refusal_of(input_from({type == "close" ? builder.unfinished() : builder.completed()}));
    CHECK(error.code == base::ErrorCode::kMalformed);
    CHECK(contains(error.message, "record 0001-root-generation, entry 1: "));
    return error.message;
  };
  const auto certificate_with = [](const char* member, Json value) {
    Json data = support::root_certificate_data({});
    data[member] = std::move(value);
    return data;
  };
  CHECK(contains(refused("cert.issue", certificate_with("subject", 7)), "\"subject\""));
  CHECK(contains(refused("cert.issue", certificate_with("public_key", "00")), "no SHA-256"));
  CHECK(contains(refused("cert.issue", certificate_with("not_after", "soon")), "no date"));
  CHECK(
      contains(refused("cert.issue", certificate_with("not_after", "2001-01-01")), "lies before"));
  CHECK(contains(refused("cert.issue", certificate_with("path_length", -2)), "path_length"));
  CHECK(contains(refused("cert.issue", certificate_with("path_length", 17)), "path_length"));
  CHECK(contains(refused("cert.issue", certificate_with("path_length", "0")), "path_length"));
  for (const Json& extra : {Json(0), Json(15), Json(std::uint64_t{1} << 40U), Json("2")}) {
    CHECK(contains(
        refused("shares.issue", {{"generation", 1}, {"scheme", "slip-39"}, {"extra", extra}}),
        "\"extra\""));
  }
  CHECK(contains(refused("key.generate",
                         {{"algorithm", "p-384"},
                          {"public_key", digest_named("root")},
                          {"made_in", "the cloud"},
                          {"token", {{"manufacturer", ""}, {"model", ""}, {"firmware", ""}}}}),
                 "made_in"));
  CHECK(contains(
      refused("key.generate",
              {{"algorithm", "p-384"}, {"public_key", digest_named("root")}, {"made_in", "token"}}),
      "\"token\" is missing"));
  CHECK(contains(refused("close", {{"result", 1}}), "\"result\""));
}

TEST_CASE("anchors: two roots need to be told apart, and a foreign anchor can be declared") {
  auto records = whole_life({});
  support::LifeOptions other;
  other.root = "other root";
  for (auto& record : whole_life(other)) {
    records.push_back(record);
  }
  EvaluationInput input = input_from(records);
  CHECK(refusal_of(input).code == base::ErrorCode::kInvalidArgument);
  declare(input,
          "[subject]\norganisation = \"E\"\nidentity_public_key = \"" + digest_named("other root") +
              "\"\n[[anchor]]\nname = \"Firmware vendor\"\n" + "public_key = \"" +
              digest_named("vendor") + "\"\n" +
              statement("anchor.pki-anchor-storage", "value = \"third-party\"") +
              "[[anchor]]\nname = \"Ours\"\n" +
              statement("anchor.pki-level-locked", "value = false"));
  const auto record = evaluated(input);
  CHECK(record.public_key() == digest_named("other root"));
  REQUIRE(record.anchors().size() == 3);
  unsigned ours = 0;
  for (const auto& anchor : record.anchors()) {
    if (anchor.name == "Ours") {
      ++ours;
      CHECK(anchor.public_key == digest_named("other root"));
      CHECK(answer_in(anchor.answers, TaxonomyField::kPkiLevelLocked).value == false);
    }
  }
  CHECK(ours == 1);
  const auto& vendor = record.anchors().back();
  CHECK(vendor.name == "Firmware vendor");
  CHECK(vendor.public_key == digest_named("vendor"));
  CHECK(answer_in(vendor.answers, TaxonomyField::kPkiAnchorStorage).value == "third-party");
}

TEST_CASE("input: journals tell the owners' facts of the set that their public line issued") {
  const auto life = whole_life({.extra = 3});
  const auto& issue = life[0].transcript.entries()[3];
  REQUIRE(issue.type == "shares.issue");
  const auto journal_with = [&issue](const Json& holders) {
    std::string log;
    std::string prev = ceremony::no_previous();
    std::uint64_t i = 0;
    const auto append = [&](const std::string& type, const Json& data) {
      const std::string text = ceremony::write_json({{"v", 1},
                                                     {"i", i},
                                                     {"prev", prev},
                                                     {"time", "2026-11-23T10:00:00Z"},
                                                     {"type", type},
                                                     {"data", data},
                                                     {"salt", "AAAAAAAAAAAAAAAAAAAAAA"}})
                                   .value();
      prev = digest_named(text);
      log += prev + " " + text + "\n";
      ++i;
    };
    append("journal", {{"mode", "REHEARSAL"}});
    append("holders", holders);
    append("public", {{"line", issue.text}, {"disclosures", Json::array()}});
    return log;
  };
  Json holders = {{"holders", Json::array()},
                  {"threshold", 2},
                  {"sites", {{{"site", "site-1"}, {"continent", "Europe"}}}}};
  for (const char* const continent : {"Europe", "Europe", "Asia", "Asia", "Asia"}) {
    holders["holders"].push_back({{"seat", "A"}, {"continent", continent}});
  }
  const auto facts = ceremony::owners_facts_in(journal_with(holders), issue.sha256);
  REQUIRE_MESSAGE(facts.ok(), facts.error().message);
  REQUIRE(facts->has_value());
  CHECK(reserve_in(**facts).left.count() == 3);
  CHECK(reserve_in(**facts).continents.count() == 1);  // no copy in Asia
  CHECK(!ceremony::owners_facts_in(journal_with(holders), digest_named("other"))->has_value());

  const auto message = [&](const Json& data) {
    const auto refused = ceremony::owners_facts_in(journal_with(data), issue.sha256);
    REQUIRE(!refused.ok());
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
    return refused.error().message;
  };
  Json bad = holders;
  bad["threshold"] = 6;
  CHECK(contains(message(bad), "not one that a ceremony can have"));
  bad["threshold"] = 400;
  CHECK(contains(message(bad), "not as a ceremony writes it"));
  bad = holders;
  bad["holders"][0]["continent"] = "Alice's house";
  CHECK(contains(message(bad), "none of the known names"));
  bad["holders"][0].erase("continent");
  CHECK(contains(message(bad), "has no continent"));
  bad.erase("sites");
  bad["holders"] = "all";
  CHECK(contains(message(bad), "list of places"));
  CHECK(!ceremony::owners_facts_in("rubbish\n", issue.sha256).ok());
}

TEST_CASE("input: folders are found by what lies in them, and nothing confidential by itself") {
  const support::TemporaryFolder folder;
  support::plant(folder / "record/public/0001-root-generation/transcript.log", "");
  support::plant(folder / "record/public/0002-crl/transcript.log", "");
  support::plant(folder / "record/public/evaluation.json", "");
  support::plant(folder / "record/confidential/0001-root-generation/journal.log", "");
  support::plant(folder / "empty/note.txt", "");

  const auto whole = ceremony::find_evaluation_folders({folder / "record"});
  REQUIRE(whole.ok());
  CHECK(whole->ceremonies.size() == 2);
  CHECK(whole->records == std::vector<std::filesystem::path>{folder / "record/public"});
  CHECK(whole->journals.empty());
  const auto both = ceremony::find_evaluation_folders(
      {folder / "record/public/0002-crl", folder / "record/confidential"});
  REQUIRE(both.ok());
  CHECK(both->ceremonies.size() == 1);
  CHECK(both->records == both->ceremonies);
  CHECK(both->journals.size() == 1);
  CHECK(ceremony::find_evaluation_folders({folder / "empty"}).error().code ==
        base::ErrorCode::kNotFound);
  CHECK(ceremony::find_evaluation_folders({folder / "none"}).error().code ==
        base::ErrorCode::kNotFound);
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
  for (const auto& [key, value] : example.items()) {
    CHECK_MESSAGE(whole.contains(key), key);
  }
  CHECK(example.size() == whole.size());
  CHECK(example["fields"].size() == 1);  // one of eleven is shown there
  CHECK(without_hashes(example["fields"][kExtra]) == without_hashes(whole["fields"][kExtra]));
  const char* const kLifespan = "pki-lifespan";
  CHECK(without_hashes(example["anchors"][0]["fields"][kLifespan]) ==
        without_hashes(whole["anchors"][0]["fields"][kLifespan]));
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
