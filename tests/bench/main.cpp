#include <benchmark/benchmark.h>
#include <sodium.h>

#include "bench/ratio_reporter.h"
#include "bench/token_room.h"

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  bench::close_token_room();
  return 0;
}
