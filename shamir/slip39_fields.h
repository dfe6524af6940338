// shamir/slip39_fields.h - the ranges of the fields of a SLIP-39 share, checked before every use.

#pragma once

#include <cstddef>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/slip39.h"

namespace shamir::slip39 {

inline constexpr unsigned kPoints = 16;              // in a group, and groups in a set
inline constexpr unsigned kMostIdentifier = 0x7FFF;  // 15 bits
inline constexpr unsigned kMostExponent = 15;

// Errors: kInvalidArgument for a length that is odd or outside 16 to 64 bytes.
base::Result<void> check_length(std::size_t size_bytes);

// Errors of both: kInvalidArgument for a number that does not fit its field. An exponent of 16
// would spill into the next field, and no tool could open the set.
base::Result<void> check_identifier(std::uint16_t identifier);
base::Result<void> check_iteration_exponent(std::uint8_t exponent);

// Errors: kInvalidArgument for any field of the share outside its range, but for `threshold`, which
// k-blind recovery does not look at.
base::Result<void> check_fields_but_threshold(const Slip39Share& share);

// Errors: kInvalidArgument for any field of the share outside its range.
base::Result<void> check_fields(const Slip39Share& share);

}  // namespace shamir::slip39
