// ceremony/cli/progress_line.h - shows on a terminal how far a ceremony is; silent on anything
// else.

#pragma once

#include <chrono>
#include <string>

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

}  // namespace ceremony::cli
