// ceremony/custody_turns.h - whose turn it is where bags and shares are looked at, and what was
// noted of each: a fold over the journal, so that nothing is lost with the power.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// How a bag was found. kNoBag: the share comes straight from the ceremony that made it; kAbsent:
// its holder did not come.
inline constexpr std::string_view kWhole = "whole";
inline constexpr std::string_view kForced = "forced";
inline constexpr std::string_view kMissing = "missing";
inline constexpr std::string_view kNoBag = "none";
inline constexpr std::string_view kAbsent = "absent";

// Numbers of holders of the annex, in the order that was drawn, or else in the annex' own.
using HolderNumbers = std::vector<std::size_t>;

HolderNumbers everybody(const Workplace& work);

// Without those whose bag is missing or who did not come (the fact "bags").
HolderNumbers those_with_shares(const Workplace& work);

// Those whose share was found good (the fact "health").
HolderNumbers those_with_good_shares(const Workplace& work);

// Whose turn it is among these. Errors: kInsufficient where nobody is left to have one.
base::Result<std::size_t> in_turn(const Workplace& work, const HolderNumbers& holders);

// The turn is over: another of these, or, after the last, the step is complete with `last`.
Turn end_of_turn(const Workplace& work, const HolderNumbers& holders, Turn last);

// The fact of that name as text by seat; "" for a seat that it does not name.
std::string said_of(const Workplace& work, std::string_view fact, const std::string& seat);

// What this attempt at the step has noted under `type`, by seat: the last of each counts.
std::map<std::string, Json> noted_by_seat(const Workplace& work, std::string_view type);

// A text that was handed in, without blanks at its ends; "" where there is none.
std::string typed_text(const client::Input& input, const std::string& name);

// Number of a bag and of its seal, as they were typed. `seat` is whose.
struct SealedBag {
  std::string seat;
  std::string bag;
  std::string seal;
};
std::vector<client::Ask> asks_for_bag();

// Errors: kInsufficient where a number is missing; kInconsistent where this step has noted the same
// bag or seal for another seat.
base::Result<SealedBag> read_bag(const Workplace& work,
                                 const client::Input& input,
                                 const std::string& seat);

// Notes it ("bag-sealed"). Errors: as Journal::append().
base::Result<void> note_bag(const Workplace& work, const SealedBag& bag);

}  // namespace ceremony
