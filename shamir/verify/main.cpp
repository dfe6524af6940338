// shamir/verify/main.cpp - `conclave-verify`: checks one share anywhere; it cannot combine any.

#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/secret_bytes.h"
#include "base/text_encoding.h"
#include "shamir/verify/verify_command.h"

namespace shamir::verify {

namespace {

// As those of `conclave` (docs/FORMATS.md).
enum class ExitCode : int { kDone = 0, kRefused = 1, kUsage = 2, kVerificationFailed = 3 };

constexpr std::size_t kLockedBytes = std::size_t{1}
                                     << 18U;  // one share, its keys and what is typed

constexpr const char* kHelp =
    "Checks one share alone: format and check characters, passphrase, set, generation and the\n"
    "dealer's signature, and lets it sign a challenge that the witness chooses. No secret is\n"
    "rebuilt; this program holds no code that could.\n"
    "\n"
    "It prints \"good\" and the three words of the share, for its holder to compare with the own\n"
    "notebook, then the proof for the confidential record.\n"
    "Where a ceremony elsewhere verifies shares, its screen shows the challenge, and takes the\n"
    "proof in place of the share.\n"
    "Exit codes: 0 good; 1 the command could not be done; 2 the command line was not understood;\n"
    "3 the share is not good.\n"
    "\n"
    "Examples:\n"
    "  conclave-verify --header set.header share.conclave\n"
    "  conclave-verify --header set.header card.txt\n"
    "  conclave-verify --header set.header - < typed-lines.txt";

// What says nothing about the share: a file that is not there, a machine without the memory.
bool is_about_the_machine(base::ErrorCode code) {
  return code == base::ErrorCode::kNotFound || code == base::ErrorCode::kStorageFailure ||
         code == base::ErrorCode::kDeviceFailure;
}

ExitCode print(const VerifiedShare& good) {
  std::cout << "good: " << good.check_name
            << "\npossession-key: " << base::to_hex(good.possession_key)
            << "\nproof: " << base::to_hex(good.signature) << '\n'
            << std::flush;
  if (!std::cout) {
    std::cerr << "conclave-verify: the answer could not be written to its end; do this again\n";
    return ExitCode::kRefused;
  }
  return ExitCode::kDone;
}

ExitCode verify(const VerifyArguments& arguments) {
  if (const auto memory = base::require_secret_memory(kLockedBytes); !memory) {
    std::cerr << "conclave-verify: " << memory.error().message << '\n';
    return ExitCode::kRefused;
  }
  const auto good = verify_one(arguments);
  if (good) {
    return print(*good);
  }
  std::cerr << "conclave-verify: " << good.error().message << '\n';
  return is_about_the_machine(good.error().code) ? ExitCode::kRefused
                                                 : ExitCode::kVerificationFailed;
}

int run(int argc, char** argv) {
  CLI::App app("Conclave: checks one share of a split key.", "conclave-verify");
  app.footer(kHelp);
  VerifyArguments arguments;
  app.add_option("--header", arguments.header, "the file set.header of the share's set")
      ->required();
  app.add_option("share", arguments.share, "the share, a card's lines, or - for standard input")
      ->required();
  app.add_option("--challenge",
                 arguments.challenge,
                 "what the share signs; without this it is asked for at the terminal");
  app.add_option("--possession-key",
                 arguments.possession_key,
                 "the share's key in the confidential record (hex), to be compared");
  app.add_option("--passphrase-file",
                 arguments.passphrase_file,
                 "a file with the passphrase; without this it is asked for at the terminal");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(app.exit(error) == 0 ? ExitCode::kDone : ExitCode::kUsage);
  }
  return static_cast<int>(verify(arguments));
}

}  // namespace

}  // namespace shamir::verify

// Nothing of ours throws; what the libraries throw (no memory left, above all) ends here.
int main(int argc, char** argv) {
  try {
    return shamir::verify::run(argc, argv);
  } catch (...) {
    static_cast<void>(std::fputs(
        "conclave-verify: it ended early, most likely because the memory is full; nothing was "
        "changed; close other programs and do this again\n",
        stderr));
    return static_cast<int>(shamir::verify::ExitCode::kRefused);
  }
}
