#include "ceremony/quorum_plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/quorum_sheet.h"

namespace ceremony {
namespace {

const auto owner_access = shamir::ConfidentialAccess::in_the_room();

// Holders at sites of these sizes: all of the first site in Europe, of the second in Asia, ...
QuorumPlaces sites_of(const std::vector<unsigned>& sizes) {
  constexpr Continent kWhere[] = {Continent::kEurope,
                                  Continent::kAsia,
                                  Continent::kAfrica,
                                  Continent::kOceania,
                                  Continent::kNorthAmerica,
                                  Continent::kSouthAmerica,
                                  Continent::kAntarctica};
  QuorumPlaces places;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Continent continent = kWhere[i % std::size(kWhere)];
    places.holders.insert(places.holders.end(),
                          sizes[i],
                          {.site = "site-" + std::to_string(i), .continent = continent});
    places.backup_sites.push_back(continent);
  }
  return places;
}

// Holders with a site of their own, on one continent.
std::vector<PlacedHolder> alone(unsigned count) {
  std::vector<PlacedHolder> holders;
  for (unsigned i = 0; i < count; ++i) {
    holders.push_back({.site = std::to_string(i), .continent = Continent::kEurope});
  }
  return holders;
}

std::vector<QuorumChoice> weighed(const QuorumPlaces& places, const LossRates& rates = {}) {
  auto choices = weigh_quorums(places, rates, owner_access);
  REQUIRE_MESSAGE(choices.ok(), (choices ? "" : choices.error().message));
  return std::move(choices).value();
}

const QuorumChoice& choice_with(const std::vector<QuorumChoice>& choices, unsigned threshold) {
  const auto found = std::ranges::find(choices, threshold, &QuorumChoice::threshold);
  REQUIRE(found != choices.end());
  return *found;
}

// One way in which sites and shares are lost: a bit for each.
struct Losses {
  unsigned sites = 0;
  unsigned shares = 0;
};

struct Outcome {
  double chance = 1;
  unsigned left = 0;
};

Outcome outcome_of(const std::vector<unsigned>& sizes, Losses losses, const LossRates& rates) {
  Outcome outcome;
  for (const unsigned size : sizes) {
    const bool is_site_lost = (losses.sites & 1U) != 0;
    losses.sites >>= 1U;
    outcome.chance *= is_site_lost ? rates.site : 1 - rates.site;
    for (unsigned i = 0; i < size; ++i, losses.shares >>= 1U) {
      const bool is_share_lost = (losses.shares & 1U) != 0;
      outcome.chance *= is_share_lost ? rates.holder : 1 - rates.holder;
      outcome.left += is_site_lost || is_share_lost ? 0 : 1;
    }
  }
  return outcome;
}

// All of them, one by one.
double loss_by_enumeration(const std::vector<unsigned>& sizes,
                           unsigned threshold,
                           const LossRates& rates) {
  const unsigned shares = std::accumulate(sizes.begin(), sizes.end(), 0U);
  double sum = 0;
  for (unsigned bits = 0; bits < 1U << (sizes.size() + shares); ++bits) {
    const Outcome outcome = outcome_of(sizes, {.sites = bits >> shares, .shares = bits}, rates);
    sum += outcome.left < threshold ? outcome.chance : 0;
  }
  return sum;
}

// Source: Python 3.11, sum(math.comb(n, i) * p**i * (1 - p)**(n - i) for i in range(n - k + 1,
// n + 1)), for each row.
TEST_CASE("quorum plan: with every holder alone, the chance of loss is the binomial one") {
  struct Row {
    unsigned shares, threshold;
    double rate, expected;
  };
  for (const Row& row : {Row{5, 3, 0.1, 0.00856},
                         Row{7, 4, 0.02, 5.3356544e-06},
                         Row{16, 2, 0.05, 4.653930664062504e-19},
                         Row{3, 2, 0.5, 0.5}}) {
    const double loss =
        probability_of_loss(alone(row.shares), row.threshold, {.holder = row.rate, .site = 0});
    CHECK(std::abs(loss - row.expected) <= row.expected * 1e-6);
  }
}

TEST_CASE("quorum plan: sites that are lost together give what counting every case gives") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> rate(0, 1);
  const std::vector<std::vector<unsigned>> layouts{
      {3}, {1, 2}, {2, 2, 1}, {3, 3}, {4, 2, 1}, {1, 1, 1, 1}, {5, 3}};
  for (const std::vector<unsigned>& sizes : layouts) {
    const LossRates rates{.holder = rate(random), .site = rate(random)};
    for (unsigned threshold = 1; threshold <= 8; ++threshold) {
      const double expected = loss_by_enumeration(sizes, threshold, rates);
      const double loss = probability_of_loss(sites_of(sizes).holders, threshold, rates);
      CHECK(std::abs(loss - expected) < 1e-12);
    }
  }
}

TEST_CASE("quorum plan: rates of none and of all are certain either way") {
  const std::vector<PlacedHolder> holders = sites_of({2, 3}).holders;
  CHECK(probability_of_loss(holders, 3, {.holder = 0, .site = 0}) == 0);
  CHECK(probability_of_loss(holders, 3, {.holder = 1, .site = 0}) == 1);
  CHECK(probability_of_loss(holders, 3, {.holder = 0, .site = 1}) == 1);
}

TEST_CASE("quorum plan: holders at one site make the loss likelier than holders apart") {
  const LossRates rates{.holder = 0.02, .site = 0.05};
  CHECK(probability_of_loss(sites_of({5}).holders, 3, rates) >
        10 * probability_of_loss(alone(5), 3, rates));
}

TEST_CASE("quorum plan: losses, sites and continents of seven holders, counted by hand") {
  // Europe 3 (one site), Asia 2, Africa 1, Oceania 1, with a copy on each.
  const auto choices = weighed(sites_of({3, 2, 1, 1}));
  REQUIRE(choices.size() == 5);
  const QuorumChoice& two = choice_with(choices, 2);
  CHECK(two.shares == 7);
  CHECK(two.spare == 5);
  CHECK(two.sites_survived == 2);  // 7 - 3 - 2 = 2
  CHECK(two.sites_with_quorum == 1);
  CHECK(two.continents_able == 2);  // Europe, Asia
  CHECK(two.survives_any_continent);

  const QuorumChoice& four = choice_with(choices, 4);
  CHECK(four.spare == 3);
  CHECK(four.sites_survived == 1);
  CHECK(four.sites_with_quorum == 2);
  CHECK(four.continents_able == 0);
  CHECK(four.survives_any_continent);  // without Europe four are left

  const QuorumChoice& five = choice_with(choices, 5);
  CHECK(five.sites_survived == 0);
  CHECK(!five.survives_any_continent);
}

TEST_CASE("quorum plan: a continent without a copy cannot act, and the only copy may be lost") {
  QuorumPlaces places = sites_of({3, 3});
  places.backup_sites = {Continent::kEurope};
  const QuorumChoice three = choice_with(weighed(places), 3);
  CHECK(three.continents_able == 1);
  CHECK(!three.survives_any_continent);
  places.backup_sites.clear();
  CHECK(choice_with(weighed(places), 3).continents_able == 0);
}

TEST_CASE("quorum plan: figures that leave a single k are told, with what to withhold") {
  // Four holders, two on each of two continents: spare 2, continents 2, so k = 2 for everybody.
  const QuorumPlaces places = sites_of({2, 2});
  const auto choices = weighed(places);
  const PublishingOutlook& two = choice_with(choices, 2).publishing;
  CHECK(two.together.verdict == InferenceVerdict::kRevealsExactly);
  CHECK(two.together.thresholds == std::vector<unsigned>{2});
  CHECK(two.spare_alone.thresholds.size() > 3);
  CHECK(two.spare_alone.if_simple_majority == std::optional<unsigned>(3));
  CHECK(!two.is_majority_guess_right);

  // Two of three is the simple majority: who supposes n = 2k - 1 is right.
  CHECK(choice_with(weighed(sites_of({1, 1, 1})), 2).publishing.is_majority_guess_right);

  const std::string sheet =
      quorum_sheet({.places = places, .rates = {}, .choices = choices, .proposals = {}});
  CHECK(sheet.find("  2 of 4: publish the spare shares alone.\n") != std::string::npos);
  CHECK(sheet.find("REFUSED") != std::string::npos);
  const std::string calm =
      quorum_sheet({.places = places, .rates = {}, .choices = {}, .proposals = {}});
  CHECK(calm.find("REFUSED") == std::string::npos);
}

TEST_CASE("quorum plan: for every layout, what publishing tells contains the truth") {
  for (const std::vector<unsigned>& sizes : std::vector<std::vector<unsigned>>{
           {2, 1}, {3, 2, 2}, {4, 4}, {8, 8}, {2, 2, 2, 2, 2, 2, 2}}) {
    for (const QuorumChoice& choice : weighed(sites_of(sizes))) {
      for (const Inference* const one : {&choice.publishing.together,
                                         &choice.publishing.spare_alone,
                                         &choice.publishing.continents_alone}) {
        CHECK(std::ranges::find(one->thresholds, choice.threshold) != one->thresholds.end());
      }
    }
  }
}

TEST_CASE("quorum plan: the draft's layouts are proposed with what they need") {
  QuorumPlaces places = sites_of({3, 1});  // Europe 3, Asia 1
  places.backup_sites = {Continent::kEurope};
  auto proposed = propose_quorums(places, {}, owner_access);
  REQUIRE(proposed.ok());
  const auto& proposals = *proposed;
  REQUIRE(proposals.size() == 3);  // for four each, four holders would have to be added
  CHECK(proposals[0].layout == QuorumLayout::kSimpleMajority);
  CHECK(proposals[0].choice.threshold == 3);
  CHECK(proposals[0].choice.shares == 5);
  CHECK(proposals[0].new_holders == std::vector<Continent>{Continent::kAsia});
  CHECK(proposals[1].layout == QuorumLayout::kEachContinent);
  CHECK(proposals[1].choice.threshold == 2);
  CHECK(proposals[1].choice.shares == 5);
  CHECK(proposals[1].choice.continents_able == 2);
  CHECK(proposals[1].new_copies == std::vector<Continent>{Continent::kAsia});
  CHECK(proposals[2].choice.threshold == 3);
  CHECK(proposals[2].new_holders == std::vector<Continent>(2, Continent::kAsia));

  for (unsigned odd = 3; odd < shamir::kMostShares; odd += 2) {
    auto majority = propose_quorums({.holders = alone(odd), .backup_sites = {}}, {}, owner_access);
    REQUIRE(majority.ok());
    REQUIRE(majority->size() == 1);  // one continent: nothing to share out
    CHECK(2 * majority->front().choice.threshold - 1 == odd);
    CHECK(majority->front().new_holders.empty());
  }
  // Sixteen holders have room for no seventeenth.
  auto full = propose_quorums({.holders = alone(16), .backup_sites = {}}, {}, owner_access);
  REQUIRE(full.ok());
  CHECK(full->empty());
}

std::string refusal(const QuorumPlaces& places, const LossRates& rates = {}) {
  const auto choices = weigh_quorums(places, rates, owner_access);
  const auto proposals = propose_quorums(places, rates, owner_access);
  REQUIRE(choices.ok() == proposals.ok());
  return choices ? std::string() : choices.error().message;
}

TEST_CASE("quorum plan: what cannot be planned is refused without a number or a place") {
  CHECK(refusal(sites_of({1, 1, 1})).empty());
  std::set<std::string> sentences{refusal(sites_of({1, 1})), refusal(sites_of({9, 8}))};
  CHECK(refusal(sites_of({2, 2}), {.holder = -0.1, .site = 0}) ==
        refusal(sites_of({2, 2}), {.holder = 0, .site = std::nan("")}));
  sentences.insert(refusal(sites_of({2, 2}), {.holder = 1.5, .site = 0}));
  QuorumPlaces torn = sites_of({2, 2});
  torn.holders[2].site = torn.holders[0].site;
  sentences.insert(refusal(torn));
  CHECK(sentences.size() == 4);
  CHECK(!sentences.contains(""));
  for (const std::string& sentence : sentences) {
    CHECK(sentence.find("site-0") == std::string::npos);
  }
}

TEST_CASE("quorum plan: places are read strictly") {
  const auto fault = [](const char* text) {
    const auto places = parse_quorum_places(text);
    return places ? std::string() : places.error().message;
  };
  const char* const good =
      "[[holder]]\nsite = \"Berlin\"\ncontinent = \"Europe\"\n[[backup]]\ncontinent = "
      "\"Australia\"\n";
  const auto places = parse_quorum_places(good);
  REQUIRE(places.ok());
  REQUIRE(places->holders.size() == 1);
  CHECK(places->holders[0].site == "Berlin");
  CHECK(places->backup_sites == std::vector<Continent>{Continent::kOceania});
  CHECK(fault("").empty());  // nobody; weigh_quorums() says so
  CHECK(fault("[[holder]]\nsite = \"Berlin\"\n").find("\"continent\" is missing") !=
        std::string::npos);
  CHECK(fault("[[holder]]\nsite = \"B\"\ncontinent = \"Europe\"\nname = \"x\"\n")
            .find("is not known here") != std::string::npos);
  CHECK(fault("[[holder]]\nsite = \"B\"\ncontinent = \"Atlantis\"\n").find("none of the known") !=
        std::string::npos);
  CHECK(fault("[[backup]]\ncontinent = \"Atlantis\"\n").find("none of the known") !=
        std::string::npos);
  CHECK(fault("threshold = 3\n").find("is not known here") != std::string::npos);
  CHECK(fault("[[").find("not proper TOML") != std::string::npos);

  const auto named = placed_holder_named("North America/St. John's");
  REQUIRE(named.ok());
  CHECK(named->site == "St. John's");
  CHECK(named->continent == Continent::kNorthAmerica);
  for (const char* const bad : {"Europe", "Europe/", "/Berlin", "Atlantis/Berlin", ""}) {
    CHECK(!placed_holder_named(bad).ok());
  }
}

TEST_CASE("quorum sheet: chances are told as people read them") {
  CHECK(chance_text(0) == "none");
  CHECK(chance_text(1) == "almost certain");
  CHECK(chance_text(0.994) == "99 %");
  CHECK(chance_text(0.02) == "2 %");
  CHECK(chance_text(0.00856) == "0.86 %");
  CHECK(chance_text(5.334656e-06) == "1 in 190,000");
  CHECK(chance_text(1e-9) == "1 in 1,000,000,000");
  CHECK(chance_text(1e-16) == "below 1 in 10^15");
}

TEST_CASE("quorum sheet: it says whose it is, holds every choice, and fits a terminal") {
  const QuorumPlaces places = sites_of({3, 2, 1, 1});
  const LossRates rates{.holder = 0.02, .site = 0.01};
  auto proposals = propose_quorums(places, rates, owner_access);
  REQUIRE(proposals.ok());
  const std::string sheet = quorum_sheet({.places = places,
                                          .rates = rates,
                                          .choices = weighed(places, rates),
                                          .proposals = std::move(proposals).value()});
  CHECK(sheet.starts_with("CONFIDENTIAL"));
  CHECK(sheet.find("7 holders at 4 sites on 4 continents") != std::string::npos);
  for (const char* const choice : {"2 of 7", "3 of 7", "4 of 7", "5 of 7", "6 of 7"}) {
    CHECK(sheet.find(choice) != std::string::npos);
  }
  CHECK(sheet.find("simple majority (n = 2k - 1)\n") != std::string::npos);
  CHECK(sheet.find("each continent alone, with 1 holder more in Africa and 1 holder more in "
                   "Oceania\n") != std::string::npos);
  std::size_t from = 0;
  for (std::size_t to = 0; (to = sheet.find('\n', from)) != std::string::npos; from = to + 1) {
    CHECK_MESSAGE(to - from <= 100, sheet.substr(from, to - from));
  }
}

}  // namespace
}  // namespace ceremony
