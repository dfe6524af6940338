// Opening a set again: combine(), combine_blind(), and the dealer's prove_one_polynomial().

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "shamir/slip39.h"
#include "shamir/slip39_cipher.h"
#include "shamir/slip39_digest.h"
#include "shamir/slip39_fields.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

// Shares by their place among those given, group by group.
using Groups = std::map<std::uint8_t, std::vector<std::size_t>>;

// Whether the threshold that a share carries counts.
enum class Threshold { kAsWritten, kIgnored };

std::string name_of(std::size_t place) {
  return "share " + std::to_string(place + 1) + " of those given";
}

Error at_fault(std::size_t place, const char* message) {
  return Error{ErrorCode::kInconsistent, name_of(place) + " " + message};
}

// Why `share` cannot belong to the set of `first`; null where it can.
const char* difference(const Slip39Share& first, const Slip39Share& share) {
  if (share.identifier != first.identifier) {
    return "belongs to another set than the first: their identifiers differ; look for the share of "
           "this set";
  }
  if (share.extendable != first.extendable) {
    return "has another form than the first: one is extendable and one is not; look for the share "
           "of this set";
  }
  if (share.iteration_exponent != first.iteration_exponent) {
    return "has another iteration exponent than the first; look for the share of this set";
  }
  if (share.group_threshold != first.group_threshold) {
    return "says another number of groups needed than the first; look for the share of this set";
  }
  if (share.group_count != first.group_count) {
    return "says another number of groups than the first; look for the share of this set";
  }
  if (share.value.size() != first.value.size()) {
    return "is longer or shorter than the first; look for the share of this set";
  }
  return nullptr;
}

// Why two shares of one group cannot go together; null where they can.
const char* conflict(const Slip39Share& mine, const Slip39Share& other, Threshold threshold) {
  if (threshold == Threshold::kAsWritten && mine.threshold != other.threshold) {
    return "says another number of shares needed than the others of its group; look for the share "
           "of this set";
  }
  if (mine.index == other.index) {
    return mine.value.equals(other.value)
               ? "was given before; leave out the second copy and take another share"
               : "stands at the place of an earlier one and has another value, so one of the two "
                 "is not genuine; check both against their cards";
  }
  return nullptr;
}

// Why the share at `place` cannot go together with those before it; null where it can.
const char* misfit(std::span<const Slip39Share> shares, std::size_t place, Threshold threshold) {
  if (const char* const why = difference(shares.front(), shares[place]); why != nullptr) {
    return why;
  }
  for (const Slip39Share& earlier : shares.first(place)) {
    if (earlier.group_index != shares[place].group_index) {
      continue;
    }
    if (const char* const why = conflict(shares[place], earlier, threshold); why != nullptr) {
      return why;
    }
  }
  return nullptr;
}

Result<void> check_one_set(std::span<const Slip39Share> shares, Threshold threshold) {
  if (shares.empty()) {
    return Error{ErrorCode::kInsufficient, "no share was given; more shares are needed"};
  }
  for (std::size_t place = 0; place < shares.size(); ++place) {
    auto fields = threshold == Threshold::kAsWritten
                      ? slip39::check_fields(shares[place])
                      : slip39::check_fields_but_threshold(shares[place]);
    if (!fields) {
      return std::move(fields).error().while_doing(name_of(place));
    }
    if (const char* const why = misfit(shares, place, threshold); why != nullptr) {
      return at_fault(place, why);
    }
  }
  return {};
}

Result<void> check_one_group(std::span<const Slip39Share> shares) {
  for (std::size_t place = 0; place < shares.size(); ++place) {
    if (shares[place].group_count != 1 || shares[place].group_index != shares[0].group_index) {
      return at_fault(place,
                      "belongs to a set of several groups, which is opened by its words; use the "
                      "words of its shares");
    }
  }
  return {};
}

Groups groups_of(std::span<const Slip39Share> shares) {
  Groups groups;
  for (std::size_t place = 0; place < shares.size(); ++place) {
    groups[shares[place].group_index].push_back(place);
  }
  return groups;
}

std::vector<PointView> points_of(std::span<const Slip39Share> shares) {
  std::vector<PointView> points;
  for (const Slip39Share& share : shares) {
    points.push_back({.x = share.index, .y = &share.value});
  }
  return points;
}

// SLIP-39: exactly as many as needed, "more shares are needed" and no number otherwise.
Result<void> check_count(std::size_t given, std::size_t needed) {
  if (given < needed) {
    return Error{ErrorCode::kInsufficient, "these shares do not suffice; more shares are needed"};
  }
  if (given > needed) {
    return Error{
        ErrorCode::kInvalidArgument,
        "there are more shares or groups here than can be taken at once; leave some out and try "
        "again"};
  }
  return {};
}

Result<SecretBytes> recover_group(std::span<const Slip39Share> shares,
                                  const std::vector<std::size_t>& places) {
  std::vector<PointView> points;
  points.reserve(places.size());
  for (const std::size_t place : places) {
    points.push_back({.x = shares[place].index, .y = &shares[place].value});
  }
  auto secret = slip39::recover_level(points);
  if (!secret) {
    return Error{secret.error().code,
                 "the group of " + name_of(places.front()) +
                     " does not give a secret: at least one of its shares is not genuine or was "
                     "damaged; check each against its card or its other copy"};
  }
  return secret;
}

Result<std::vector<Point>> recover_groups(std::span<const Slip39Share> shares) {
  const Groups groups = groups_of(shares);
  for (const auto& [index, places] : groups) {
    if (auto count = check_count(places.size(), shares[places.front()].threshold); !count) {
      return std::move(count).error();
    }
  }
  if (auto count = check_count(groups.size(), shares.front().group_threshold); !count) {
    return std::move(count).error();
  }
  std::vector<Point> recovered;
  for (const auto& [index, places] : groups) {
    auto secret = recover_group(shares, places);
    if (!secret) {
      return std::move(secret).error();
    }
    recovered.push_back(Point{.x = index, .y = std::move(*secret)});
  }
  return recovered;
}

Result<SecretBytes> decrypt_for(const Slip39Share& share,
                                const SecretBytes& encrypted,
                                const SecretBytes& passphrase) {
  return slip39::decrypt(encrypted,
                         {.passphrase = passphrase,
                          .extendable = share.extendable,
                          .identifier = share.identifier,
                          .iteration_exponent = share.iteration_exponent});
}

}  // namespace

Result<SecretBytes> combine(std::span<const Slip39Share> shares, const SecretBytes& passphrase) {
  if (auto set = check_one_set(shares, Threshold::kAsWritten); !set) {
    return std::move(set).error();
  }
  const auto groups = recover_groups(shares);
  if (!groups) {
    return groups.error();
  }
  std::vector<PointView> points;
  for (const Point& group : *groups) {
    points.push_back({.x = group.x, .y = &group.y});
  }
  const auto encrypted = slip39::recover_level(points);
  if (!encrypted) {
    return Error{encrypted.error().code,
                 "each group of shares agrees with itself, but not with the others, so at least "
                 "one group is of another set; check where each came from"};
  }
  return decrypt_for(shares.front(), *encrypted, passphrase);
}

Result<SecretBytes> combine_blind(std::span<const Slip39Share> shares) {
  if (auto set = check_one_set(shares, Threshold::kIgnored); !set) {
    return std::move(set).error();
  }
  if (auto group = check_one_group(shares); !group) {
    return std::move(group).error();
  }
  if (shares.size() < 2) {
    // A single point would be taken for the secret, and has no digest that could say no.
    return Error{ErrorCode::kInsufficient, "one share alone opens nothing; more shares are needed"};
  }
  const auto encrypted = slip39::recover_level(points_of(shares));
  if (!encrypted) {
    return Error{encrypted.error().code,
                 "these shares do not give a secret: more shares are needed, or at least one of "
                 "them is not genuine; add a share, or check each one by itself"};
  }
  return decrypt_for(shares.front(), *encrypted, SecretBytes(0));
}

Result<void> prove_one_polynomial(std::span<const Slip39Share> shares) {
  if (auto set = check_one_set(shares, Threshold::kAsWritten); !set) {
    return set;
  }
  if (auto group = check_one_group(shares); !group) {
    return group;
  }
  const std::vector<PointView> points = points_of(shares);
  const std::uint8_t threshold = shares.front().threshold;
  if (points.size() < threshold) {
    return Error{ErrorCode::kInsufficient, "these shares do not suffice; more shares are needed"};
  }
  const auto straight = lie_on_one_polynomial(points, threshold);
  if (!straight) {
    return straight.error();
  }
  const auto secret = slip39::recover_level(std::span(points).first(threshold));
  if (!*straight || !secret) {
    return Error{ErrorCode::kInconsistent,
                 "the shares just made do not all give the same secret, so this machine cannot be "
                 "trusted; hand none of them out, stop, and have it examined"};
  }
  return {};
}

}  // namespace shamir
