// tests/fuzz/base__append_log_fuzz.cpp - a log that is accepted is, line for line, what was given.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/append_log.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_parsed(std::string_view content) {
  const auto lines = base::parse_log(content);
  if (!lines) {
    require(lines.error().code == base::ErrorCode::kMalformed);
    return;
  }
  std::string written;
  for (const base::LogLine& line : *lines) {
    require(line.sha256 == base::sha256_hex(base::bytes_of(line.text)));
    written += line.sha256 + " " + line.text + "\n";
  }
  require(written == content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = base::text_of({data, size});
  check_parsed(content);
  // A fuzzer guesses no hash, so the input's lines are also given the ones they need.
  std::string hashed;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    const std::string_view text = content.substr(start, end - start);
    hashed += base::sha256_hex(base::bytes_of(text)) + " " + std::string(text) + "\n";
    start = end + 1;
  }
  require(base::parse_log(hashed).ok());
  check_parsed(hashed + std::string(content));
  return 0;
}
