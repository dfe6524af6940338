// tests/record/record_tool.cpp - makes a sample record, and verifies one through the library.
//
//   record_tool make FOLDER VERIFY_PY THRESHOLD SHARES
//   record_tool verify [--signers FILE] PATH      (exit codes as of `conclave transcript verify`)

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/transcript_verifier.h"
#include "support/sample_record.h"

namespace {

constexpr int kUsage = 2;
constexpr std::size_t kLargestSigners = std::size_t{1} << 20U;  // as the command takes

int make(const std::vector<std::string>& arguments) {
  const auto number = [](const std::string& text) {
    return static_cast<unsigned>(std::strtoul(text.c_str(), nullptr, 10));
  };
  support::make_sample_record({.folder = arguments[1],
                               .verify_py = arguments[2],
                               .quorum = {number(arguments[3]), number(arguments[4])}});
  return 0;
}

int code_of(ceremony::RecordState state) {
  switch (state) {
    case ceremony::RecordState::kVerified:
      return 0;
    case ceremony::RecordState::kSignersUnverified:
      return 4;
    case ceremony::RecordState::kBroken:
      break;
  }
  return 3;
}

int verify(const std::vector<std::string>& arguments) {
  std::optional<std::vector<ceremony::PaperSigner>> paper;
  if (arguments.size() == 4) {
    const auto content = base::read_file(arguments[2], kLargestSigners);
    auto signers = content ? ceremony::parse_signers(base::text_of(*content))
                           : base::Result<std::vector<ceremony::PaperSigner>>(content.error());
    if (!signers) {
      std::cerr << signers.error().message << '\n';
      return kUsage;
    }
    paper = std::move(signers).value();
  }
  const auto verdict = ceremony::verify_record(arguments.back(), paper);
  if (!verdict) {
    std::cerr << verdict.error().message << '\n';
    return kUsage;
  }
  std::cout << ceremony::verdict_text(*verdict);
  return code_of(verdict->state);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 5 && arguments[0] == "make") {
    return make(arguments);
  }
  const bool plain = arguments.size() == 2;
  if (!arguments.empty() && arguments[0] == "verify" &&
      (plain || (arguments.size() == 4 && arguments[1] == "--signers"))) {
    return verify(arguments);
  }
  std::cerr << "usage: record_tool make FOLDER VERIFY_PY THRESHOLD SHARES\n"
               "       record_tool verify [--signers FILE] PATH\n";
  return kUsage;
}
