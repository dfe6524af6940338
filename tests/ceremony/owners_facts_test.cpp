#include "ceremony/owners_facts.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/texts.h"

using ceremony::EvaluationInput;
using ceremony::EvaluationRecord;
using ceremony::Json;
using ceremony::OwnersJournal;
using ceremony::PublicRecord;
using ceremony::Reserve;
using support::evaluated;
using support::has;
using support::input_from;
using support::RecordBuilder;
using support::whole_life;

namespace {

const auto owner_access = shamir::ConfidentialAccess::in_the_room();

Json holders_of(unsigned threshold) {
  Json data = {{"holders", Json::array()},
               {"threshold", threshold},
               {"sites",
                {{{"site", "site-1"}, {"continent", "Europe"}},
                 {{"site", "site-2"}, {"continent", "Asia"}}}}};
  char seat = 'A';
  for (const char* const continent : {"Europe", "Europe", "Asia", "Asia", "Asia"}) {
    data["holders"].push_back({{"seat", std::string(1, seat++)}, {"continent", continent}});
  }
  return data;
}

// The journal of a record: what it noted, then its public lines.
OwnersJournal journal_of(const PublicRecord& record,
                         const std::vector<std::pair<std::string, Json>>& noted) {
  OwnersJournal journal;
  const auto append = [&journal](const std::string& type, const Json& data) {
    journal.push_back(
        {.i = journal.size(), .type = type, .time = "2026-11-23T10:00:00Z", .data = data});
  };
  append("journal", {{"mode", "REHEARSAL"}});
  for (const auto& [type, data] : noted) {
    append(type, data);
  }
  for (const auto& entry : record.transcript.entries()) {
    append("public", {{"line", entry.text}, {"disclosures", Json::array()}});
  }
  return journal;
}

Json report_on(char seat, const char* health) {
  Json data = {{"seat", std::string(1, seat)}, {"result", "good"}};
  if (*health != '\0') {
    data["health"] = health;
  }
  return data;
}

using Reports = std::vector<std::pair<std::string, Json>>;

// A life up to its share verification, its journals, and what they come to.
struct Room {
  std::vector<PublicRecord> records;
  std::vector<OwnersJournal> journals;

  explicit Room(const Reports& reports = {}) : records(whole_life({.extra = 3})) {
    records.resize(4);
    journals.push_back(journal_of(records[0], {{"holders", holders_of(2)}}));
    journals.push_back(journal_of(records[3], reports));
  }

  // One more ceremony with reports on shares.
  void verify_again(const Reports& reports, bool is_completed = true) {
    const std::string id = "000" + std::to_string(records.size() + 1) + "-share-verification";
    RecordBuilder builder({.id = id,
                           .sequence = static_cast<unsigned>(records.size()) + 1,
                           .previous_head = records.back().transcript.head()});
    if (is_completed) {
      builder.add("shares.health", {{"result", "all-shares-verified"}});
    }
    records.push_back(is_completed ? builder.completed() : builder.aborted());
    journals.push_back(journal_of(records.back(), reports));
  }

  struct Site {
    const char* name;
  };

  void activate(const Site& site, const char* reason) {
    add("site.activate",
        {{"epoch", records.size()},
         {"site", site.name},
         {"reason", reason},
         {"last_known_crl_number", 2},
         {"crl_number_jump", 100}});
  }

  void add(const char* type, const Json& data) {
    records.push_back(RecordBuilder({.id = "000" + std::to_string(records.size() + 1) + "-crl",
                                     .sequence = static_cast<unsigned>(records.size()) + 1,
                                     .previous_head = records.back().transcript.head()})
                          .add(type, data)
                          .completed());
  }

  [[nodiscard]] base::Result<Reserve> reserve() const {
    const EvaluationRecord record = evaluated(input_from(records));
    auto facts = ceremony::owners_facts_in(journals, record.share_set_entry());
    REQUIRE_MESSAGE(facts.ok(), facts.error().message);
    REQUIRE(facts->has_value());
    auto reports = ceremony::reports_on_shares(journals, record);
    if (!reports) {
      return std::move(reports).error();
    }
    if (auto taken = ceremony::take_reports(*reports, **facts); !taken) {
      return std::move(taken).error();
    }
    return reserve_of(**facts, record, owner_access);
  }

  // Spare shares left and continents.
  [[nodiscard]] std::pair<unsigned, unsigned> figures() const {
    const auto reserve_here = reserve();
    REQUIRE_MESSAGE(reserve_here.ok(), reserve_here.error().message);
    CHECK(reserve_here->issued.count() == 3);
    return {reserve_here->left.count(), reserve_here->continents.count()};
  }
};

using Figures = std::pair<unsigned, unsigned>;

}  // namespace

TEST_CASE("owners: shares on which nobody reports are good as of the split") {
  CHECK(Room().figures() == Figures{3, 2});
  CHECK(Room({{"share-verified", report_on('A', "")}}).figures() == Figures{3, 2});
}

TEST_CASE("owners: a share that is lost or suspect counts neither as spare nor on its continent") {
  CHECK(Room({{"share-verified", report_on('A', "lost")}}).figures() == Figures{2, 1});
  CHECK(Room({{"share-verified", report_on('A', "suspect")}}).figures() == Figures{2, 1});
  CHECK(Room({{"share-verified", report_on('C', "lost")}}).figures() == Figures{2, 2});
  CHECK(Room({{"share-verified", report_on('C', "lost")},
              {"share-verified", report_on('D', "lost")},
              {"share-verified", report_on('E', "good")}})
            .figures() == Figures{1, 1});
}

TEST_CASE("owners: who brought nothing is lost by what the step was completed with") {
  const auto completed = [](const Json& health) {
    return std::pair<std::string, Json>(
        "complete", {{"step", "verify-shares"}, {"facts", {{"health", health}}}});
  };
  CHECK(Room({{"share-verified", report_on('A', "good")},
              completed({{"A", "good"}, {"B", "lost"}, {"C", "suspect"}})})
            .figures() == Figures{1, 1});
  CHECK(Room({completed("all-shares-verified")}).figures() == Figures{3, 2});  // no seats in it
  const Room odd({completed({{"A", 7}})});
  CHECK(has(odd.reserve().error().message, "neither good nor lost"));
}

TEST_CASE("owners: a verification that was not all good needs a loss in the owners' facts") {
  Room room;
  room.records.pop_back();
  room.journals.pop_back();
  room.add("shares.health", {{"result", "not-all-verified"}});
  EvaluationInput input = input_from(room.records);
  const Json whole = support::published(evaluated(input), std::nullopt);
  CHECK(whole["fields"][support::kExtra]["value"] == 3);
  CHECK(has(whole["fields"][support::kExtra]["reading"].get<std::string>(), "fewer are left now"));
  room.journals.push_back(journal_of(room.records.back(), {}));
  input.reserve = room.reserve().value();
  CHECK(has(support::refusal_of(input).message, "did not find every share good"));
  room.journals.back() =
      journal_of(room.records.back(), {{"share-verified", report_on('A', "lost")}});
  input.reserve = room.reserve().value();
  CHECK(evaluated(input).figures().spare->count() == 2);
}

TEST_CASE("owners: more lost than were spare, and there is no figure at all") {
  const auto refused = Room({{"share-verified", report_on('A', "lost")},
                             {"share-verified", report_on('B', "lost")},
                             {"share-verified", report_on('C', "suspect")},
                             {"share-verified", report_on('D', "lost")}})
                           .reserve();
  CHECK(refused.error().code == base::ErrorCode::kInsufficient);
}

TEST_CASE("owners: the newest report on a seat stands, and a loss once reported stays till then") {
  Room room({{"share-verified", report_on('A', "lost")}});
  room.verify_again({{"share-verified", report_on('B', "good")}});
  CHECK(room.figures() == Figures{2, 1});  // nobody spoke of A
  room.verify_again({{"share-verified", report_on('A', "good")}});
  CHECK(room.figures() == Figures{3, 2});
  room.verify_again({{"share-verified", report_on('A', "suspect")}});
  CHECK(room.figures() == Figures{2, 1});
}

TEST_CASE("owners: a verification that was given up can report a loss, but no share good") {
  Room room({{"share-verified", report_on('A', "lost")}});
  room.verify_again(
      {{"share-verified", report_on('A', "good")}, {"share-verified", report_on('E', "lost")}},
      false);
  CHECK(room.figures() == Figures{1, 1});
}

TEST_CASE("owners: a verification whose journal is not given is named, for it may hold a loss") {
  Room room;
  room.journals.pop_back();
  auto refused = room.reserve();
  CHECK(refused.error().code == base::ErrorCode::kInsufficient);
  CHECK(has(refused.error().message, "the journal of record 0004-share-verification"));
  Room given_up;
  given_up.verify_again({}, false);
  given_up.journals.pop_back();
  CHECK(has(given_up.reserve().error().message, "0005-share-verification"));
}

TEST_CASE("owners: reports on an earlier share set are not those of the newest") {
  Room room({{"share-verified", report_on('A', "lost")}});
  room.add("shares.issue", {{"generation", 2}, {"scheme", "slip-39"}, {"extra", 3}});
  room.journals.push_back(journal_of(room.records.back(), {{"holders", holders_of(2)}}));
  CHECK(room.figures() == Figures{3, 2});
}

TEST_CASE("owners: copies at sites that an activation found lost do not count") {
  for (const char* const reason : {"primary-lost", "primary-unreachable", "primary-unsafe"}) {
    Room room;
    room.activate({"site-2"}, reason);
    CHECK(room.figures() == Figures{3, 1});
    room.add("site.return", {{"epoch", 3}, {"site", "site-1"}});
    CHECK(room.figures() == Figures{3, 2});
  }
  Room due;
  due.activate({"site-2"}, "deadline");
  CHECK(due.figures() == Figures{3, 2});
  Room unknown;
  unknown.activate({"site-9"}, "primary-lost");
  CHECK(unknown.reserve().error().code == base::ErrorCode::kInconsistent);
}

TEST_CASE("owners: the annex gives the same facts, and every fault is refused without a number") {
  ceremony::Annex annex;
  CHECK(!ceremony::owners_facts_in(annex)->has_value());
  annex.quorum = shamir::Quorum::of({.threshold = 2, .shares = 3}).value();
  for (const char* const seat : {"A", "B", "C"}) {
    annex.holders.push_back(
        {.folder = "stick", .seat = seat, .continent = "Asia", .possession_key = {}});
  }
  annex.sites = {{.name = "site-1", .continent = "Asia"}};
  auto facts = ceremony::owners_facts_in(annex);
  REQUIRE(facts.ok());
  CHECK((*facts)->holders.size() == 3);
  CHECK((*facts)->sites[0].name == "site-1");
  CHECK((*facts)->holders[0].place.health == ceremony::ShareHealth::kGood);
  annex.holders[1].health = ceremony::kShareLost;
  annex.holders[2].health = ceremony::kShareSuspect;
  facts = ceremony::owners_facts_in(annex);
  REQUIRE(facts.ok());
  CHECK((*facts)->holders[1].place.health == ceremony::ShareHealth::kLost);
  CHECK((*facts)->holders[2].place.health == ceremony::ShareHealth::kSuspect);
  const std::vector<ceremony::SeatHealth> both{
      {.seat = (*facts)->holders[1].seat, .health = ceremony::ShareHealth::kLost},
      {.seat = (*facts)->holders[2].seat, .health = ceremony::ShareHealth::kSuspect}};
  CHECK(ceremony::check_told_health(**facts, both).ok());
  // A loss that the annex alone knows of would count here and for nobody later; an older report of
  // it, and a newer one that the share is good, too.
  auto found_again = both;
  found_again.push_back(
      {.seat = (*facts)->holders[1].seat, .health = ceremony::ShareHealth::kGood});
  for (const auto& reports : {std::vector<ceremony::SeatHealth>(), found_again}) {
    const auto told = ceremony::check_told_health(**facts, reports);
    REQUIRE(!told.ok());
    CHECK(has(told.error().message, "no record of a share verification says so"));
  }
  annex.holders[2].health = "Bob says good";
  CHECK(ceremony::owners_facts_in(annex).error().code == base::ErrorCode::kInvalidArgument);
  CHECK(!has(ceremony::owners_facts_in(annex).error().message, "Bob"));
  annex.holders[2].health = ceremony::kShareGood;
  const auto unknown = ceremony::take_reports({{.seat = "Z"}}, **facts);
  CHECK(unknown.error().code == base::ErrorCode::kInconsistent);
  CHECK(!has(unknown.error().message, "Z"));
  annex.sites[0].continent = "Atlantis";
  CHECK(!ceremony::owners_facts_in(annex).ok());
  annex.holders[0].continent = "Alice's house";
  CHECK(!has(ceremony::owners_facts_in(annex).error().message, "Alice"));
  CHECK(!ceremony::share_health_named("fine").ok());
}

TEST_CASE("owners: a journal that is not as a ceremony writes it is refused without a number") {
  const auto life = whole_life({.extra = 3});
  const std::string set = life[0].transcript.entries()[3].sha256;
  const auto message = [&](const Json& data) {
    const auto refused = ceremony::owners_facts_in({journal_of(life[0], {{"holders", data}})}, set);
    REQUIRE(!refused.ok());
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
    return refused.error().message;
  };
  CHECK(!ceremony::owners_facts_in({journal_of(life[1], {})}, set)->has_value());
  CHECK(has(message(holders_of(6)), "not one that a ceremony can have"));
  CHECK(has(message(holders_of(400)), "not as a ceremony writes it"));
  Json bad = holders_of(2);
  bad["holders"][0]["continent"] = "Alice's house";
  CHECK(has(message(bad), "none of the known names"));
  bad["holders"][0].erase("continent");
  CHECK(has(message(bad), "has no continent"));
  bad["holders"] = "all";
  CHECK(has(message(bad), "list of places"));
  bad = holders_of(2);
  bad.erase("sites");
  CHECK(has(message(bad), "list of places"));
  CHECK(has(message(Json()), "list of places"));

  const Room odd({{"share-verified", report_on('A', "splendid")}});
  CHECK(has(odd.reserve().error().message, "neither good nor lost"));
  const Room nobody({{"share-verified", {{"health", "lost"}}}});
  CHECK(has(nobody.reserve().error().message, "names no seat"));
}

TEST_CASE("owners: of a set that was split twice, the holders of the split that counts are read") {
  const auto life = whole_life({.extra = 3});
  const auto facts = ceremony::owners_facts_in(
      {journal_of(life[0], {{"holders", holders_of(3)}, {"holders", holders_of(2)}})},
      life[0].transcript.entries()[3].sha256);
  REQUIRE(facts.ok());
  CHECK((*facts)->quorum.threshold(owner_access) == 2);
}
