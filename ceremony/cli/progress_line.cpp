#include "ceremony/cli/progress_line.h"

#include <condition_variable>
#include <iomanip>
#include <iostream>
#include <mutex>
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

WorkingLine::WorkingLine(std::string what)
    : what_(std::move(what)), counter_([this](const std::stop_token& stop) { count(stop); }) {}

WorkingLine::~WorkingLine() {
  counter_.request_stop();
  counter_.join();
}

void WorkingLine::count(const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  int seconds = 0;
  const auto is_over = [&] {
    return wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; }) ||
           stop.stop_requested();
  };
  while (!is_over()) {
    std::cout << "\r\033[K" << what_ << ": " << ++seconds << " s" << std::flush;
  }
  if (seconds > 0) {
    std::cout << "\r\033[K" << std::flush;
  }
}

}  // namespace ceremony::cli
