// Making the shares of a new set: split_master_secret(), and the random indices of one_group().

#include <numeric>
#include <utility>

#include <sodium.h>

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
using slip39::kPoints;
using slip39::Level;

// 0, 1, 2, ... below `count`.
std::vector<std::uint8_t> first_indices(std::size_t count) {
  std::vector<std::uint8_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::uint8_t{0});
  return indices;
}

Level level_of(const Slip39Group& group, const Slip39Options& options) {
  return {.threshold = group.threshold, .indices = group.indices, .random = options.random};
}

// Everything that can be refused is refused before the first random byte is drawn.
Result<void> check_layout(const Slip39Layout& layout, const Slip39Options& options) {
  if (layout.groups.size() > kPoints) {
    return Error{ErrorCode::kInvalidArgument,
                 "more than sixteen groups were asked for, and SLIP-39 has room for sixteen; plan "
                 "for fewer"};
  }
  if (layout.group_threshold == 0 || layout.group_threshold > layout.groups.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the number of groups needed is zero or larger than the number of groups, so the "
                 "secret could never be opened; correct the plan"};
  }
  for (const Slip39Group& group : layout.groups) {
    if (auto allowed = slip39::check_level(level_of(group, options)); !allowed) {
      return allowed;
    }
  }
  return {};
}

std::uint16_t drawn_identifier() {
  return static_cast<std::uint16_t>(randombytes_uniform(slip39::kMostIdentifier + 1));
}

// SLIP-39 lets one group alone be enough of several: then each gets the secret itself.
Result<std::vector<Point>> split_into_groups(const SecretBytes& secret,
                                             const Slip39Layout& layout,
                                             const Slip39Options& options) {
  std::vector<std::uint8_t> indices = first_indices(layout.groups.size());
  if (layout.group_threshold > 1) {
    return slip39::split_level(secret,
                               Level{.threshold = layout.group_threshold,
                                     .indices = std::move(indices),
                                     .random = options.random});
  }
  std::vector<Point> copies;
  copies.reserve(indices.size());
  for (const std::uint8_t index : indices) {
    copies.push_back(Point{.x = index, .y = SecretBytes::copy_of(secret.read().bytes())});
  }
  return copies;
}

}  // namespace

Slip39Layout one_group(const Quorum& quorum, ConfidentialAccess access) {
  std::vector<std::uint8_t> indices = first_indices(kPoints);
  for (std::size_t last = kPoints - 1; last > 0; --last) {  // Fisher-Yates; i + 1, not i
    std::swap(indices[last], indices[randombytes_uniform(static_cast<std::uint32_t>(last + 1))]);
  }
  indices.resize(quorum.shares(access));
  const auto threshold = static_cast<std::uint8_t>(quorum.threshold(access));
  return {.group_threshold = 1,
          .groups = {Slip39Group{.threshold = threshold, .indices = std::move(indices)}}};
}

Result<std::vector<Slip39Share>> split_master_secret(const MasterSecret& master,
                                                     const Slip39Layout& layout,
                                                     const Slip39Options& options) {
  if (auto allowed = check_layout(layout, options); !allowed) {
    return std::move(allowed).error();
  }
  const std::uint16_t identifier = options.identifier.value_or(drawn_identifier());
  const auto encrypted = slip39::encrypt(master.secret,
                                         {.passphrase = master.passphrase,
                                          .extendable = options.extendable,
                                          .identifier = identifier,
                                          .iteration_exponent = options.iteration_exponent});
  if (!encrypted) {
    return encrypted.error();
  }
  auto groups = split_into_groups(*encrypted, layout, options);
  if (!groups) {
    return std::move(groups).error();
  }
  std::vector<Slip39Share> shares;
  for (std::size_t i = 0; i < layout.groups.size(); ++i) {
    auto members = slip39::split_level((*groups)[i].y, level_of(layout.groups[i], options));
    if (!members) {
      return std::move(members).error();
    }
    for (Point& member : *members) {
      shares.push_back(Slip39Share{.identifier = identifier,
                                   .extendable = options.extendable,
                                   .iteration_exponent = options.iteration_exponent,
                                   .group_index = static_cast<std::uint8_t>(i),
                                   .group_threshold = layout.group_threshold,
                                   .group_count = static_cast<std::uint8_t>(layout.groups.size()),
                                   .index = member.x,
                                   .threshold = layout.groups[i].threshold,
                                   .value = std::move(member.y)});
    }
  }
  return shares;
}

}  // namespace shamir
