#include "ceremony/quorum_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using CountByContinent = std::map<Continent, unsigned>;

// The sizes of all sites, the largest first.
std::vector<unsigned> site_sizes(const std::vector<PlacedHolder>& holders) {
  std::map<std::string, unsigned> by_site;
  for (const PlacedHolder& holder : holders) {
    ++by_site[holder.site];
  }
  std::vector<unsigned> sizes(by_site.size());
  std::ranges::transform(by_site, sizes.begin(), [](const auto& one) { return one.second; });
  std::ranges::sort(sizes, std::greater<>());
  return sizes;
}

CountByContinent count_continents(const std::vector<PlacedHolder>& holders) {
  CountByContinent counts;
  for (const PlacedHolder& holder : holders) {
    ++counts[holder.continent];
  }
  return counts;
}

// Chances of 0, 1, ... `size` shares left at one site.
std::vector<double> shares_left_at(unsigned size, const LossRates& rates) {
  const double kept = 1 - rates.holder;
  std::vector<double> chances;
  double ways = 1;  // `size` over `left`
  for (unsigned left = 0; left <= size; ++left) {
    chances.push_back((1 - rates.site) * ways * std::pow(kept, left) *
                      std::pow(rates.holder, size - left));
    ways = ways * (size - left) / (left + 1);
  }
  chances.front() += rates.site;
  return chances;
}

// The chances of the sum of two independent counts.
std::vector<double> convolved(const std::vector<double>& one, const std::vector<double>& other) {
  std::vector<double> sum(one.size() + other.size() - 1);
  for (std::size_t i = 0; i < one.size(); ++i) {
    for (std::size_t j = 0; j < other.size(); ++j) {
      sum[i + j] += one[i] * other[j];
    }
  }
  return sum;
}

// How many whole sites may be lost, the largest first, until fewer than `threshold` are left.
unsigned sites_survived(const std::vector<unsigned>& sizes, unsigned threshold) {
  unsigned left = std::accumulate(sizes.begin(), sizes.end(), 0U);
  unsigned count = 0;
  for (const unsigned size : sizes) {
    if (left - size < threshold) {
      break;
    }
    left -= size;
    ++count;
  }
  return count;
}

unsigned sites_with_quorum(const std::vector<unsigned>& sizes, unsigned threshold) {
  unsigned together = 0;
  unsigned count = 0;
  for (const unsigned size : sizes) {
    if (together >= threshold) {
      break;
    }
    together += size;
    ++count;
  }
  return count;
}

bool survives_any_continent(const QuorumPlaces& places, unsigned threshold) {
  const auto shares = static_cast<unsigned>(places.holders.size());
  const CountByContinent counts = count_continents(places.holders);
  const auto is_survived = [&](Continent lost) {
    const auto found = counts.find(lost);
    const unsigned there = found == counts.end() ? 0 : found->second;
    return shares - there >= threshold &&
           std::ranges::any_of(places.backup_sites, [&](Continent copy) { return copy != lost; });
  };
  return std::ranges::all_of(places.backup_sites, is_survived) &&
         std::ranges::all_of(counts, [&](const auto& one) { return is_survived(one.first); });
}

Result<PublishingOutlook> outlook_of(const Reserve& reserve, unsigned threshold) {
  auto together = infer({.spare = reserve.left, .continents = reserve.continents});
  auto spare = infer({.spare = reserve.left, .continents = {}});
  auto continents = infer({.spare = {}, .continents = reserve.continents});
  for (const auto* const one : {&together, &spare, &continents}) {
    if (!*one) {
      return one->error();
    }
  }
  const bool is_guess_right = spare->if_simple_majority == std::optional<unsigned>(threshold);
  return PublishingOutlook{.together = std::move(together).value(),
                           .spare_alone = std::move(spare).value(),
                           .continents_alone = std::move(continents).value(),
                           .is_majority_guess_right = is_guess_right};
}

Result<Reserve> reserve_planned(const QuorumPlaces& places,
                                const shamir::Quorum& quorum,
                                shamir::ConfidentialAccess proof) {
  ConfidentialFacts facts{.quorum = quorum, .holders = {}, .backup_sites = places.backup_sites};
  for (const PlacedHolder& holder : places.holders) {
    facts.holders.push_back({.continent = holder.continent, .health = ShareHealth::kGood});
  }
  return reserve_of(facts, proof);
}

Result<QuorumChoice> weigh(const QuorumPlaces& places,
                           const LossRates& rates,
                           unsigned threshold,
                           shamir::ConfidentialAccess proof) {
  const auto shares = static_cast<unsigned>(places.holders.size());
  auto quorum = shamir::Quorum::of({.threshold = threshold, .shares = shares});
  if (!quorum) {
    return std::move(quorum).error();
  }
  auto reserve = reserve_planned(places, *quorum, proof);
  if (!reserve) {
    return std::move(reserve).error();
  }
  auto publishing = outlook_of(*reserve, threshold);
  if (!publishing) {
    return std::move(publishing).error();
  }
  const std::vector<unsigned> sizes = site_sizes(places.holders);
  return QuorumChoice{.threshold = threshold,
                      .shares = shares,
                      .spare = reserve->issued.count(),
                      .sites_survived = sites_survived(sizes, threshold),
                      .sites_with_quorum = sites_with_quorum(sizes, threshold),
                      .continents_able = reserve->continents.count(),
                      .survives_any_continent = survives_any_continent(places, threshold),
                      .loss = probability_of_loss(places.holders, threshold, rates),
                      .publishing = std::move(publishing).value()};
}

bool is_probability(double rate) {
  return rate >= 0 && rate <= 1;  // false for what is no number
}

Result<void> check_places(const QuorumPlaces& places, const LossRates& rates) {
  if (places.holders.size() < 3) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "fewer than three holders are named: two must come together, and one share must "
                 "be to spare; name three or more"};
  }
  if (places.holders.size() > shamir::kMostShares) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "more than sixteen holders are named, and a set has room for sixteen; plan for "
                 "fewer holders"};
  }
  if (!is_probability(rates.holder) || !is_probability(rates.site)) {
    return Error{ErrorCode::kInvalidArgument,
                 "a rate of loss is a number from 0 to 1, like 0.02 for two in a hundred; correct "
                 "it"};
  }
  std::map<std::string, Continent> continent_of;
  for (const PlacedHolder& holder : places.holders) {
    const auto [known, is_new] = continent_of.emplace(holder.site, holder.continent);
    if (!is_new && known->second != holder.continent) {
      return Error{ErrorCode::kInconsistent,
                   "one site is named on two continents; correct it, or give the two sites two "
                   "names"};
    }
  }
  return {};
}

// The proposals while they are gathered: all for the same places and rates.
struct Proposing {
  const QuorumPlaces& places;
  const LossRates& rates;
  shamir::ConfidentialAccess proof;
  std::vector<QuorumProposal> proposals = {};

  // Adds the layout with what is new; where that is too much, or more than may be, nothing.
  Result<void> add(QuorumProposal proposal, unsigned threshold) {
    QuorumPlaces changed = places;
    for (std::size_t i = 0; i < proposal.new_holders.size(); ++i) {
      // A site of its own, under a name that nobody can give.
      changed.holders.push_back(
          {.site = std::string(1, '\0') + std::to_string(i), .continent = proposal.new_holders[i]});
    }
    changed.backup_sites.insert(
        changed.backup_sites.end(), proposal.new_copies.begin(), proposal.new_copies.end());
    if (changed.holders.size() > shamir::kMostShares || threshold >= changed.holders.size() ||
        proposal.new_holders.size() > kMostNewHolders) {
      return {};
    }
    auto choice = weigh(changed, rates, threshold, proof);
    if (!choice) {
      return std::move(choice).error();
    }
    proposal.choice = std::move(choice).value();
    proposals.push_back(std::move(proposal));
    return {};
  }
};

// The continent with the fewest holders.
Continent thinnest(const CountByContinent& counts) {
  return std::ranges::min_element(counts, {}, [](const auto& one) { return one.second; })->first;
}

Result<void> propose_majority(Proposing& proposing) {
  QuorumProposal proposal{
      .layout = QuorumLayout::kSimpleMajority, .choice = {}, .new_holders = {}, .new_copies = {}};
  auto shares = static_cast<unsigned>(proposing.places.holders.size());
  if (shares % 2 == 0) {
    proposal.new_holders.push_back(thinnest(count_continents(proposing.places.holders)));
    ++shares;
  }
  return proposing.add(std::move(proposal), (shares + 1) / 2);
}

// Each continent that has holders gets so many that it has `threshold`, and a copy.
Result<void> propose_each_continent(Proposing& proposing, unsigned threshold) {
  QuorumProposal proposal{
      .layout = QuorumLayout::kEachContinent, .choice = {}, .new_holders = {}, .new_copies = {}};
  const std::vector<Continent>& copies = proposing.places.backup_sites;
  for (const auto& [continent, count] : count_continents(proposing.places.holders)) {
    const unsigned missing = threshold - std::min(threshold, count);
    proposal.new_holders.insert(proposal.new_holders.end(), missing, continent);
    if (std::ranges::find(copies, continent) == copies.end()) {
      proposal.new_copies.push_back(continent);
    }
  }
  return proposing.add(std::move(proposal), threshold);
}

Result<PlacedHolder> read_placed_holder(TomlTable& table) {
  std::string site = table.text("site");
  const std::string continent_name = table.text("continent");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  auto continent = continent_named(continent_name);
  if (!continent) {
    return std::move(continent).error();
  }
  return PlacedHolder{.site = std::move(site), .continent = *continent};
}

Result<Continent> read_copy(TomlTable& table) {
  const std::string continent_name = table.text("continent");
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  return continent_named(continent_name);
}

// The sections [[key]] of a file of places.
template <typename T, typename ReadOne>
Result<std::vector<T>> read_places(TomlTable& file, std::string_view key, ReadOne read_one) {
  std::vector<T> list;
  for (const toml::table* const section : file.tables(key)) {
    TomlTable table(*section, "the places, section [[" + std::string(key) + "]]");
    auto one = read_one(table);
    if (!one) {
      return std::move(one).error();
    }
    list.push_back(std::move(one).value());
  }
  return list;
}

}  // namespace

Result<QuorumPlaces> parse_quorum_places(std::string_view text) {
  auto parsed = parse_toml(text, "the places");
  if (!parsed) {
    return std::move(parsed).error();
  }
  TomlTable file(*parsed, "the places");
  auto holders = read_places<PlacedHolder>(file, "holder", read_placed_holder);
  if (!holders) {
    return std::move(holders).error();
  }
  auto copies = read_places<Continent>(file, "backup", read_copy);
  if (!copies) {
    return std::move(copies).error();
  }
  if (auto done = file.finish(); !done) {
    return std::move(done).error();
  }
  return QuorumPlaces{.holders = std::move(holders).value(),
                      .backup_sites = std::move(copies).value()};
}

Result<PlacedHolder> placed_holder_named(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a holder is given as CONTINENT/SITE, like \"Europe/Berlin\"; correct it"};
  }
  auto continent = continent_named(text.substr(0, slash));
  if (!continent) {
    return std::move(continent).error();
  }
  return PlacedHolder{.site = std::string(text.substr(slash + 1)), .continent = *continent};
}

double probability_of_loss(const std::vector<PlacedHolder>& holders,
                           unsigned threshold,
                           const LossRates& rates) {
  std::vector<double> chances{1.0};
  for (const unsigned size : site_sizes(holders)) {
    chances = convolved(chances, shares_left_at(size, rates));
  }
  const auto enough = std::min<std::size_t>(threshold, chances.size());
  return std::accumulate(
      chances.begin(), chances.begin() + static_cast<std::ptrdiff_t>(enough), 0.0);
}

std::string_view name_of(QuorumLayout layout) {
  return layout == QuorumLayout::kSimpleMajority ? "simple majority (n = 2k - 1)"
                                                 : "each continent alone";
}

Result<std::vector<QuorumChoice>> weigh_quorums(const QuorumPlaces& places,
                                                const LossRates& rates,
                                                shamir::ConfidentialAccess proof) {
  if (auto sound = check_places(places, rates); !sound) {
    return std::move(sound).error();
  }
  std::vector<QuorumChoice> choices;
  for (unsigned threshold = 2; threshold < places.holders.size(); ++threshold) {
    auto choice = weigh(places, rates, threshold, proof);
    if (!choice) {
      return std::move(choice).error();
    }
    choices.push_back(std::move(choice).value());
  }
  return choices;
}

Result<std::vector<QuorumProposal>> propose_quorums(const QuorumPlaces& places,
                                                    const LossRates& rates,
                                                    shamir::ConfidentialAccess proof) {
  if (auto sound = check_places(places, rates); !sound) {
    return std::move(sound).error();
  }
  Proposing proposing{.places = places, .rates = rates, .proof = proof};
  auto proposed = propose_majority(proposing);
  const std::size_t continents = count_continents(places.holders).size();
  const std::size_t most = continents < 2 ? 0 : shamir::kMostShares / continents;
  for (unsigned threshold = 2; proposed && threshold <= most; ++threshold) {
    proposed = propose_each_continent(proposing, threshold);
  }
  if (!proposed) {
    return std::move(proposed).error();
  }
  return std::move(proposing.proposals);
}

}  // namespace ceremony
