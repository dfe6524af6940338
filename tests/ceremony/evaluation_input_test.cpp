#include "ceremony/evaluation_input.h"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/temporary_folder.h"

using ceremony::ConfidentialFacts;
using ceremony::Continent;
using ceremony::Json;
using ceremony::ShareHealth;
using support::contains;
using support::digest_named;
using support::facts_of_set;
using support::reserve_in;
using support::whole_life;

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
