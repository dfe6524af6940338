#include "ceremony/evaluation_reserve.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<Continent, kContinentsOnEarth> kAllContinents = {
    Continent::kAfrica,
    Continent::kAntarctica,
    Continent::kAsia,
    Continent::kEurope,
    Continent::kNorthAmerica,
    Continent::kOceania,
    Continent::kSouthAmerica,
};

// Whether `continent` alone has what recovery takes.
bool can_recover(const ConfidentialFacts& facts, Continent continent, unsigned needed) {
  const auto good = std::count_if(
      facts.holders.begin(), facts.holders.end(), [continent](const HolderPlace& holder) {
        return holder.continent == continent && holder.health == ShareHealth::kGood;
      });
  const bool has_copy =
      std::find(facts.backup_sites.begin(), facts.backup_sites.end(), continent) !=
      facts.backup_sites.end();
  return has_copy && good >= static_cast<std::ptrdiff_t>(needed);
}

}  // namespace

std::string_view name_of(Continent continent) {
  switch (continent) {
    case Continent::kAfrica:
      return "Africa";
    case Continent::kAntarctica:
      return "Antarctica";
    case Continent::kAsia:
      return "Asia";
    case Continent::kEurope:
      return "Europe";
    case Continent::kNorthAmerica:
      return "North America";
    case Continent::kOceania:
      return "Oceania";
    case Continent::kSouthAmerica:
      return "South America";
  }
  return "?";
}

base::Result<Continent> continent_named(std::string_view name) {
  for (const Continent continent : kAllContinents) {
    if (name_of(continent) == name) {
      return continent;
    }
  }
  if (name == "Australia") {
    return Continent::kOceania;
  }
  return Error{ErrorCode::kInvalidArgument,
               "a place is given as a continent that has none of the known names; write Africa, "
               "Antarctica, Asia, Europe, North America, Oceania or South America"};
}

base::Result<Reserve> reserve_of(const ConfidentialFacts& facts, shamir::ConfidentialAccess proof) {
  if (facts.holders.size() != facts.quorum.shares(proof)) {
    return Error{ErrorCode::kInconsistent,
                 "the list of holders and the number of shares do not agree; compare the journal "
                 "with the annex of the plan"};
  }
  const auto lost = static_cast<unsigned>(
      std::count_if(facts.holders.begin(), facts.holders.end(), [](const HolderPlace& holder) {
        return holder.health != ShareHealth::kGood;
      }));
  auto left = SpareSharesLeft::after_loss(facts.quorum.spare_shares(), lost);
  if (!left) {
    return std::move(left).error();
  }
  const unsigned needed = facts.quorum.threshold(proof);
  const auto able = std::count_if(
      kAllContinents.begin(), kAllContinents.end(), [&facts, needed](Continent continent) {
        return can_recover(facts, continent, needed);
      });
  auto continents = ContinentCount::of(static_cast<unsigned>(able));
  if (!continents) {
    return std::move(continents).error();
  }
  return Reserve{.issued = facts.quorum.spare_shares(), .left = *left, .continents = *continents};
}

}  // namespace ceremony
