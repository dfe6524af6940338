#include "ceremony/evaluation_input.h"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/evaluation_answers.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

using ceremony::ConfidentialFacts;
using ceremony::Continent;
using ceremony::ShareHealth;
using support::facts_of_set;
using support::has;
using support::reserve_in;

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
  for (const ShareHealth health : {ShareHealth::kSuspect, ShareHealth::kLost}) {
    facts.holders.back().health = health;
    CHECK(continents(facts) == 0);
    CHECK(reserve_in(facts).left.count() == 2);
  }
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
  CHECK(!has(ceremony::continent_named("Alice's house").error().message, "Alice"));
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
