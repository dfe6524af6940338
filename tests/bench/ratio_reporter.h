// tests/bench/ratio_reporter.h - prints the usual rows, and at the end ours beside those of peers.

#pragma once

#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

// Rows named "pair/TASK/conclave" and "pair/TASK/PEER" do the same; the last table has one line for
// each peer of a task, with the best time of each side and how many times longer ours takes.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Task {
    std::string name;
    std::map<std::string, double> best;  // seconds a turn, by who did it
  };

  void note(const Run& run);

  std::vector<Task> tasks_;  // in the order of the run
};

}  // namespace bench
