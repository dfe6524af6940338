#include "ceremony/evaluation_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/texts.h"

using ceremony::CheckedField;
using ceremony::EvaluationCheck;
using ceremony::EvaluationInput;
using ceremony::FieldState;
using ceremony::Json;
using ceremony::PublicationChoice;
using support::declare;
using support::digest_named;
using support::evaluated;
using support::has;
using support::input_from;
using support::kContinents;
using support::kExtra;
using support::life_with_facts;
using support::RecordBuilder;
using support::statement;
using support::whole_life;

namespace {

std::string text_of(const Json& whole) {
  return whole.dump(2, ' ', true) + "\n";
}

EvaluationCheck checked(const std::string& file, const EvaluationInput& input) {
  auto check = ceremony::check_evaluation(file, {.given = input.records, .reserve = input.reserve});
  REQUIRE_MESSAGE(check.ok(), check.error().message);
  return std::move(check).value();
}

// The state of every answer of that name: one, or one for each anchor.
FieldState state_of(const EvaluationCheck& check, const std::string& name) {
  const auto found = std::find_if(check.fields.begin(),
                                  check.fields.end(),
                                  [&name](const CheckedField& one) { return one.name == name; });
  REQUIRE(found != check.fields.end());
  return found->state;
}

std::string file_of(const EvaluationInput& input, std::optional<PublicationChoice> choice) {
  auto bytes = publish(evaluated(input), choice);
  REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
  return std::move(bytes).value();
}

// Another value of the same kind.
Json changed(const Json& leaf) {
  if (leaf.is_boolean()) {
    return !leaf.get<bool>();
  }
  if (leaf.is_number()) {
    return leaf.get<std::int64_t>() + 1;
  }
  return leaf.is_string() ? Json(leaf.get<std::string>() + "x") : Json("something");
}

// Pointers of the leaves that can be changed without being found out.
std::set<std::string> unnoticed(const std::string& file, const EvaluationInput& input) {
  const nlohmann::json flat = nlohmann::json::parse(file).flatten();
  std::set<std::string> pointers;
  for (const auto& [pointer, leaf] : flat.items()) {
    Json whole = Json::parse(file);
    Json& at = whole[Json::json_pointer(pointer)];
    at = changed(at);
    const auto check = ceremony::check_evaluation(
        text_of(whole), {.given = input.records, .reserve = input.reserve});
    if (check && check->holds()) {
      pointers.insert(pointer);
    }
  }
  CHECK(flat.size() > 200);
  return pointers;
}

// An input with a statement on every question that takes one.
EvaluationInput all_declared() {
  EvaluationInput input = input_from(whole_life({.extra = 3}));
  declare(
      input,
      "[subject]\norganisation = \"Example\"\n" +
          statement("initial-enclave-location", "value = \"external\"") +
          statement("initial-enclave-integrity-key", "value = \"In \\\"fuses\\\" of the CPU.\"") +
          statement("initial-enclave-privacy-key", "value = false\nnote = \"Not yet.\"") +
          statement("first-stage-exposure", "value = 0") +
          statement("first-second-stage-gap", "distance_km = 12\nduration = \"P1D\"") +
          statement("identity-pki-level", "value = 3") +
          statement("identity-time-limits-per-subordinate", "value = \"P3Y\"") +
          statement("identity-number-per-subordinate", "no_limit = true") +
          statement("identity-anchor-storage",
                    "value = \"software\"\nnote = \"On a shelf. Locked.\"") +
          "[[anchor]]\nname = \"root\"\n" + statement("anchor.pki-level", "value = 3") +
          statement("anchor.pki-level-locked", "value = true") +
          statement("anchor.pki-breadth", "at_least = 5\nat_most = 1000") +
          statement("anchor.pki-algorithms", "value = [\"p-256\", \"p-384\"]") +
          statement("anchor.pki-lifespan", "value = \"With an update.\"") +
          statement("anchor.pki-lock-policy", "value = \"None.\"") +
          statement("anchor.pki-anchor-storage", "value = \"software\"") +
          "[[anchor]]\nname = \"vendor\"\npublic_key = \"" + digest_named("vendor") + "\"\n" +
          statement("anchor.pki-anchor-storage", "value = \"third-party\""));
  return input;
}

}  // namespace

TEST_CASE("check: what publish() writes holds, whatever was declared, lost or chosen") {
  const EvaluationInput plain = input_from(whole_life({.extra = 3}));
  const EvaluationCheck check = checked(file_of(plain, std::nullopt), plain);
  CHECK(check.holds());
  CHECK(state_of(check, kExtra) == FieldState::kRecomputed);
  CHECK(state_of(check, kContinents) == FieldState::kConsistent);
  CHECK(state_of(check, "identity-pki-level") == FieldState::kRecomputed);
  CHECK(state_of(check, "first-stage-exposure") == FieldState::kConsistent);
  CHECK(has(check_text(check), "identity-pki-level: recomputed: worked out anew"));
  CHECK(has(check_text(check), "NOTHING IS CONTRADICTED\n"));

  const EvaluationInput declared = all_declared();
  const EvaluationCheck with = checked(file_of(declared, std::nullopt), declared);
  CHECK_MESSAGE(with.holds(), check_text(with));
  CHECK(state_of(with, "first-stage-exposure") == FieldState::kConsistent);

  ceremony::ConfidentialFacts facts = support::facts_of_set({.threshold = 2, .shares = 8}, 4);
  EvaluationInput lost = input_from(whole_life({.extra = 6}));
  facts.holders[0].health = ceremony::ShareHealth::kLost;
  lost.reserve = support::reserve_in(facts);
  for (const auto choice : {PublicationChoice::kBoth,
                            PublicationChoice::kSpareOnly,
                            PublicationChoice::kContinentsOnly,
                            PublicationChoice::kAtLeastOneSpare}) {
    const std::string file = file_of(lost, choice);
    CHECK(checked(file, lost).holds());
    EvaluationInput public_alone = lost;
    public_alone.reserve.reset();
    const EvaluationCheck outside = checked(file, public_alone);
    CHECK(outside.holds());
    CHECK(state_of(outside, kExtra) == FieldState::kConsistent);
    CHECK(state_of(outside, kContinents) == FieldState::kConsistent);
  }
}

TEST_CASE("check: no single change of a file goes unnoticed that the records could show") {
  const EvaluationInput plain = input_from(whole_life({.extra = 3}));
  CHECK(unnoticed(file_of(plain, std::nullopt), plain) ==
        std::set<std::string>{"/anchors/0/name", "/subject/key", "/subject/organisation"});
}

TEST_CASE("check: with the owners' facts no figure can be changed, and without them a few can") {
  EvaluationInput input = life_with_facts({.threshold = 2, .shares = 7}, 4);
  const std::string file = file_of(input, PublicationChoice::kBoth);
  const std::set<std::string> free = {"/anchors/0/name", "/subject/key", "/subject/organisation"};
  CHECK(unnoticed(file, input) == free);
  const auto with = [&file](const char* name, const Json& value) {
    Json whole = Json::parse(file);
    whole["fields"][name]["value"] = value;
    return text_of(whole);
  };
  input.reserve.reset();
  CHECK(state_of(checked(with(kExtra, 4), input), kExtra) == FieldState::kConsistent);
  CHECK(state_of(checked(with(kExtra, 6), input), kExtra) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kExtra, -1), input), kExtra) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kExtra, 5000000000), input), kExtra) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kExtra, "at least 1"), input), kExtra) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kContinents, 3), input), kContinents) == FieldState::kConsistent);
  CHECK(state_of(checked(with(kContinents, 6), input), kContinents) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kContinents, 8), input), kContinents) == FieldState::kContradicted);
  CHECK(state_of(checked(with(kContinents, "two"), input), kContinents) ==
        FieldState::kContradicted);
}

TEST_CASE("check: a figure that a verification refutes is contradicted without the journals, too") {
  EvaluationInput input = life_with_facts({.threshold = 2, .shares = 7}, 4);
  input.records.resize(3);
  input.records.push_back(RecordBuilder({.id = "0004-share-verification",
                                         .sequence = 4,
                                         .previous_head = input.records[2].transcript.head()})
                              .add("shares.health", {{"result", "not-all-verified"}})
                              .completed());
  ceremony::ConfidentialFacts facts = support::facts_of_set({.threshold = 2, .shares = 7}, 4);
  facts.holders[0].health = ceremony::ShareHealth::kLost;
  input.reserve = support::reserve_in(facts);
  Json whole = Json::parse(file_of(input, PublicationChoice::kSpareOnly));
  input.reserve.reset();
  CHECK(checked(text_of(whole), input).holds());
  whole["fields"][kExtra]["value"] = 5;
  CHECK(state_of(checked(text_of(whole), input), kExtra) == FieldState::kContradicted);
}

TEST_CASE("check: at least one spare share is no lie only while there is one") {
  EvaluationInput input = life_with_facts({.threshold = 2, .shares = 3}, 3);
  const std::string file = file_of(input, PublicationChoice::kAtLeastOneSpare);
  ceremony::ConfidentialFacts facts = support::facts_of_set({.threshold = 2, .shares = 3}, 3);
  facts.holders[0].health = ceremony::ShareHealth::kLost;
  input.reserve = support::reserve_in(facts);
  CHECK(state_of(checked(file, input), kExtra) == FieldState::kContradicted);
}

TEST_CASE("check: pki-anchor-storage that tells a number is contradicted, declared or not") {
  const EvaluationInput plain = input_from(whole_life({.extra = 3}));
  Json whole = Json::parse(file_of(plain, std::nullopt));
  Json& storage = whole["anchors"][0]["fields"]["pki-anchor-storage"];
  storage["value"] = storage["value"].get<std::string>() + " It takes 2 people.";
  CHECK(state_of(checked(text_of(whole), plain), "pki-anchor-storage") ==
        FieldState::kContradicted);
  const EvaluationInput declared = all_declared();
  whole = Json::parse(file_of(declared, std::nullopt));
  whole["anchors"][1]["fields"]["pki-anchor-storage"]["value"] = "recovered by two people";
  const EvaluationCheck check = checked(text_of(whole), declared);
  CHECK(!check.holds());
  CHECK(has(check_text(check), "pki-anchor-storage (\"vendor\"): contradicted"));
  whole["anchors"][1]["name"] = "ven\u001bdor";
  CHECK(has(check_text(checked(text_of(whole), declared)), "(\"ven\\u001bdor\")"));
}

TEST_CASE("check: a declaration that the records refute, or that is none, is contradicted") {
  const EvaluationInput input = all_declared();
  const std::string file = file_of(input, std::nullopt);
  const auto with = [&](const char* pointer, const Json& value) {
    Json whole = Json::parse(file);
    whole[Json::json_pointer(pointer)] = value;
    return checked(text_of(whole), input);
  };
  CHECK(!with("/fields/identity-time-limits-per-subordinate/value", "P11Y").holds());
  CHECK(!with("/fields/identity-time-limits-per-subordinate/value", "soon").holds());
  CHECK(!with("/fields/first-stage-exposure/value", "none").holds());
  CHECK(!with("/fields/first-stage-exposure/note", "3 of 5 people").holds());
  CHECK(!with("/fields/first-stage-exposure/by/date", "2026-02-30").holds());
  CHECK(!with("/anchors/0/fields/pki-algorithms/value/usable", Json{"p-384"}).holds());
  CHECK(with("/fields/first-stage-exposure/value", 7).holds());  // nobody can know
}

TEST_CASE("check: records that were left out, and those that came later, are told apart") {
  const auto life = whole_life({.extra = 3});
  EvaluationInput short_of_one = input_from(life);
  short_of_one.records.erase(short_of_one.records.begin() + 1);
  short_of_one.records.resize(2);
  const std::string gap = file_of(short_of_one, std::nullopt);
  EvaluationInput all = input_from(life);
  const EvaluationCheck check = checked(gap, all);
  CHECK(!check.holds());
  CHECK(has(check_text(check), "record 0002-subordinate-signing stood before it was made"));

  EvaluationInput first = input_from({life[0]});
  const std::string early = file_of(first, std::nullopt);
  CHECK(checked(early, all).holds());
  CHECK(has(check_text(checked(early, all)), "ceremonies were held since then"));

  // Vouched for at the end of a chain of which it leaves the last record out.
  auto vouching = life;
  vouching.resize(2);
  vouching.push_back(
      RecordBuilder(
          {.id = "0003-evaluation", .sequence = 3, .previous_head = life[1].transcript.head()})
          .add("evaluation", {{"file", "evaluation.json"}, {"sha256", digest_named(early)}})
          .completed());
  const EvaluationCheck picked = checked(early, input_from(vouching));
  CHECK(has(check_text(picked), "file: recomputed: record 0003-evaluation vouches"));
  CHECK(!picked.holds());
}

TEST_CASE("check: what cannot be compared is refused") {
  const EvaluationInput input = input_from(whole_life({.extra = 3}));
  const std::string file = file_of(input, std::nullopt);
  const auto code = [](const std::string& text, std::vector<ceremony::PublicRecord> records) {
    const auto check =
        ceremony::check_evaluation(text, {.given = std::move(records), .reserve = {}});
    REQUIRE(!check.ok());
    return check.error().code;
  };
  CHECK(code("{}\n", input.records) == base::ErrorCode::kMalformed);
  CHECK(code(file + "\n", input.records) == base::ErrorCode::kMalformed);
  CHECK(code(file, {input.records[0]}) == base::ErrorCode::kNotFound);
  Json whole = Json::parse(file);
  whole["transcripts"][0]["head"] = "\u001b[2J";
  CHECK(code(text_of(whole), input.records) == base::ErrorCode::kMalformed);
  support::LifeOptions other;
  other.root = "other root";
  auto two = input.records;
  for (auto& record : whole_life(other)) {
    two.push_back(record);
  }
  EvaluationInput of_two = input_from(two);
  declare(
      of_two,
      "[subject]\norganisation = \"E\"\nidentity_public_key = \"" + digest_named("root") + "\"\n");
  whole = Json::parse(file_of(of_two, std::nullopt));
  CHECK(checked(text_of(whole), of_two).holds());
  whole["subject"]["spki_sha256"] = digest_named("nobody");
  CHECK(code(text_of(whole), two) == base::ErrorCode::kInconsistent);
}

TEST_CASE("check: every question is in the list once, and 6.3 once for each anchor") {
  const EvaluationInput input = all_declared();
  const EvaluationCheck check = checked(file_of(input, std::nullopt), input);
  for (const auto& definition : ceremony::taxonomy_fields()) {
    const auto times = std::count_if(
        check.fields.begin(), check.fields.end(), [&definition](const CheckedField& one) {
          return one.name == definition.name;
        });
    const bool of_anchor = definition.section == ceremony::TaxonomySection::kTrustAnchors;
    CHECK(times == (of_anchor ? 2 : 1));
  }
}
