// Ways in which a figure could be wrong: ceremonies that were given up, forks, records of others,
// what was published before.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/evaluation.h"
#include "ceremony/evaluation_publications.h"
#include "support/evaluation_answers.h"
#include "support/texts.h"

using ceremony::EvaluationInput;
using ceremony::Json;
using ceremony::PublicationChoice;
using ceremony::PublicRecord;
using ceremony::TaxonomyField;
using support::answer_in;
using support::digest_named;
using support::evaluated;
using support::has;
using support::input_from;
using support::kContinents;
using support::kExtra;
using support::life_with_facts;
using support::published;
using support::RecordBuilder;
using support::refusal_of;
using support::whole_life;

namespace {

Json set_data(unsigned generation, unsigned extra) {
  return {{"generation", generation}, {"scheme", "slip-39"}, {"extra", extra}};
}

// A record's head.
struct Behind {
  std::string head;
};

// The next record of a life, numbered, behind the record with that head ("": behind the last).
RecordBuilder next_of(const std::vector<PublicRecord>& life,
                      const std::string& type,
                      const Behind& previous = {}) {
  const auto sequence = static_cast<unsigned>(life.size()) + 1;
  return RecordBuilder(
      {.id = "000" + std::to_string(sequence) + "-" + type,
       .sequence = sequence,
       .previous_head = previous.head.empty() ? life.back().transcript.head() : previous.head});
}

std::vector<PublicRecord> two_records() {
  auto life = whole_life({.extra = 3});
  life.resize(2);
  return life;
}

unsigned issued_in(const std::vector<PublicRecord>& records) {
  return evaluated(input_from(records)).issued()->count();
}

// A record of an evaluation ceremony that vouches for these bytes, which lie with it.
PublicRecord evaluation_of(const std::vector<PublicRecord>& life, const std::string& bytes) {
  PublicRecord record =
      next_of(life, "evaluation")
          .add("evaluation", {{"file", "evaluation.json"}, {"sha256", digest_named(bytes)}})
          .completed();
  record.evaluation = bytes;
  return record;
}

}  // namespace

TEST_CASE("history: a re-share that was given up does not take the old set's place") {
  auto life = two_records();
  life.push_back(next_of(life, "re-share").add("shares.issue", set_data(2, 1)).aborted());
  CHECK(issued_in(life) == 3);
  auto open = two_records();
  open.push_back(next_of(open, "re-share").add("shares.issue", set_data(2, 1)).unfinished());
  CHECK(issued_in(open) == 3);
  CHECK(evaluated(input_from(open)).published_before().of_earlier_sets.empty());
}

TEST_CASE("history: a re-share given up behind its point of no return has taken its place") {
  auto life = two_records();
  life.push_back(next_of(life, "re-share")
                     .add("shares.issue", set_data(2, 1))
                     .add("set.live", {{"generation", 2}, {"retiring", 1}})
                     .add("abort", {{"outputs", "live"}})
                     .aborted());
  CHECK(issued_in(life) == 1);
  CHECK(evaluated(input_from(life)).published_before().of_earlier_sets.size() == 1);
}

TEST_CASE("history: an activation that was given up has activated nothing") {
  const Json activation = {{"epoch", 2}, {"site", "site-2"}, {"reason", "primary-lost"}};
  auto life = two_records();
  life.push_back(next_of(life, "backup-activation").add("site.activate", activation).aborted());
  CHECK(evaluated(input_from(life)).only_site().empty());
  life.pop_back();
  life.push_back(next_of(life, "backup-activation")
                     .add("site.activate", activation)
                     .add("abort", {{"outputs", "live"}})
                     .aborted());
  CHECK(evaluated(input_from(life)).only_site() == "site-2");
  Json without = activation;
  without.erase("reason");
  life.push_back(next_of(life, "backup-activation").add("site.activate", without).completed());
  CHECK(has(refusal_of(input_from(life)).message, "\"reason\""));
}

TEST_CASE("history: where both sites have acted there is no figure until they are merged") {
  auto life = two_records();
  const std::string fork = life.back().transcript.head();
  life.push_back(next_of(life, "crl", Behind{fork}).completed());
  life.push_back(next_of(life, "crl", Behind{fork}).completed());
  const auto refused = refusal_of(input_from(life));
  CHECK(refused.code == base::ErrorCode::kInconsistent);
  CHECK(has(refused.message, "records 0003-crl and 0004-crl go on from the same record"));

  life.push_back(next_of(life, "ledger-merge", Behind{life[3].transcript.head()})
                     .add("ledger.merge", {{"joined", life[2].transcript.head()}})
                     .completed());
  const auto merged = evaluated(input_from(life));
  CHECK(merged.issued()->count() == 3);
  CHECK(merged.whole());
  life.erase(life.begin() + 2);
  CHECK(!evaluated(input_from(life)).whole());  // the joined branch is not here
}

TEST_CASE("history: a branch of several records, closed by a merge, is no fork") {
  auto life = two_records();
  const std::string fork = life.back().transcript.head();
  life.push_back(next_of(life, "crl", Behind{fork}).completed());
  life.push_back(next_of(life, "crl", Behind{fork}).completed());
  life.push_back(next_of(life, "crl", Behind{life[2].transcript.head()}).completed());
  CHECK(has(refusal_of(input_from(life)).message, "both sites have acted"));
  life.push_back(next_of(life, "ledger-merge", Behind{life[4].transcript.head()})
                     .add("ledger.merge", {{"joined", life[3].transcript.head()}})
                     .completed());
  CHECK(evaluated(input_from(life)).whole());
}

TEST_CASE("history: two sets of the newest generation are refused, and a later re-share mends it") {
  auto life = two_records();
  const std::string fork = life.back().transcript.head();
  life.push_back(
      next_of(life, "re-share", Behind{fork}).add("shares.issue", set_data(2, 1)).completed());
  life.push_back(
      next_of(life, "re-share", Behind{fork}).add("shares.issue", set_data(2, 4)).completed());
  life.push_back(next_of(life, "ledger-merge", Behind{life[3].transcript.head()})
                     .add("ledger.merge", {{"joined", life[2].transcript.head()}})
                     .completed());
  CHECK(has(refusal_of(input_from(life)).message, "two ceremonies have each made"));
  life.push_back(next_of(life, "re-share").add("shares.issue", set_data(3, 2)).completed());
  CHECK(issued_in(life) == 2);
}

TEST_CASE("history: a record of which nobody can say whose it is is refused, and named") {
  auto life = two_records();
  life.push_back(RecordBuilder({.id = "0007-share-verification",
                                .sequence = 7,
                                .previous_head = digest_named("another CA")})
                     .add("shares.health", {{"result", "all-shares-verified"}})
                     .completed());
  const auto refused = refusal_of(input_from(life));
  CHECK(refused.code == base::ErrorCode::kInconsistent);
  CHECK(has(refused.message, "record 0007-share-verification goes on from no other"));
  // A drill of somebody else's, too: it would make the continents "exercised".
  life.pop_back();
  life.push_back(RecordBuilder({.id = "0007-recovery-drill",
                                .mode = "DRILL",
                                .sequence = 7,
                                .previous_head = digest_named("another CA")})
                     .add("drill.result", {{"objective_met", true}})
                     .completed());
  CHECK(has(refusal_of(input_from(life)).message, "0007-recovery-drill"));
}

TEST_CASE("history: a drill among the records changes no figure, whatever its own set is") {
  for (unsigned upto = 1; upto <= 6; ++upto) {
    auto life = whole_life({.extra = 2});
    life.resize(upto);
    CHECK(issued_in(life) == 2);
  }
}

TEST_CASE("history: the date is that of the identity anchor's records") {
  const auto record = evaluated(input_from(two_records()));
  CHECK(record.as_of() == "2026-11-23");
}

TEST_CASE("history: behind the end of the key no share is told of") {
  auto life = two_records();
  life.push_back(next_of(life, "key-destruction")
                     .add("key.end", {{"claim", "provably-gone"}, {"reason", "retired"}})
                     .completed());
  const auto record = evaluated(input_from(life));
  CHECK(!record.figures().spare);
  const Json whole = published(record, std::nullopt);
  for (const char* const name : {kExtra, kContinents}) {
    CHECK(whole["fields"][name]["source"] == "not-answered");
    CHECK(whole["fields"][name]["value"].is_null());
    CHECK(has(whole["fields"][name]["reason"].get<std::string>(), "ends the key"));
  }
  EvaluationInput with_facts = input_from(life);
  with_facts.reserve = life_with_facts({.threshold = 2, .shares = 5}, 5).reserve;
  CHECK(has(refusal_of(with_facts).message, "none that is live"));
}

TEST_CASE("publications: what was published once is counted at the next evaluation") {
  // 3 of 6 on two continents: e = 3, c = 2 leaves 2 and 3. After one loss e = 2 and c = 2 cannot
  // be, so the continents go down to 1; the reader still has the first publication.
  EvaluationInput input = life_with_facts({.threshold = 3, .shares = 6}, 3);
  const auto first = publish(evaluated(input), PublicationChoice::kBoth);
  REQUIRE(first.ok());
  auto records = input.records;
  records.push_back(evaluation_of(records, *first));
  EvaluationInput later = input_from(records);
  const auto inference = inference_of(evaluated(later), PublicationChoice::kSpareOnly);
  REQUIRE(inference.ok());
  CHECK(inference->now.thresholds == std::vector<unsigned>{2, 3});
  CHECK(inference->verdict == ceremony::InferenceVerdict::kSmallSet);

  // The same file, handed in by itself, in place of the record that vouches for it.
  EvaluationInput by_hand = input_from(input.records);
  by_hand.earlier = {*first};
  CHECK(inference_of(evaluated(by_hand), PublicationChoice::kSpareOnly)->now.thresholds ==
        std::vector<unsigned>{2, 3});

  // The record alone, its file gone: nobody knows what the world has read.
  later.records.back().evaluation.clear();
  CHECK(refusal_of(later).code == base::ErrorCode::kInsufficient);
  CHECK(has(refusal_of(later).message, "--earlier"));
  later.earlier = {*first};
  CHECK(evaluated(later).published_before().of_set.size() == 3);
}

TEST_CASE("publications: an evaluation whose ceremony was given up has been read all the same") {
  EvaluationInput input = life_with_facts({.threshold = 3, .shares = 6}, 3);
  const auto first = publish(evaluated(input), PublicationChoice::kBoth);
  PublicRecord given_up =
      next_of(input.records, "evaluation")
          .add("evaluation", {{"file", "evaluation.json"}, {"sha256", digest_named(*first)}})
          .aborted();
  given_up.evaluation = *first;
  input.records.push_back(given_up);
  CHECK(evaluated(input).published_before().of_set.size() == 2);
}

TEST_CASE("publications: one k that follows only across a re-share is refused") {
  const EvaluationInput first = life_with_facts({.threshold = 2, .shares = 5}, 3);
  const auto both = publish(evaluated(first), PublicationChoice::kBoth);
  REQUIRE(both.ok());  // e = 3, c = 2: 2 or 3
  auto records = first.records;
  records.push_back(evaluation_of(records, *both));
  records.push_back(next_of(records, "re-share").add("shares.issue", set_data(2, 4)).completed());
  const auto facts = support::facts_of_set({.threshold = 2, .shares = 6}, 3);
  EvaluationInput second = input_from(records);
  second.reserve = support::reserve_in(facts);
  const auto record = evaluated(second);
  // e = 4, c = 2 alone: 2, 3, 4. Kept since the first: 2, 3.
  const auto kept = inference_of(record, PublicationChoice::kBoth);
  CHECK(kept->if_threshold_kept == std::vector<unsigned>{2, 3});
  CHECK(publish(record, PublicationChoice::kBoth).ok());

  records.push_back(next_of(records, "re-share").add("shares.issue", set_data(3, 13)).completed());
  records.push_back(next_of(records, "re-share").add("shares.issue", set_data(4, 14)).completed());
  const auto fourth = evaluated(input_from(records));
  for (const auto choice : {PublicationChoice::kSpareOnly, PublicationChoice::kBoth}) {
    const auto refused = publish(fourth, choice);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == base::ErrorCode::kRefusedByPolicy);
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
  }
  records.push_back(next_of(records, "re-share").add("shares.issue", set_data(5, 5)).completed());
  const auto fifth = evaluated(input_from(records));
  CHECK(inference_of(fifth, PublicationChoice::kSpareOnly)->now.thresholds.size() == 10);
  const auto across = publish(fifth, PublicationChoice::kSpareOnly);
  REQUIRE(!across.ok());  // many by itself; one with the sets before, if k was kept
  CHECK(has(across.error().message, "choose at-least-one"));
  CHECK(publish(fifth, PublicationChoice::kAtLeastOneSpare).ok());
}

TEST_CASE("publications: an earlier file of something else is refused") {
  const EvaluationInput input = life_with_facts({.threshold = 3, .shares = 6}, 3);
  const std::string bytes = publish(evaluated(input), PublicationChoice::kBoth).value();
  const auto refused = [&input](const std::string& earlier) {
    EvaluationInput with = input;
    with.earlier = {earlier};
    return refusal_of(with).message;
  };
  const auto changed = [&bytes](const char* from, const std::string& to) {
    std::string copy = bytes;
    const std::size_t at = copy.find(from);
    REQUIRE(at != std::string::npos);
    return copy.replace(at, std::string(from).size(), to);
  };
  CHECK(has(refused("{}"), "its format is not"));
  CHECK(has(refused("rubbish"), "no JSON object"));
  CHECK(has(refused(bytes + " "), "not as Conclave writes them"));
  CHECK(has(refused(changed("\"mode\": \"REHEARSAL\"", "\"mode\": \"PRODUCTION\"")),
            "of another mode"));
  CHECK(has(refused(changed(digest_named("root").c_str(), digest_named("other"))),
            "another root key"));
  const std::string set = evaluated(input).share_set_entry();
  std::string other_set = bytes;
  for (std::size_t at = other_set.find(set); at != std::string::npos; at = other_set.find(set)) {
    other_set.replace(at, set.size(), digest_named("a set of another CA"));
  }
  CHECK(has(refused(other_set), "a share set that the records do not have"));
  CHECK(has(refused(changed("\"value\": 3,\n      \"type\": \"integer\",\n      \"source\": "
                            "\"derived\",\n      \"rule\": \"n - k",
                            "\"value\": 4,\n      \"type\": \"integer\",\n      \"source\": "
                            "\"derived\",\n      \"rule\": \"n - k")),
            "more spare shares than"));
  CHECK(has(refused(changed("\"as_of\": \"2026-11-23\"", "\"as_of\": \"2026-02-30\"")), "no date"));
  CHECK(has(refused(changed("\"pointer\": \"/data/extra\"", "\"pointer\": \"/data/other\"")),
            "does not say of which share set"));
}

TEST_CASE("pki-anchor-storage: no k, for any k and n, and whatever was declared beside it") {
  for (unsigned extra = 1; extra <= 13; ++extra) {
    std::optional<std::string> first;
    for (unsigned k = 2; k + extra <= 16; ++k) {
      EvaluationInput input = input_from(whole_life({.extra = extra}));
      input.reserve =
          support::reserve_in(support::facts_of_set({.threshold = k, .shares = k + extra}, k));
      const auto record = evaluated(input);
      const auto& answer =
          answer_in(record.anchors().front().answers, TaxonomyField::kPkiAnchorStorage);
      CHECK(answer.detail.is_null());
      CHECK(answer.withheld == std::vector<std::string>{"number of people needed to recover it"});
      const std::string text = answer.value.get<std::string>() + answer.rule + answer.reading +
                               answer.reason + answer.note;
      first = first.value_or(text);
      CHECK(text == *first);
      // The digits in it are those of algorithms and versions, which no quorum changes.
      CHECK(has(text, "Recovered by a quorum; its size is withheld"));
    }
  }
  for (const char* const told : {"any 3 of 5 holders", "three out of five", "3-of-5"}) {
    const auto refused = ceremony::parse_declarations(
        "format = \"conclave-declarations-v1\"\n[[anchor]]\nname = \"r\"\n" +
        support::statement("anchor.pki-anchor-storage",
                           "value = \"software\"\nnote = \"" + std::string(told) + "\""));
    CHECK(!refused.ok());
  }
}
