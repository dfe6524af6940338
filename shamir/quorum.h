// shamir/quorum.h - how many shares there are and how many are needed: k of n, which are
// confidential.
//
// The draft (taxonomy-manufacturer-anchors, section 5.1) lets only n - k be published. So the two
// numbers have a type of their own that cannot be printed, and reading one takes a
// ConfidentialAccess; the files that make one are listed and the list is checked.

#pragma once

#include "base/result.h"

namespace shamir {

// The right to read what only the people in the room may know: k, n and the names of holders.
// Search for in_the_room() to find every place that takes it.
class ConfidentialAccess {
 public:
  static constexpr ConfidentialAccess in_the_room() { return ConfidentialAccess(); }

 private:
  constexpr ConfidentialAccess() {}  // NOLINT(modernize-use-equals-default): stays no aggregate
};

// SLIP-39 has room for this many shares in one group.
inline constexpr unsigned kMostShares = 16;

// Spare shares, n - k: how many may be lost before the secret is. May be published.
class SpareShares {
 public:
  // From a record read back. Errors: kInvalidArgument outside 1 to 14, which no Quorum can have.
  static base::Result<SpareShares> of(unsigned count) {
    if (count < 1 || count > kMostShares - 2) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "no share set of this house can have that number of spare shares, so the "
                         "record is wrong; compare it with its source"};
    }
    return SpareShares(count);
  }

  [[nodiscard]] constexpr unsigned count() const { return count_; }

  friend constexpr bool operator==(SpareShares, SpareShares) = default;

 private:
  friend class Quorum;
  constexpr explicit SpareShares(unsigned count) : count_(count) {}

  unsigned count_;
};

// k and n as asked for, before they are checked.
struct QuorumNumbers {
  unsigned threshold = 0;  // k: shares needed to open
  unsigned shares = 0;     // n: shares made
};

// A checked k of n: 2 <= k < n <= 16. Neither streamable nor comparable.
class Quorum {
 public:
  // Errors: kRefusedByPolicy, one sentence for each rule, none of which repeats a number.
  static base::Result<Quorum> of(QuorumNumbers numbers) {
    if (const char* const broken = broken_rule(numbers); broken != nullptr) {
      return base::Error{base::ErrorCode::kRefusedByPolicy, broken};
    }
    return Quorum(numbers);
  }

  [[nodiscard]] constexpr SpareShares spare_shares() const {
    return SpareShares(numbers_.shares - numbers_.threshold);
  }

  // k.
  [[nodiscard]] constexpr unsigned threshold(ConfidentialAccess /*proof*/) const {
    return numbers_.threshold;
  }

  // n.
  [[nodiscard]] constexpr unsigned shares(ConfidentialAccess /*proof*/) const {
    return numbers_.shares;
  }

 private:
  constexpr explicit Quorum(QuorumNumbers numbers) : numbers_(numbers) {}

  static constexpr const char* broken_rule(QuorumNumbers numbers) {
    if (numbers.shares == 0) {
      return "no shares were asked for, so nobody could ever open the secret; give the number of "
             "shares to make";
    }
    if (numbers.shares > kMostShares) {
      return "more than sixteen shares were asked for, and a set has room for sixteen; plan for "
             "fewer holders";
    }
    if (numbers.threshold == 0) {
      return "the number of shares that open the secret was not given; give it beside the number "
             "of shares to make";
    }
    if (numbers.threshold == 1) {
      return "one share alone would open the secret, so every holder could act alone; let at least "
             "two shares be needed";
    }
    if (numbers.threshold > numbers.shares) {
      return "more shares would be needed than are made, so nobody could ever open the secret; "
             "lower the number needed or make more shares";
    }
    if (numbers.threshold == numbers.shares) {
      return "every share would be needed, so the first lost share would lose the secret; make at "
             "least one share more than are needed";
    }
    return nullptr;
  }

  QuorumNumbers numbers_;
};

}  // namespace shamir
