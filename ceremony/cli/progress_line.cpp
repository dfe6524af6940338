#include "ceremony/cli/progress_line.h"

#include <iomanip>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace ceremony::cli {

namespace {

constexpr std::size_t kBarWidth = 24;

std::string bar(std::uint32_t done, std::uint32_t all) {
  const std::size_t filled = all == 0 ? 0 : kBarWidth * done / all;
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]";
}

}  // namespace

ProgressLine::ProgressLine(std::string ceremony)
    : ceremony_(std::move(ceremony)),
      begun_(std::chrono::steady_clock::now()),
      is_terminal_(isatty(STDOUT_FILENO) == 1) {}

void ProgressLine::show(const client::StepView& step) {
  if (!is_terminal_) {
    return;
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begun_;
  std::cout << "\r\033[K" << ceremony_ << ' ' << bar(step.index, step.count) << ' ' << std::fixed
            << std::setprecision(1) << std::setw(6) << elapsed.count() << " s  " << step.title
            << std::flush;
}

double ProgressLine::finish() {
  if (is_terminal_) {
    std::cout << "\r\033[K" << std::flush;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

}  // namespace ceremony::cli
