#include "shamir/slip39_fields.h"

namespace shamir::slip39 {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kOutOfRange =
    "a number in the share is outside what SLIP-39 allows, so the share was damaged or badly made; "
    "use its words or its other copy";

bool counts_something(unsigned number) {
  return number >= 1 && number <= kPoints;
}

}  // namespace

Result<void> check_length(std::size_t size_bytes) {
  if (size_bytes < kShortestSecret || size_bytes > kLongestSecret || size_bytes % 2 != 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "a secret of this length cannot be split as SLIP-39 does it; its length in bytes "
                 "must be an even number from 16 to 64"};
  }
  return {};
}

Result<void> check_identifier(std::uint16_t identifier) {
  if (identifier > kMostIdentifier) {
    return Error{ErrorCode::kInvalidArgument,
                 "the identifier of the share set does not fit into fifteen bits; draw another"};
  }
  return {};
}

Result<void> check_iteration_exponent(std::uint8_t exponent) {
  if (exponent > kMostExponent) {
    return Error{ErrorCode::kInvalidArgument,
                 "the iteration exponent is above 15, which no SLIP-39 tool could read back; "
                 "choose a smaller one"};
  }
  return {};
}

Result<void> check_fields_but_threshold(const Slip39Share& share) {
  if (auto length = check_length(share.value.size()); !length) {
    return length;
  }
  if (auto identifier = check_identifier(share.identifier); !identifier) {
    return identifier;
  }
  if (auto exponent = check_iteration_exponent(share.iteration_exponent); !exponent) {
    return exponent;
  }
  if (share.index >= kPoints || share.group_index >= kPoints ||
      !counts_something(share.group_threshold) || !counts_something(share.group_count)) {
    return Error{ErrorCode::kInvalidArgument, kOutOfRange};
  }
  if (share.group_threshold > share.group_count) {
    return Error{ErrorCode::kInvalidArgument,
                 "the share asks for more groups than there are, so it was damaged or badly made; "
                 "use its words or its other copy"};
  }
  return {};
}

Result<void> check_fields(const Slip39Share& share) {
  if (!counts_something(share.threshold)) {
    return Error{ErrorCode::kInvalidArgument, kOutOfRange};
  }
  return check_fields_but_threshold(share);
}

}  // namespace shamir::slip39
