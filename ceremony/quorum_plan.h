// ceremony/quorum_plan.h - what each number of shares needed (k) would mean for given holders.
//
// Before a root key is split its owners choose k of the n holders that there will be. Counted out
// here for every k: how many losses the key survives, who would have to collude, which continents
// can act alone, how likely the key is lost, and what publishing would tell a reader. Sources:
// draft-irtf-t2trg-taxonomy-manufacturer-anchors section 5.3.1; Shamir, "How to share a secret"
// (1979), for n = 2k - 1.
//
// CONFIDENTIAL: all of it is for the owners of the key. Reading it takes a ConfidentialAccess, and
// no Error repeats a number or a place.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/evaluation_reserve.h"
#include "ceremony/inference.h"
#include "shamir/quorum.h"

namespace ceremony {

// A holder who is planned for. Holders at one site are lost together when the site is.
struct PlacedHolder {
  std::string site;  // any name: a town, a building
  Continent continent = Continent::kEurope;
};

// Everything that is known of a share set to be.
struct QuorumPlaces {
  std::vector<PlacedHolder> holders;    // one for each share
  std::vector<Continent> backup_sites;  // where a copy of what the shares open will lie
};

// The text of a file of places: [[holder]] with "site" and "continent", [[backup]] with
// "continent". Errors: kMalformed, with the line; kInvalidArgument for an unknown continent.
base::Result<QuorumPlaces> parse_quorum_places(std::string_view text);

// One place as people type it: "Europe/Berlin". Errors: kInvalidArgument.
base::Result<PlacedHolder> placed_holder_named(std::string_view text);

// Chances over the time that one looks ahead (until the next yearly check of all shares, say):
// 0 to 1, each independent of the others.
struct LossRates {
  double holder = 0;  // one holder's share is of no use: lost, forgotten, out of reach
  double site = 0;    // a site is lost, with every share there
};

// The chance that fewer than `threshold` shares are left: exact, by convolution over the sites.
double probability_of_loss(const std::vector<PlacedHolder>& holders,
                           unsigned threshold,
                           const LossRates& rates);

// What a reader can infer from what may be published of one choice.
struct PublishingOutlook {
  Inference together;                    // spare shares and continents
  Inference spare_alone;                 // n - k
  Inference continents_alone;            // continents able to act alone
  bool is_majority_guess_right = false;  // who supposes n = 2k - 1 gets k from the spare shares
};

// One k.
struct QuorumChoice {
  unsigned threshold = 0;               // k: as many must collude to misuse the key
  unsigned shares = 0;                  // n
  unsigned spare = 0;                   // n - k: losses survived
  unsigned sites_survived = 0;          // so many whole sites may be lost, whichever they are
  unsigned sites_with_quorum = 0;       // so few sites hold k shares together
  unsigned continents_able = 0;         // each can act alone, without a journey
  bool survives_any_continent = false;  // whichever one is lost: k holders and a copy are elsewhere
  double loss = 0;                      // chance that the key is lost
  PublishingOutlook publishing;
};

// Every k that there may be, rising from 2 to n - 1. Errors: kRefusedByPolicy for fewer than three
// or more than sixteen holders; kInconsistent where one site is named on two continents;
// kInvalidArgument for a rate that is no probability.
base::Result<std::vector<QuorumChoice>> weigh_quorums(const QuorumPlaces& places,
                                                      const LossRates& rates,
                                                      shamir::ConfidentialAccess proof);

enum class QuorumLayout {
  kSimpleMajority,  // n = 2k - 1: the draft's example, after Shamir
  kEachContinent,   // every continent with holders has k of them and a copy
};

// "simple majority (n = 2k - 1)", "each continent alone".
std::string_view name_of(QuorumLayout layout);

// A layout with what has to be added to the places for it.
struct QuorumProposal {
  QuorumLayout layout = QuorumLayout::kSimpleMajority;
  QuorumChoice choice;
  std::vector<Continent> new_holders;  // one entry for each holder to be added
  std::vector<Continent> new_copies;
};

inline constexpr std::size_t kMostNewHolders = 3;

// The draft's two layouts, for these places or with few changes: the simple majority (one holder
// more where n is even), and for two or more continents every k with which each acts alone and for
// which at most kMostNewHolders are added. Errors: as weigh_quorums().
base::Result<std::vector<QuorumProposal>> propose_quorums(const QuorumPlaces& places,
                                                          const LossRates& rates,
                                                          shamir::ConfidentialAccess proof);

}  // namespace ceremony
