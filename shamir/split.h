// shamir/split.h - Shamir's secret sharing over GF(2^8): a secret becomes points of a polynomial.
//
// Source: A. Shamir, "How to share a secret", Communications of the ACM 22 (1979) 612-613; byte by
// byte in the field of gf256.h. Nothing here tells a right secret from a wrong one: the digest of
// SLIP-39 (slip39.h) and the KEK commitment above it do.
// Every function takes constant time in the values; x coordinates, lengths and counts are not
// hidden from timing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace shamir {

// Where uniform secret bytes come from: so many at a time. The ceremony may mix dice in; a test may
// mark the bytes as secret for valgrind.
using RandomSource = std::function<base::SecretBytes(std::size_t size_bytes)>;

// A point of the polynomial: y = f(x), for every byte of the secret at the same x.
struct Point {
  std::uint8_t x = 0;
  base::SecretBytes y;
};

// A point that belongs to somebody else, who must outlive the view.
struct PointView {
  std::uint8_t x = 0;
  const base::SecretBytes* y = nullptr;  // never null
};

// What to make of a secret.
struct SplitPlan {
  std::uint8_t threshold = 0;           // k: as many points determine the polynomial
  std::vector<std::uint8_t> points_at;  // x of the points to make, distinct
  RandomSource random = base::SecretBytes::random;
};

// Points at plan.points_at, in that order, of a polynomial of degree < threshold, drawn uniformly
// from all those that pass through the `fixed` points. Plain sharing fixes (x, secret) alone;
// SLIP-39 fixes its digest too. Fewer than threshold points, the fixed ones not among them, say
// nothing about the fixed values.
// Errors: kInvalidArgument where there is no fixed point, more fixed points than threshold, unequal
// or zero lengths, no point to make, or one x twice (a point at a fixed x would be the secret).
base::Result<std::vector<Point>> split(std::span<const PointView> fixed, const SplitPlan& plan);

// The value at `x` of the only polynomial of degree < points.size() that passes through all points.
// Errors: kInvalidArgument where there are no points or the lengths are unequal or zero;
// kInconsistent where one x stands twice.
base::Result<base::SecretBytes> interpolate(std::span<const PointView> points, std::uint8_t x);

// Whether all points lie on one polynomial of degree < threshold: equal to combining every subset
// of that size and comparing, in the time of one. Constant time in the values; the verdict is
// public. Errors: as interpolate(); kInsufficient where there are fewer points than threshold.
base::Result<bool> lie_on_one_polynomial(std::span<const PointView> points, std::uint8_t threshold);

}  // namespace shamir
