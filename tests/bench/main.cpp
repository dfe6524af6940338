#include <benchmark/benchmark.h>
#include <sodium.h>

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
