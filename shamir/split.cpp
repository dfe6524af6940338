#include "shamir/split.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "shamir/gf256.h"
#include "shamir/verdict.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using gf256::Element;
using gf256::Lanes;

// How much the point at `mine` weighs in the value at `x`: Lagrange's basis polynomial, 1 at `mine`
// and 0 at all other points. Public, as all x are.
struct Place {
  std::uint8_t mine = 0;
  std::uint8_t x = 0;
};

Element lagrange_weight(std::span<const PointView> points, Place place) {
  Element above = 1;
  Element below = 1;
  for (const PointView& other : points) {
    if (other.x != place.mine) {
      above = gf256::multiply(above, static_cast<Element>(place.x ^ other.x));
      below = gf256::multiply(below, static_cast<Element>(place.mine ^ other.x));
    }
  }
  return gf256::multiply(above, gf256::inverse(below));
}

Lanes load(std::span<const std::uint8_t> bytes, std::size_t offset) {
  Lanes lanes = 0;
  std::memcpy(&lanes, &bytes[offset], std::min(sizeof lanes, bytes.size() - offset));
  return lanes;
}

void store(std::span<std::uint8_t> bytes, std::size_t offset, Lanes lanes) {
  std::memcpy(&bytes[offset], &lanes, std::min(sizeof lanes, bytes.size() - offset));
}

// sum = sum * factor + addend * weight, in every byte.
struct Step {
  Element factor = 1;
  Element weight = 1;
};

void multiply_and_add(std::span<std::uint8_t> sum,
                      std::span<const std::uint8_t> addend,
                      Step step) {
  const Lanes factor = gf256::broadcast(step.factor);
  const Lanes weight = gf256::broadcast(step.weight);
  for (std::size_t offset = 0; offset < sum.size(); offset += sizeof(Lanes)) {
    const Lanes kept = gf256::multiply(load(sum, offset), factor);
    const Lanes added = gf256::multiply(load(addend, offset), weight);
    store(sum, offset, kept ^ added);
  }
}

bool has_duplicate(std::vector<std::uint8_t> coordinates) {
  std::sort(coordinates.begin(), coordinates.end());
  return std::adjacent_find(coordinates.begin(), coordinates.end()) != coordinates.end();
}

Result<void> check_lengths(std::span<const PointView> points) {
  if (points.empty()) {
    return Error{ErrorCode::kInvalidArgument, "there are no points"};
  }
  const std::size_t size = points.front().y->size();
  const auto fits = [size](const PointView& point) { return point.y->size() == size; };
  if (size == 0 || !std::all_of(points.begin(), points.end(), fits)) {
    return Error{ErrorCode::kInvalidArgument, "the points are empty or of unequal lengths"};
  }
  return {};
}

std::vector<std::uint8_t> coordinates_of(std::span<const PointView> points) {
  std::vector<std::uint8_t> coordinates;
  for (const PointView& point : points) {
    coordinates.push_back(point.x);
  }
  return coordinates;
}

Result<void> check_points(std::span<const PointView> points) {
  if (auto lengths = check_lengths(points); !lengths) {
    return lengths;
  }
  if (has_duplicate(coordinates_of(points))) {
    return Error{ErrorCode::kInconsistent, "the same point stands there twice"};
  }
  return {};
}

Result<void> check_plan(std::span<const PointView> fixed, const SplitPlan& plan) {
  if (auto lengths = check_lengths(fixed); !lengths) {
    return lengths;
  }
  if (fixed.size() > plan.threshold || plan.points_at.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a secret cannot be split with this threshold or without points to make"};
  }
  std::vector<std::uint8_t> all = coordinates_of(fixed);
  all.insert(all.end(), plan.points_at.begin(), plan.points_at.end());
  if (has_duplicate(std::move(all))) {
    return Error{ErrorCode::kInvalidArgument,
                 "two points were asked for at one place, or one at the place of the secret"};
  }
  return {};
}

void add_weighted(std::span<std::uint8_t> sum, std::span<const PointView> points, std::uint8_t x) {
  for (const PointView& point : points) {
    const Element weight = lagrange_weight(points, {.mine = point.x, .x = x});
    const SecretBytes::Reader value = point.y->read();
    multiply_and_add(sum, value.bytes(), {.factor = 1, .weight = weight});
  }
}

// The value at x where `points` alone decide it. Requires check_points().
SecretBytes weighted_sum(std::span<const PointView> points, std::uint8_t x) {
  SecretBytes sum(points.front().y->size());
  const SecretBytes::Writer writer = sum.write();
  add_weighted(writer.bytes(), points, x);
  return sum;
}

// f(x) = base(x) + zero(x) * q(x): base passes through the fixed points, zero is 0 at each of them,
// and q has the random coefficients, one after the other in `coefficients`.
SecretBytes value_at(std::uint8_t x,
                     std::span<const PointView> fixed,
                     std::span<const std::uint8_t> coefficients) {
  const std::size_t size = fixed.front().y->size();
  SecretBytes value(size);
  const SecretBytes::Writer writer = value.write();
  Element zero = 1;
  for (const PointView& point : fixed) {
    zero = gf256::multiply(zero, static_cast<Element>(x ^ point.x));
  }
  for (std::size_t end = coefficients.size(); end > 0; end -= size) {
    multiply_and_add(
        writer.bytes(), coefficients.subspan(end - size, size), {.factor = x, .weight = zero});
  }
  add_weighted(writer.bytes(), fixed, x);
  return value;
}

}  // namespace

Result<std::vector<Point>> split(std::span<const PointView> fixed, const SplitPlan& plan) {
  if (auto possible = check_plan(fixed, plan); !possible) {
    return std::move(possible).error();
  }
  // Uniform and never drawn again, zero included, the leading one too. Whoever rejects a zero tells
  // the holders of k - 1 shares that the secret is not the one value that a zero would give: 255
  // candidates stay of 256.
  const std::size_t wanted = (plan.threshold - fixed.size()) * fixed.front().y->size();
  const SecretBytes coefficients = plan.random(wanted);
  if (coefficients.size() != wanted) {
    return Error{ErrorCode::kDeviceFailure,
                 "the source of randomness gave another number of bytes than was asked for; stop "
                 "and have this machine examined"};
  }
  const SecretBytes::Reader reader = coefficients.read();
  std::vector<Point> points;
  for (const std::uint8_t x : plan.points_at) {
    points.push_back(Point{.x = x, .y = value_at(x, fixed, reader.bytes())});
  }
  return points;
}

Result<SecretBytes> interpolate(std::span<const PointView> points, std::uint8_t x) {
  if (auto usable = check_points(points); !usable) {
    return std::move(usable).error();
  }
  return weighted_sum(points, x);
}

Result<bool> lie_on_one_polynomial(std::span<const PointView> points, std::uint8_t threshold) {
  if (auto usable = check_points(points); !usable) {
    return std::move(usable).error();
  }
  if (threshold == 0 || points.size() < threshold) {
    return Error{ErrorCode::kInsufficient, "there are too few points to compare"};
  }
  const auto basis = points.first(threshold);
  SecretBytes difference(points.front().y->size());  // gathered over all points, judged once
  SecretBytes zero(difference.size());
  for (const PointView& point : points.subspan(threshold)) {
    const SecretBytes expected = weighted_sum(basis, point.x);
    const SecretBytes::Writer writer = difference.write();
    const SecretBytes::Reader wanted = expected.read();
    const SecretBytes::Reader found = point.y->read();
    for (std::size_t i = 0; i < writer.bytes().size(); ++i) {
      writer.bytes()[i] =
          static_cast<std::uint8_t>(writer.bytes()[i] | (wanted.bytes()[i] ^ found.bytes()[i]));
    }
  }
  return public_verdict(difference.equals(zero));
}

}  // namespace shamir
