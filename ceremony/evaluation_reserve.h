// ceremony/evaluation_reserve.h - from the confidential facts of a share set to the two figures
// that may be published: spare shares left, and continents that can recover the key.
//
// The evaluation itself never sees what goes in here. Source: draft-irtf-t2trg-taxonomy-
// manufacturer-anchors section 5.3.1; a continent counts only when k holders with good shares live
// there and a backup copy of what the shares open lies there too.

#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/inference.h"
#include "shamir/quorum.h"

namespace ceremony {

enum class Continent {
  kAfrica,
  kAntarctica,
  kAsia,
  kEurope,
  kNorthAmerica,
  kOceania,
  kSouthAmerica,
};

// "Africa", "Antarctica", "Asia", "Europe", "North America", "Oceania", "South America".
std::string_view name_of(Continent continent);

// The continent of that name; "Australia" is Oceania. Errors: kInvalidArgument, listing the names
// but never repeating the text, which comes from a confidential file.
base::Result<Continent> continent_named(std::string_view name);

// What is known of a share. Only a good one counts: nobody can promise to bring a suspect one.
enum class ShareHealth { kGood, kLost, kSuspect };

// A holder without a name: where the share is kept, and whether it is still good.
struct HolderPlace {
  Continent continent = Continent::kEurope;
  ShareHealth health = ShareHealth::kGood;
};

// What only the owners know of one share set.
struct ConfidentialFacts {
  shamir::Quorum quorum;
  std::vector<HolderPlace> holders;     // one for each share that was made
  std::vector<Continent> backup_sites;  // where a copy of what the shares open lies
};

// The publishable result.
struct Reserve {
  shamir::SpareShares issued;  // n - k when the set was made
  SpareSharesLeft left;        // of them, still there
  ContinentCount continents;   // where recovery works without a journey between continents
};

// Errors: kInconsistent where the holders are not as many as the shares; kInsufficient where more
// shares are lost than were spare. No message has a number in it.
base::Result<Reserve> reserve_of(const ConfidentialFacts& facts, shamir::ConfidentialAccess proof);

}  // namespace ceremony
