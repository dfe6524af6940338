// tests/support/ca_commands.h - runs a program as a reader of the documents would, and files for
// it.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/secret_bytes.h"

namespace support {

struct CommandOutcome {
  int exit_code = -1;
  std::string output;  // what it wrote to both of its streams
};

// Runs `program` from the PATH with these arguments, without a shell.
CommandOutcome run_command(const std::string& program, const std::vector<std::string>& arguments);

void write_file(const std::filesystem::path& file, base::ByteView bytes);
base::Bytes read_file(const std::filesystem::path& file);

// The digits of a throw-away key, for a command line.
std::string hex_of(const base::SecretBytes& secret);

}  // namespace support
