// shamir/slip39_digest.h - one level of SLIP-39: a secret, its digest, and the points that hold
// them.
//
// Source: SLIP-0039, "Sharing the secret": the secret stands at x = 255, at x = 254 the first four
// bytes of HMAC-SHA256(key = R, message = secret) and the random R. The digest tells a wrong
// set of points with a miss of 2^-32. It is no authenticator: whoever sees all the other points can
// choose one that fits.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/split.h"

namespace shamir::slip39 {

// What to make of one level. Threshold 1 takes one index alone and gives the secret itself.
struct Level {
  std::uint8_t threshold = 0;
  std::vector<std::uint8_t> indices;  // 0 to 15, distinct
  RandomSource random = base::SecretBytes::random;
};

// Errors: kInvalidArgument for a level that SLIP-39 does not allow.
base::Result<void> check_level(const Level& level);

// The points of a level, in the order of its indices. Errors: as check_level() and split().
base::Result<std::vector<Point>> split_level(const base::SecretBytes& secret, const Level& level);

// The secret of exactly as many points as the threshold. A single point is the secret, and has no
// digest. Constant time but for the verdict. Errors: as interpolate(); kInconsistent where the
// digest does not agree.
base::Result<base::SecretBytes> recover_level(std::span<const PointView> points);

}  // namespace shamir::slip39
