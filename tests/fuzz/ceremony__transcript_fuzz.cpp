// Any bytes as a transcript.log: never a crash; what is accepted is written back byte for byte.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "ceremony/transcript.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = base::text_of({data, size});
  const ceremony::TranscriptReading reading =
      ceremony::read_transcript(content, ceremony::Keep::kAll);
  std::string again;
  for (const ceremony::TranscriptEntry& entry : reading.transcript.entries()) {
    again += entry.sha256 + " " + entry.text + "\n";
  }
  if (content.substr(0, again.size()) != again ||
      (reading.flaws.empty() && again.size() != content.size())) {
    std::abort();
  }
  // The fuzzer cannot guess a hash, so the text of a line is also tried with a fitting one.
  const std::string line = base::sha256_hex({data, size}) + " " + std::string(content) + "\n";
  const auto single = ceremony::Transcript::parse(line);
  const auto json = ceremony::parse_json(content);
  if ((single && single->entries().front().text != content) ||
      (json && ceremony::write_json(*json).value() != content)) {
    std::abort();
  }
  return 0;
}
