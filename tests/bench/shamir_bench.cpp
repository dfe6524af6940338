// Splitting and combining 32 bytes: the field alone, with locked memory, and as SLIP-39.
//
// The rows of plain splitting stand beside other libraries' plain splitting; the SLIP-39 rows
// beside other SLIP-39 tools, which pay the same 10000 rounds of PBKDF2.

#include <numeric>

#include <benchmark/benchmark.h>

#include "shamir/gf256.h"
#include "shamir/slip39.h"
#include "shamir/split.h"

namespace {

using base::SecretBytes;
using shamir::PointView;

constexpr std::size_t kSize = 32;

std::uint8_t threshold_of(const benchmark::State& state) {
  return static_cast<std::uint8_t>(state.range(0));
}

std::vector<std::uint8_t> points_of(const benchmark::State& state) {
  std::vector<std::uint8_t> at(static_cast<std::size_t>(state.range(1)));
  std::iota(at.begin(), at.end(), std::uint8_t{1});
  return at;
}

std::vector<shamir::Point> shares_for(const benchmark::State& state) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const PointView fixed{.x = 0, .y = &secret};
  return shamir::split(std::span(&fixed, 1),
                       {.threshold = threshold_of(state), .points_at = points_of(state)})
      .value();
}

void field_multiply(benchmark::State& state) {
  shamir::gf256::Lanes lanes = 0x0123456789ABCDEFU;
  for ([[maybe_unused]] auto turn : state) {
    lanes = shamir::gf256::multiply(lanes, 0xFEDCBA9876543210U);
    benchmark::DoNotOptimize(lanes);
  }
  state.SetBytesProcessed(state.iterations() * 8);
}

void secret_memory(benchmark::State& state) {
  for ([[maybe_unused]] auto turn : state) {
    const SecretBytes secret(kSize);
    benchmark::DoNotOptimize(secret.size());
  }
}

void plain_split(benchmark::State& state) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const PointView fixed{.x = 0, .y = &secret};
  const shamir::SplitPlan plan{.threshold = threshold_of(state), .points_at = points_of(state)};
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::split(std::span(&fixed, 1), plan).ok());
  }
}

void plain_combine(benchmark::State& state) {
  const auto shares = shares_for(state);
  std::vector<PointView> points;
  for (std::size_t i = 0; i < threshold_of(state); ++i) {
    points.push_back({.x = shares[i].x, .y = &shares[i].y});
  }
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::interpolate(points, 0).ok());
  }
}

// A secret of many bytes, so that the field counts and not the memory: bytes a second.
void large_split(benchmark::State& state) {
  const std::size_t size = 65536;
  const SecretBytes secret = SecretBytes::random(size);
  const PointView fixed{.x = 0, .y = &secret};
  const shamir::SplitPlan plan{.threshold = threshold_of(state), .points_at = points_of(state)};
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::split(std::span(&fixed, 1), plan).ok());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

shamir::Slip39Layout layout_for(const benchmark::State& state) {
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(state.range(1)));
  std::iota(indices.begin(), indices.end(), std::uint8_t{0});
  return {.groups = {{.threshold = threshold_of(state), .indices = indices}}};
}

void slip39_split(benchmark::State& state) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const SecretBytes passphrase(0);
  const auto layout = layout_for(state);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(
        shamir::split_master_secret({.secret = secret, .passphrase = passphrase}, layout).ok());
  }
}

void slip39_combine(benchmark::State& state) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const SecretBytes passphrase(0);
  auto shares =
      shamir::split_master_secret({.secret = secret, .passphrase = passphrase}, layout_for(state))
          .value();
  shares.erase(shares.begin() + threshold_of(state), shares.end());
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::combine_blind(shares).ok());
  }
}

void slip39_words(benchmark::State& state) {
  const shamir::Slip39Share share{.value = SecretBytes::random(kSize)};
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::write_words(share).ok());
  }
}

}  // namespace

BENCHMARK(field_multiply);
BENCHMARK(secret_memory);
BENCHMARK(plain_split)->Args({3, 5})->Args({5, 9})->Args({8, 15})->Args({128, 255});
BENCHMARK(plain_combine)->Args({3, 5})->Args({5, 9})->Args({8, 15})->Args({128, 255});
BENCHMARK(large_split)->Args({3, 5})->Args({5, 9})->Args({8, 15});
BENCHMARK(slip39_split)->Args({3, 5})->Args({8, 15});
BENCHMARK(slip39_combine)->Args({3, 5})->Args({8, 15});
BENCHMARK(slip39_words);
