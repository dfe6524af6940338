// `conclave transcript verify`: the verdict on a public record, the same as verify.py gives.

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/transcript_verifier.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kMaxSignersBytes = std::size_t{1} << 20U;
constexpr std::string_view kVerifyFormat = "conclave-verification-1";

enum class Output { kText, kJson };

struct VerifyArguments {
  std::string path;
  std::string signers;  // "" where the option was not given
  bool json = false;
};

using Paper = std::optional<std::vector<PaperSigner>>;

base::Result<Paper> read_paper(const std::string& path) {
  if (path.empty()) {
    return Paper();
  }
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);  // a link to the file is the file
  const auto content =
      base::read_file(failed ? std::filesystem::path(path) : real, kMaxSignersBytes);
  if (!content) {
    return content.error();
  }
  auto signers = parse_signers(base::text_of(*content));
  if (!signers) {
    return signers.error();
  }
  return Paper(std::move(signers).value());
}

ExitCode code_of(RecordState state) {
  switch (state) {
    case RecordState::kVerified:
      return ExitCode::kDone;
    case RecordState::kSignersUnverified:
      return ExitCode::kSignersUnverified;
    case RecordState::kBroken:
      break;
  }
  return ExitCode::kVerificationFailed;
}

void print(const RecordVerdict& verdict, Output output) {
  if (output == Output::kText) {
    std::cout << verdict_text(verdict);
    return;
  }
  std::vector<FileFinding> findings;
  for (const RecordFinding& found : verdict.findings) {
    findings.push_back({found.file, found.finding});
  }
  std::cout << findings_json(kVerifyFormat, findings, verdict.state == RecordState::kVerified);
}

ExitCode usage(const base::Error& error) {
  report(error);
  return ExitCode::kUsage;
}

ExitCode verify(const VerifyArguments& arguments) {
  const auto paper = read_paper(arguments.signers);
  if (!paper) {
    return usage(paper.error());
  }
  const auto verdict = verify_record(arguments.path, *paper);
  if (!verdict) {
    return usage(verdict.error());
  }
  print(*verdict, arguments.json ? Output::kJson : Output::kText);
  return code_of(verdict->state);
}

}  // namespace

void add_transcript_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const transcript = app.add_subcommand("transcript", "The public record of ceremonies");
  transcript->require_subcommand(1);
  CLI::App* const command = transcript->add_subcommand(
      "verify",
      "Verifies a record: hashes, chain, seals, signatures, evaluation.\n"
      "Exit codes: 0 verified, 2 usage, 3 it does not hold, 4 consistent, signers not verified.");
  const auto arguments = std::make_shared<VerifyArguments>();
  command
      ->add_option("path", arguments->path, "A ceremony's folder, or that of all (record/public)")
      ->required();
  command->add_option("--signers", arguments->signers, "The keys from the paper roster, one a line")
      ->check(objection_to_file_name);
  command->add_flag("--json", arguments->json, "The verdict for programs");
  command->callback([arguments, &outcome] { outcome.code = verify(*arguments); });
}

}  // namespace ceremony::cli
