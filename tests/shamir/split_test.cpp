#include "shamir/split.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "support/shamir_secrets.h"

using base::ErrorCode;
using base::SecretBytes;
using shamir::interpolate;
using shamir::lie_on_one_polynomial;
using shamir::Point;
using shamir::PointView;
using shamir::split;
using shamir_test::bytes;
using shamir_test::refusal;
using shamir_test::require;
using shamir_test::secret;

namespace {

using Bytes = std::vector<std::uint8_t>;

// A source that gives these bytes once, so that a test can choose the coefficients.
shamir::RandomSource giving(const Bytes& chosen) {
  return [chosen](std::size_t size) {
    REQUIRE(size == chosen.size());
    return secret(chosen);
  };
}

std::vector<PointView> views(const std::vector<Point>& points) {
  std::vector<PointView> all;
  for (const Point& point : points) {
    all.push_back({.x = point.x, .y = &point.y});
  }
  return all;
}

std::vector<PointView> views(const std::vector<Point>& points, unsigned subset) {
  std::vector<PointView> some;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (((subset >> i) & 1U) != 0) {
      some.push_back({.x = points[i].x, .y = &points[i].y});
    }
  }
  return some;
}

std::vector<Point> plain_split(const SecretBytes& value, shamir::SplitPlan plan) {
  const std::array<PointView, 1> fixed = {PointView{.x = 0, .y = &value}};
  return require(split(fixed, plan));
}

}  // namespace

TEST_CASE("split: every subset of k shares gives the secret, for all 2 <= k <= n <= 6") {
  const SecretBytes value = SecretBytes::random(33);
  for (unsigned n = 2; n <= 6; ++n) {
    std::vector<std::uint8_t> at(n);
    std::iota(at.begin(), at.end(), std::uint8_t{1});
    for (unsigned k = 2; k <= n; ++k) {
      const auto points =
          plain_split(value, {.threshold = static_cast<std::uint8_t>(k), .points_at = at});
      for (unsigned subset = 1; subset < (1U << n); ++subset) {
        const auto some = views(points, subset);
        if (some.size() >= k) {
          CHECK(require(interpolate(some, 0)).equals(value));
        } else {
          CHECK(!require(interpolate(some, 0)).equals(value));  // misses once in 2^264
        }
      }
    }
  }
}

TEST_CASE("split: secrets of every length from 1 to 64 bytes come back") {
  for (std::size_t size = 1; size <= 64; ++size) {
    const SecretBytes value = SecretBytes::random(size);
    const auto points = plain_split(value, {.threshold = 3, .points_at = {7, 200, 31, 255}});
    CHECK(require(interpolate(views(points, 0b1011), 0)).equals(value));
    CHECK(require(interpolate(views(points), 0)).equals(value));
  }
}

TEST_CASE("split: k up to 255 of the 255 points beside the secret") {
  const SecretBytes value = SecretBytes::random(16);
  std::vector<std::uint8_t> at(255);
  std::iota(at.begin(), at.end(), std::uint8_t{1});
  const auto points = plain_split(value, {.threshold = 255, .points_at = at});
  CHECK(require(interpolate(views(points), 0)).equals(value));
}

TEST_CASE("split: all fixed points lie on the polynomial") {
  const SecretBytes first = SecretBytes::random(20);
  const SecretBytes second = SecretBytes::random(20);
  const std::array<PointView, 2> fixed = {PointView{.x = 255, .y = &first},
                                          PointView{.x = 254, .y = &second}};
  for (std::uint8_t k = 2; k <= 16; ++k) {
    std::vector<std::uint8_t> at(16);
    std::iota(at.begin(), at.end(), std::uint8_t{0});
    const auto points = require(split(fixed, {.threshold = k, .points_at = at}));
    const auto all = views(points);
    CHECK(require(interpolate(std::span(all).first(k), 255)).equals(first));
    CHECK(require(interpolate(std::span(all).last(k), 254)).equals(second));
    CHECK(require(lie_on_one_polynomial(all, k)));
  }
}

// Each byte of a secret is a sharing of its own, so one long secret holds every case at once.
TEST_CASE("split: one share of two says nothing: all 65536 cases of secret and coefficient") {
  Bytes secrets(65536);
  Bytes coefficients(65536);
  for (unsigned i = 0; i < 65536; ++i) {
    secrets[i] = static_cast<std::uint8_t>(i & 0xFFU);
    coefficients[i] = static_cast<std::uint8_t>(i >> 8U);
  }
  const auto points =
      plain_split(secret(secrets),
                  {.threshold = 2, .points_at = {1, 2, 15, 255}, .random = giving(coefficients)});
  for (const Point& point : points) {
    std::vector<unsigned> seen(65536);  // by share and secret
    const Bytes shares = bytes(point.y);
    for (unsigned i = 0; i < 65536; ++i) {
      ++seen[(static_cast<unsigned>(shares[i]) << 8U) | secrets[i]];
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](unsigned times) { return times == 1; }));
  }
}

TEST_CASE("split: two shares of three say nothing: all 16777216 cases") {
  Bytes coefficients(2 * 65536);
  for (unsigned i = 0; i < 65536; ++i) {
    coefficients[i] = static_cast<std::uint8_t>(i & 0xFFU);
    coefficients[65536 + i] = static_cast<std::uint8_t>(i >> 8U);
  }
  for (unsigned value = 0; value < 256; ++value) {
    const auto points =
        plain_split(secret(Bytes(65536, static_cast<std::uint8_t>(value))),
                    {.threshold = 3, .points_at = {3, 14}, .random = giving(coefficients)});
    // For each secret, every pair of shares occurs once: so the pair does not depend on the secret.
    std::vector<unsigned> seen(65536);
    const Bytes first = bytes(points[0].y);
    const Bytes second = bytes(points[1].y);
    for (unsigned i = 0; i < 65536; ++i) {
      ++seen[(static_cast<unsigned>(first[i]) << 8U) | second[i]];
    }
    REQUIRE(std::all_of(seen.begin(), seen.end(), [](unsigned times) { return times == 1; }));
  }
}

TEST_CASE("split: a leading coefficient of zero occurs as often as any other") {
  // With the secret and x = 0 fixed to zero, the share at x = 1 of k = 2 is the leading
  // coefficient.
  constexpr std::size_t kDraws = 256 * 1000;
  const auto points = plain_split(SecretBytes(kDraws), {.threshold = 2, .points_at = {1}});
  std::array<unsigned, 256> seen{};
  for (const std::uint8_t leading : bytes(points[0].y)) {
    ++seen[leading];
  }
  CHECK(seen[0] > 700);  // 1000 expected, 9 standard deviations
  CHECK(seen[0] < 1300);
  double chi_squared = 0;
  for (const unsigned times : seen) {
    chi_squared += (times - 1000.0) * (times - 1000.0) / 1000.0;
  }
  CHECK(chi_squared < 255 + 8 * 22.6);  // 255 degrees of freedom, 8 standard deviations
}

TEST_CASE("split: a source that gives all zeros is taken as it is, and never asked again") {
  unsigned asked = 0;
  const auto zeros = [&asked](std::size_t size) {
    ++asked;
    return SecretBytes(size);
  };
  const SecretBytes value = SecretBytes::random(16);
  const auto points =
      plain_split(value, {.threshold = 4, .points_at = {1, 2, 3, 4}, .random = zeros});
  CHECK(asked == 1);
  CHECK(points[2].y.equals(value));  // the constant polynomial
}

TEST_CASE("split: plans that cannot be, are refused") {
  const SecretBytes value = SecretBytes::random(16);
  const SecretBytes shorter = SecretBytes::random(15);
  const SecretBytes nothing(0);
  const PointView at_zero{.x = 0, .y = &value};
  const auto code = [](std::vector<PointView> fixed, const shamir::SplitPlan& plan) {
    return refusal(split(fixed, plan)).code;
  };
  CHECK(code({}, {.threshold = 2, .points_at = {1, 2}}) == ErrorCode::kInvalidArgument);
  CHECK(code({at_zero}, {.threshold = 0, .points_at = {1}}) == ErrorCode::kInvalidArgument);
  CHECK(code({at_zero}, {.threshold = 2, .points_at = {}}) == ErrorCode::kInvalidArgument);
  CHECK(code({at_zero}, {.threshold = 2, .points_at = {1, 2, 1}}) == ErrorCode::kInvalidArgument);
  CHECK(code({at_zero}, {.threshold = 2, .points_at = {1, 0}}) == ErrorCode::kInvalidArgument);
  CHECK(code({{.x = 0, .y = &nothing}}, {.threshold = 2, .points_at = {1}}) ==
        ErrorCode::kInvalidArgument);
  CHECK(code({at_zero, {.x = 1, .y = &shorter}}, {.threshold = 2, .points_at = {2}}) ==
        ErrorCode::kInvalidArgument);
  CHECK(code({at_zero, {.x = 0, .y = &value}}, {.threshold = 2, .points_at = {2}}) ==
        ErrorCode::kInvalidArgument);
  CHECK(code({at_zero, {.x = 1, .y = &value}}, {.threshold = 1, .points_at = {2}}) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("split: a source of randomness that gives too little is a broken machine") {
  const SecretBytes value = SecretBytes::random(16);
  const std::array<PointView, 1> fixed = {PointView{.x = 0, .y = &value}};
  const auto short_source = [](std::size_t size) { return SecretBytes(size - 1); };
  const auto error =
      refusal(split(fixed, {.threshold = 2, .points_at = {1, 2}, .random = short_source}));
  CHECK(error.code == ErrorCode::kDeviceFailure);
}

TEST_CASE("interpolate: points that contradict themselves are refused") {
  const SecretBytes value = SecretBytes::random(16);
  const SecretBytes shorter = SecretBytes::random(15);
  const SecretBytes nothing(0);
  const auto code = [](std::vector<PointView> points) {
    return refusal(interpolate(points, 0)).code;
  };
  CHECK(code({}) == ErrorCode::kInvalidArgument);
  CHECK(code({{.x = 1, .y = &nothing}}) == ErrorCode::kInvalidArgument);
  CHECK(code({{.x = 1, .y = &value}, {.x = 2, .y = &shorter}}) == ErrorCode::kInvalidArgument);
  CHECK(code({{.x = 1, .y = &value}, {.x = 1, .y = &value}}) == ErrorCode::kInconsistent);
}

TEST_CASE("one polynomial: any changed bit of any point is noticed where points are to spare") {
  auto points =
      plain_split(SecretBytes::random(17), {.threshold = 3, .points_at = {1, 2, 3, 4, 5}});
  REQUIRE(require(lie_on_one_polynomial(views(points), 3)));
  for (Point& point : points) {
    for (std::size_t bit = 0; bit < 8 * point.y.size(); ++bit) {
      const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
      point.y.write().bytes()[bit / 8] ^= flip;
      REQUIRE(!require(lie_on_one_polynomial(views(points), 3)));
      point.y.write().bytes()[bit / 8] ^= flip;
    }
  }
  CHECK(require(lie_on_one_polynomial(views(points), 3)));
}

TEST_CASE("one polynomial: a threshold too low is noticed, one too high is not a proof") {
  const auto points =
      plain_split(SecretBytes::random(16), {.threshold = 4, .points_at = {1, 2, 3, 4, 5, 6}});
  CHECK(!require(lie_on_one_polynomial(views(points), 3)));
  CHECK(require(lie_on_one_polynomial(views(points), 4)));
  CHECK(require(lie_on_one_polynomial(views(points), 5)));
  CHECK(require(lie_on_one_polynomial(views(points), 6)));  // any six points do
  CHECK(refusal(lie_on_one_polynomial(views(points), 7)).code == ErrorCode::kInsufficient);
  CHECK(refusal(lie_on_one_polynomial(views(points), 0)).code == ErrorCode::kInsufficient);
}
