// ceremony/cli/foreign_program.h - another program, run as a tool: without a shell, with a limit.
//
// Only the command runs other programs, and only for things whose failure decides nothing. The
// engine can run none (its sandbox forbids it).

#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ceremony::cli {

// The first executable file of that name in the folders of PATH. Relative folders of PATH are
// passed over: what lies in the folder where somebody works is not to be run.
std::optional<std::filesystem::path> find_program(std::string_view name);

struct ProgramCall {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::string_view input;             // its standard input
  std::chrono::milliseconds limit{};  // then it is ended
  std::size_t most_output = std::size_t{8} << 20U;
};

// What it wrote to its standard output; what it wrote to the other stream is dropped. It gets an
// environment of PATH and LANG alone, no open files, and a process group, which is ended with it.
// Errors (kDeviceFailure): it could not be started, ended with another code than 0 or by a signal,
// took too long, or wrote too much; the message completes "zlint ...".
base::Result<std::string> run_program(const ProgramCall& call);

}  // namespace ceremony::cli
