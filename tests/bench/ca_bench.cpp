// What a root key costs: signing in the token, verifying, opening a wrapped key.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "ca/public_key.h"
#include "ca/root_key.h"

namespace {

using ca::Algorithm;

// A token with a root key in it, and the blob of that key.
struct Bench {
  std::unique_ptr<ca::SoftToken> token;
  std::unique_ptr<ca::RootKey> key;
  ca::Kek kek;
  base::Bytes blob;
  base::Bytes message;
};

Bench prepared(Algorithm algorithm) {
  auto token = ca::SoftToken::create().value();
  auto key = ca::RootKey::generate(*token, algorithm).value();
  ca::Kek kek = ca::Kek::random().value();
  base::Bytes blob = key->wrap(kek).value();
  // As long as the to-be-signed part of a certificate.
  return {
      std::move(token), std::move(key), std::move(kek), std::move(blob), base::Bytes(700, 0x30)};
}

// False, with the reason in the report, where this OpenSSL lacks the algorithm.
bool available(benchmark::State& state, Algorithm algorithm) {
  const auto named = ca::algorithm_named(ca::name_of(algorithm));
  if (!named) {
    state.SkipWithError(named.error().message.c_str());
  }
  return named.ok();
}

void sign(benchmark::State& state, Algorithm algorithm) {
  if (!available(state, algorithm)) {
    return;
  }
  const Bench bench = prepared(algorithm);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(bench.key->sign(bench.message).ok());
  }
}

void verify(benchmark::State& state, Algorithm algorithm) {
  if (!available(state, algorithm)) {
    return;
  }
  const Bench bench = prepared(algorithm);
  const base::Bytes signature = bench.key->sign(bench.message).value();
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(ca::verify_signature({.public_key_info = bench.key->public_key_info(),
                                                   .message = bench.message,
                                                   .signature = signature})
                                 .ok());
  }
}

void open(benchmark::State& state, Algorithm algorithm) {
  if (!available(state, algorithm)) {
    return;
  }
  const Bench bench = prepared(algorithm);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(
        ca::RootKey::open(*bench.token,
                          {.blob = bench.blob, .public_key_info = bench.key->public_key_info()},
                          bench.kek)
            .ok());
  }
}

// Registered before main(): one row of each kind for each algorithm.
// NOLINTNEXTLINE(cert-err58-cpp): only an exhausted memory throws, and then nothing is lost
[[maybe_unused]] const bool registered = [] {
  for (const Algorithm algorithm : ca::all_algorithms()) {
    const std::string name(ca::name_of(algorithm));
    benchmark::RegisterBenchmark(("ca/sign/" + name).c_str(), sign, algorithm);
    benchmark::RegisterBenchmark(("ca/verify/" + name).c_str(), verify, algorithm);
    benchmark::RegisterBenchmark(("ca/open/" + name).c_str(), open, algorithm);
  }
  return true;
}();

void fresh_token(benchmark::State& state) {
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(ca::SoftToken::create().ok());
  }
}
BENCHMARK(fresh_token)->Name("ca/fresh_token")->Unit(benchmark::kMillisecond);

}  // namespace
