#include "bench/ratio_reporter.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace bench {

namespace {

constexpr const char* kOurs = "conclave";

std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  std::istringstream text(name);
  for (std::string part; std::getline(text, part, '/');) {
    parts.push_back(part);
  }
  return parts;
}

// "12.3 us".
std::string shown(double seconds) {
  constexpr double kThousand = 1000;
  double value = seconds * kThousand * kThousand;
  std::string unit = "us";
  for (const char* const larger : {"ms", "s"}) {
    if (value >= kThousand) {
      value /= kThousand;
      unit = larger;
    }
  }
  std::ostringstream text;
  text << std::fixed << std::setprecision(value < 10 ? 2 : 1) << value << ' ' << unit;
  return text.str();
}

}  // namespace

void RatioReporter::note(const Run& run) {
  const std::vector<std::string> parts = parts_of(run.benchmark_name());
  // A row that could not run took no time; means and medians of repetitions are not turns.
  const double seconds =
      run.GetAdjustedRealTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
  if (parts.size() < 3 || parts[0] != "pair" || seconds <= 0 || run.run_type != Run::RT_Iteration) {
    return;
  }
  auto task = std::find_if(
      tasks_.begin(), tasks_.end(), [&](const Task& each) { return each.name == parts[1]; });
  if (task == tasks_.end()) {
    task = tasks_.insert(tasks_.end(), {.name = parts[1], .best = {}});
  }
  const auto [row, is_new] = task->best.emplace(parts[2], seconds);
  row->second = is_new ? seconds : std::min(row->second, seconds);
}

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs) {
    note(run);
  }
}

void RatioReporter::Finalize() {
  ConsoleReporter::Finalize();
  std::ostream& out = GetOutputStream();
  out << "\nBeside their peers, the best time of a turn; a ratio above 1: ours takes longer\n";
  for (const Task& task : tasks_) {
    const auto ours = task.best.find(kOurs);
    for (const auto& [who, seconds] : task.best) {
      if (who == kOurs || ours == task.best.end()) {
        continue;
      }
      out << std::left << std::setw(34) << task.name << kOurs << std::right << std::setw(10)
          << shown(ours->second) << "   " << std::left << std::setw(11) << who << std::right
          << std::setw(10) << shown(seconds) << "   ratio " << std::fixed << std::setprecision(2)
          << ours->second / seconds << '\n';
    }
  }
}

}  // namespace bench
