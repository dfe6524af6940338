#include "support/ca_commands.h"

#include <array>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text_encoding.h"

namespace support {

namespace {

// Starts the program with both of its output streams going into `write_end`. -1 on failure.
pid_t start(const std::string& program, const std::vector<std::string>& arguments, int write_end) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, write_end, STDERR_FILENO);
  pid_t child = -1;
  const int failed =
      posix_spawnp(&child, program.c_str(), &streams, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  return failed == 0 ? child : -1;
}

}  // namespace

CommandOutcome run_command(const std::string& program, const std::vector<std::string>& arguments) {
  CommandOutcome outcome;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    return outcome;
  }
  const pid_t child = start(program, arguments, ends[1]);
  ::close(ends[1]);
  std::array<char, 4096> buffer{};
  for (ssize_t count = ::read(ends[0], buffer.data(), buffer.size()); count > 0;
       count = ::read(ends[0], buffer.data(), buffer.size())) {
    outcome.output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)) {
    outcome.exit_code = WEXITSTATUS(status);
  }
  return outcome;
}

void write_file(const std::filesystem::path& file, base::ByteView bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  const std::string_view text = base::text_of(bytes);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

base::Bytes read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string hex_of(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return base::to_hex(reader.bytes());
}

}  // namespace support
