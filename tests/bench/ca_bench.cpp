// What a root key costs: signing in the token, verifying, opening a wrapped key.

#include <string>

#include <benchmark/benchmark.h>

#include "bench/token_room.h"
#include "ca/public_key.h"

namespace {

using ca::Algorithm;

// As long as the to-be-signed part of a certificate.
base::Bytes message() {
  return base::Bytes(700, 0x30);
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
  const bench::TokenRoot& root = bench::token_root(algorithm);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(root.key->sign(message()).ok());
  }
}

void verify(benchmark::State& state, Algorithm algorithm) {
  if (!available(state, algorithm)) {
    return;
  }
  const bench::TokenRoot& root = bench::token_root(algorithm);
  const base::Bytes signature = root.key->sign(message()).value();
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(ca::verify_signature({.public_key_info = root.key->public_key_info(),
                                                   .message = message(),
                                                   .signature = signature})
                                 .ok());
  }
}

void open(benchmark::State& state, Algorithm algorithm) {
  if (!available(state, algorithm)) {
    return;
  }
  const bench::TokenRoot& root = bench::token_root(algorithm);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(
        ca::RootKey::open(bench::token(),
                          {.blob = root.blob, .public_key_info = root.key->public_key_info()},
                          root.kek)
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
  bench::close_token_room();  // a process has one token at a time
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(ca::SoftToken::create().ok());
  }
}
BENCHMARK(fresh_token)->Name("ca/fresh_token")->Unit(benchmark::kMillisecond);

}  // namespace
