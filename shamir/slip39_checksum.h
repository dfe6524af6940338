// shamir/slip39_checksum.h - RS1024, the three last words of a SLIP-39 share.
//
// Source: SLIP-0039, "Checksum": a Reed-Solomon code over GF(1024) that finds any three wrong words
// for certain, and more with a miss of less than one in 10^9. We never correct: a corrected share
// could be another one.

#pragma once

#include <cstddef>
#include <optional>

#include "shamir/slip39.h"
#include "shamir/slip39_words.h"

namespace shamir::slip39 {

inline constexpr std::size_t kChecksumWords = 3;

// Writes the checksum into the last three numbers. Requires at least three.
void write_checksum(WordNumbers& numbers, Extendable extendable);

// Whether the last three numbers are the checksum of the others. Constant time in the numbers.
bool checksum_holds(const WordNumbers& numbers, Extendable extendable);

// The place (from 0) of the one word that is wrong, where changing a single word would make the
// checksum hold: a hint for the person who typed it, and nothing more.
std::optional<std::size_t> place_of_wrong_word(const WordNumbers& numbers, Extendable extendable);

}  // namespace shamir::slip39
