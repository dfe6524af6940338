// ceremony/cli/progress_line.h - shows on a terminal how far a ceremony is; silent on anything
// else.

#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "ceremony/client/messages.h"

namespace ceremony::cli {

// One ceremony's line: a bar over its steps, the step's title and the time since it began. The
// number of steps is the same whatever k and n.
class ProgressLine {
 public:
  explicit ProgressLine(std::string ceremony);

  // Redraws the line for the step that is being done.
  void show(const client::StepView& step);

  // Clears the line and gives the seconds since the beginning.
  double finish();

 private:
  std::string ceremony_;
  std::chrono::steady_clock::time_point begun_;
  bool is_terminal_ = false;
};

// Says that long work goes on: after a second of it, and every second from then on, a line with the
// seconds. The line is gone when this goes.
class WorkingLine {
 public:
  // `what` is fit for a terminal.
  explicit WorkingLine(std::string what);
  ~WorkingLine();
  WorkingLine(const WorkingLine&) = delete;
  WorkingLine& operator=(const WorkingLine&) = delete;

 private:
  void count(const std::stop_token& stop) const;

  std::string what_;
  std::jthread counter_;
};

}  // namespace ceremony::cli
