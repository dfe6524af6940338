// Splitting and combining beside others: the field arithmetic beside libgfshare (in C, with tables;
// neither constant time nor in locked memory), SLIP-39 with its words beside npm's slip39, which
// pays the same 10000 rounds of PBKDF2.

#include <array>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <sodium.h>
#ifdef CONCLAVE_BENCH_GFSHARE
extern "C" {
#include <libgfshare.h>
}
#endif

#include "shamir/slip39.h"
#include "shamir/split.h"
#include "support/ca_commands.h"

namespace {

using base::SecretBytes;

constexpr std::size_t kSize = 32;

struct Scheme {
  std::uint8_t threshold;
  std::uint8_t shares;
};
constexpr std::array kSchemes{Scheme{3, 5}, Scheme{8, 15}};

std::vector<std::uint8_t> counted(std::uint8_t first, std::size_t count) {
  std::vector<std::uint8_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

shamir::SplitPlan plan_of(const Scheme& scheme) {
  return {.threshold = scheme.threshold, .points_at = counted(1, scheme.shares)};
}

void plain_split(benchmark::State& state, Scheme scheme) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const shamir::PointView fixed{.x = 0, .y = &secret};
  const shamir::SplitPlan plan = plan_of(scheme);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::split(std::span(&fixed, 1), plan).ok());
  }
}

void plain_combine(benchmark::State& state, Scheme scheme) {
  const SecretBytes secret = SecretBytes::random(kSize);
  const shamir::PointView fixed{.x = 0, .y = &secret};
  const auto shares = shamir::split(std::span(&fixed, 1), plan_of(scheme)).value();
  std::vector<shamir::PointView> points;
  for (std::size_t i = 0; i < scheme.threshold; ++i) {
    points.push_back({.x = shares[i].x, .y = &shares[i].y});
  }
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(shamir::interpolate(points, 0).ok());
  }
}

// Splits into words.
std::vector<SecretBytes> words_of(const SecretBytes& secret, const Scheme& scheme) {
  const SecretBytes no_passphrase(0);
  const shamir::Slip39Layout layout{
      .groups = {{.threshold = scheme.threshold, .indices = counted(0, scheme.shares)}}};
  const auto shares =
      shamir::split_master_secret({.secret = secret, .passphrase = no_passphrase}, layout).value();
  std::vector<SecretBytes> words;
  words.reserve(shares.size());
  for (const shamir::Slip39Share& share : shares) {
    words.push_back(shamir::write_words(share).value());
  }
  return words;
}

void words_split(benchmark::State& state, Scheme scheme) {
  const SecretBytes secret = SecretBytes::random(kSize);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(words_of(secret, scheme).size());
  }
}

void words_combine(benchmark::State& state, Scheme scheme) {
  const std::vector<SecretBytes> words = words_of(SecretBytes::random(kSize), scheme);
  for ([[maybe_unused]] auto turn : state) {
    std::vector<shamir::Slip39Share> shares;
    for (std::size_t i = 0; i < scheme.threshold; ++i) {
      shares.push_back(shamir::read_words(words[i]).value());
    }
    benchmark::DoNotOptimize(shamir::combine_blind(shares).value().size());
  }
}

#ifdef CONCLAVE_BENCH_GFSHARE

void fill_randomly(unsigned char* bytes, unsigned count) {
  randombytes_buf(bytes, count);
}

using Share = std::array<unsigned char, kSize>;

std::vector<Share> gfshare_split_once(std::vector<std::uint8_t>& numbers, const Scheme& scheme) {
  Share secret{};
  fill_randomly(secret.data(), kSize);
  gfshare_ctx* const context =
      gfshare_ctx_init_enc(numbers.data(), scheme.shares, scheme.threshold, kSize);
  gfshare_ctx_enc_setsecret(context, secret.data());
  std::vector<Share> shares(scheme.shares);
  for (std::uint8_t i = 0; i < scheme.shares; ++i) {
    gfshare_ctx_enc_getshare(context, i, shares[i].data());
  }
  gfshare_ctx_free(context);
  return shares;
}

void gfshare_split(benchmark::State& state, Scheme scheme) {
  gfshare_fill_rand = fill_randomly;
  std::vector<std::uint8_t> numbers = counted(1, scheme.shares);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(gfshare_split_once(numbers, scheme).size());
  }
}

void gfshare_combine(benchmark::State& state, Scheme scheme) {
  gfshare_fill_rand = fill_randomly;
  std::vector<std::uint8_t> numbers = counted(1, scheme.shares);
  std::vector<Share> shares = gfshare_split_once(numbers, scheme);
  for ([[maybe_unused]] auto turn : state) {
    gfshare_ctx* const context = gfshare_ctx_init_dec(numbers.data(), scheme.threshold, kSize);
    for (std::uint8_t i = 0; i < scheme.threshold; ++i) {
      gfshare_ctx_dec_giveshare(context, i, shares[i].data());
    }
    Share secret{};
    gfshare_ctx_dec_extract(context, secret.data());
    gfshare_ctx_free(context);
    benchmark::DoNotOptimize(secret);
  }
}

#else

void gfshare_split(benchmark::State& state, Scheme /*scheme*/) {
  state.SkipWithError("libgfshare-dev was not installed when this was built");
}

void gfshare_combine(benchmark::State& state, Scheme scheme) {
  gfshare_split(state, scheme);
}

#endif

// Asks slip39_peer.js, which measures itself: starting node takes longer than the work.
void npm(benchmark::State& state, const std::string& task, Scheme scheme) {
  const std::string script = std::string(BENCH_FOLDER) + "/slip39_peer.js";
  const support::CommandOutcome outcome = support::run_command("node",
                                                               {script,
                                                                NPM_FOLDER,
                                                                task,
                                                                std::to_string(scheme.threshold),
                                                                std::to_string(scheme.shares),
                                                                "20"});
  if (outcome.exit_code != 0) {
    state.SkipWithError("npm's slip39 is not there: scripts/dev/bench fetches it");
  }
  for ([[maybe_unused]] auto turn : state) {
    state.SetIterationTime(std::strtod(outcome.output.c_str(), nullptr));
  }
}

void npm_split(benchmark::State& state, Scheme scheme) {
  npm(state, "split", scheme);
}

void npm_combine(benchmark::State& state, Scheme scheme) {
  npm(state, "combine", scheme);
}

struct Row {
  const char* task;
  const char* who;
  void (*function)(benchmark::State&, Scheme);
};

constexpr std::array kRows{Row{"split 32 bytes", "conclave", plain_split},
                           Row{"split 32 bytes", "libgfshare", gfshare_split},
                           Row{"combine 32 bytes", "conclave", plain_combine},
                           Row{"combine 32 bytes", "libgfshare", gfshare_combine},
                           Row{"split into words", "conclave", words_split},
                           Row{"split into words", "npm slip39", npm_split},
                           Row{"combine words", "conclave", words_combine},
                           Row{"combine words", "npm slip39", npm_combine}};

// Registered before main().
// NOLINTNEXTLINE(cert-err58-cpp): only an exhausted memory throws, and then nothing is lost
[[maybe_unused]] const bool registered = [] {
  for (const Row& row : kRows) {
    for (const Scheme& scheme : kSchemes) {
      const std::string name = std::string("pair/") + row.task + ", " +
                               std::to_string(scheme.threshold) + " of " +
                               std::to_string(scheme.shares) + "/" + row.who;
      auto* const added = benchmark::RegisterBenchmark(name.c_str(), row.function, scheme);
      added->Unit(benchmark::kMicrosecond);
      if (row.function == npm_split || row.function == npm_combine) {
        added->Iterations(1)->UseManualTime();
      }
    }
  }
  return true;
}();

}  // namespace
