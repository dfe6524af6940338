#include "ceremony/evaluation_facts.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/texts.h"

using ceremony::EvaluationInput;
using ceremony::Json;
using ceremony::PublicationChoice;
using ceremony::TaxonomyField;
using support::answer_in;
using support::declare;
using support::digest_named;
using support::evaluated;
using support::facts_of_set;
using support::has;
using support::input_from;
using support::kExtra;
using support::published;
using support::RecordBuilder;
using support::refusal_of;
using support::reserve_in;
using support::statement;
using support::whole_life;

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

TEST_CASE(
    "facts: a share set of a re-share that was given up counts only where it was live by then") {
  for (const char* const outputs : {"void", "live"}) {
    CAPTURE(outputs);
    auto records = whole_life({.extra = 3});
    records.resize(1);
    RecordBuilder builder(
        {.id = "0002-re-share", .sequence = 2, .previous_head = records[0].transcript.head()});
    builder.add("shares.issue", {{"generation", 2}, {"scheme", "slip-39"}, {"extra", 5}});
    if (std::string_view(outputs) == "live") {
      builder.add("set.live", {{"generation", 2}});
    }
    builder.add("abort", {{"outputs", outputs}});
    records.push_back(builder.aborted());
    const auto record = evaluated(input_from(std::move(records)));
    REQUIRE(record.issued());
    CHECK(record.issued()->count() == (std::string_view(outputs) == "live" ? 5 : 3));
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

TEST_CASE("facts: a certificate of an aborted ceremony that is not as the format has it is named") {
  Json data = support::subordinate_data({});
  data["public_key"] = 7;
  RecordBuilder builder({.id = "0001-root-generation", .previous_head = {}});
  const base::Error error = refusal_of(input_from({builder.add("cert.issue", data).aborted()}));
  CHECK(error.code == base::ErrorCode::kMalformed);
  CHECK(has(error.message, "entry 1: the text \"public_key\" is missing"));
}

TEST_CASE("facts: of a share set that was dealt again after a power cut, the last one counts") {
  RecordBuilder builder({.id = "0001-root-generation", .previous_head = {}});
  const Json dealt = {{"generation", 1}, {"scheme", "slip-39"}, {"extra", 2}};
  builder.add("shares.issue", dealt).add("shares.issue", dealt);
  const auto records = input_from({builder.completed()});
  CHECK(evaluated(records).share_set_entry() ==
        records.records.front().transcript.entries()[2].sha256);
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
  REQUIRE(record.published_before().of_earlier_sets.size() == 1);
  CHECK(record.published_before().of_earlier_sets[0][0].spare->count() == 2);
  const auto inference = inference_of(record, PublicationChoice::kBoth);
  CHECK(inference->now.thresholds == std::vector<unsigned>{2, 3});
  CHECK(published(record, std::nullopt)["fields"][kExtra]["value"] == 13);
}

TEST_CASE("facts: records that contradict each other are refused") {
  const auto life = whole_life({});
  CHECK(refusal_of(input_from({})).code == base::ErrorCode::kInvalidArgument);
  CHECK(has(refusal_of(input_from({life[0], life[0]})).message, "given twice"));

  auto mixed = life;
  mixed.push_back(RecordBuilder({.id = "0007-crl",
                                 .mode = "PRODUCTION",
                                 .sequence = 7,
                                 .previous_head = life[5].transcript.head()})
                      .completed());
  CHECK(has(refusal_of(input_from(mixed)).message, "rehearsal proves nothing"));

  support::LifeOptions other;
  other.root = "other root";
  auto two = life;
  two.push_back(
      RecordBuilder(
          {.id = "0007-root-generation", .sequence = 7, .previous_head = life[5].transcript.head()})
          .add("cert.issue", support::root_certificate_data(other))
          .completed());
  CHECK(has(refusal_of(input_from(two)).message, "two root keys"));

  RecordBuilder swapped({.id = "0001-root-generation", .previous_head = {}});
  swapped
      .add("key.generate",
           {{"algorithm", "p-384"},
            {"public_key", digest_named("made")},
            {"made_in", "locked-memory"},
            {"token", {{"manufacturer", ""}, {"model", ""}, {"firmware", ""}}}})
      .add("cert.issue", support::root_certificate_data({}));
  CHECK(has(refusal_of(input_from({swapped.completed()})).message, "not for the key"));

  EvaluationInput unfit = input_from(life);
  unfit.reserve = reserve_in(facts_of_set({.threshold = 2, .shares = 7}, 7));
  CHECK(has(refusal_of(unfit).message, "do not fit the newest share set"));
  unfit.records = {life[3]};
  CHECK(has(refusal_of(unfit).message, "the public records have none"));
}

TEST_CASE("facts: an entry that is not as the format has it is named") {
  const auto refused = [](std::string_view type, Json data) {
    RecordBuilder builder({.id = "0001-root-generation", .previous_head = {}});
    builder.add(type, std::move(data));
    const base::Error error =
        refusal_of(input_from({type == "close" ? builder.unfinished() : builder.completed()}));
    CHECK(error.code == base::ErrorCode::kMalformed);
    CHECK(has(error.message, "record 0001-root-generation, entry 1: "));
    return error.message;
  };
  const auto certificate_with = [](const char* member, Json value) {
    Json data = support::root_certificate_data({});
    data[member] = std::move(value);
    return data;
  };
  CHECK(has(refused("cert.issue", certificate_with("subject", 7)), "\"subject\""));
  CHECK(has(refused("cert.issue", certificate_with("public_key", "00")), "no SHA-256"));
  CHECK(has(refused("cert.issue", certificate_with("not_after", "soon")), "no date"));
  CHECK(has(refused("cert.issue", certificate_with("not_after", "2001-01-01")), "lies before"));
  CHECK(has(refused("cert.issue", certificate_with("path_length", -2)), "path_length"));
  CHECK(has(refused("cert.issue", certificate_with("path_length", 17)), "path_length"));
  CHECK(has(refused("cert.issue", certificate_with("path_length", "0")), "path_length"));
  CHECK(has(refused("cert.issue", certificate_with("path_length", ~std::uint64_t{0})),
            "path_length"));  // not -1, "none"
  for (const Json& extra : {Json(0), Json(15), Json(std::uint64_t{1} << 40U), Json("2")}) {
    CHECK(has(refused("shares.issue", {{"generation", 1}, {"scheme", "slip-39"}, {"extra", extra}}),
              "\"extra\""));
  }
  CHECK(has(refused("key.generate",
                    {{"algorithm", "p-384"},
                     {"public_key", digest_named("root")},
                     {"made_in", "the cloud"},
                     {"token", {{"manufacturer", ""}, {"model", ""}, {"firmware", ""}}}}),
            "made_in"));
  CHECK(has(
      refused("key.generate",
              {{"algorithm", "p-384"}, {"public_key", digest_named("root")}, {"made_in", "token"}}),
      "\"token\" is missing"));
  CHECK(has(refused("close", {{"result", 1}}), "\"result\""));
}

TEST_CASE("anchors: records that name no key still have all 18 questions") {
  std::vector<ceremony::PublicRecord> records;
  for (const char* const id : {"0001-share-verification", "0002-share-verification"}) {
    records.push_back(RecordBuilder({.id = id, .previous_head = digest_named(id)})
                          .add("shares.health", {{"result", "all-shares-verified"}})
                          .completed());
  }
  const Json whole = published(evaluated(input_from(records)), std::nullopt);
  CHECK(whole["fields"].size() == 11);
  REQUIRE(whole["anchors"].size() == 1);
  CHECK(whole["anchors"][0]["fields"].size() == 7);
}

TEST_CASE("anchors: a share set whose key is not in the records is still told of") {
  RecordBuilder builder({.id = "0003-re-share", .sequence = 3, .previous_head = digest_named("a")});
  builder.add("shares.issue", {{"generation", 2}, {"scheme", "slip-39"}, {"extra", 2}});
  const auto record = evaluated(input_from({builder.completed()}));
  const auto& answer = answer_in(record.anchors()[0].answers, TaxonomyField::kPkiAnchorStorage);
  CHECK(answer.source == ceremony::AnswerSource::kDerived);
  CHECK(answer.reason.empty());
  CHECK(answer.value ==
        "Recovered by a quorum; its size is withheld; see "
        "identity-shared-split-extra.");
  REQUIRE(answer.evidence.size() == 1);
  CHECK(answer.evidence[0].pointer == "/data/scheme");
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
