// ceremony/cli/main.cpp - the `conclave` command: parses its line and hands over to a verb.

#include <cstdio>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "ceremony/cli/command.h"
#include "ceremony/software.h"

namespace ceremony::cli {

namespace {

int run(int argc, char** argv) {
  CLI::App app(
      "Conclave: offline root CA and key ceremonies.\n"
      "To see a root key's whole life in one command: conclave rehearse --out DIR",
      "conclave");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(kSoftware));
  app.footer(
      "Exit codes: 0 done, 1 refused or failed, 2 the command line was not understood,\n"
      "3 verification failed, 4 consistent, but the signers were not verified,\n"
      "70 it ended early, most likely because the memory is full.");
  Outcome outcome;
  add_rehearse_command(app, outcome);
  add_plan_commands(app, outcome);
  add_script_commands(app, outcome);
  add_quorum_commands(app, outcome);
  add_ceremony_commands(app, outcome);
  add_share_commands(app, outcome);
  add_transcript_commands(app, outcome);
  add_request_commands(app, outcome);
  add_certificate_commands(app, outcome);
  add_ledger_commands(app, outcome);
  add_signer_commands(app, outcome);
  add_keeper_commands(app, outcome);
  add_record_commands(app, outcome);
  add_doctor_command(app, outcome);
  add_evaluate_command(app, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    outcome.code = app.exit(error) == 0 ? ExitCode::kDone : ExitCode::kUsage;
  }
  std::cout.flush();
  if (!std::cout && outcome.code == ExitCode::kDone) {
    std::cerr << "conclave: what it prints could not be written to the end, so part of it is "
                 "missing; see that there is room where it goes, and do this again\n";
    return static_cast<int>(ExitCode::kRefused);
  }
  return static_cast<int>(outcome.code);
}

}  // namespace

}  // namespace ceremony::cli

// Nothing of ours throws; what the libraries throw (no memory left, above all) ends here.
int main(int argc, char** argv) {
  try {
    return ceremony::cli::run(argc, argv);
  } catch (...) {
    static_cast<void>(std::fputs(
        "conclave: it ended early, most likely because the memory is full. What is on the "
        "media is whole; close other programs and do this again.\n",
        stderr));
    return static_cast<int>(ceremony::cli::ExitCode::kInternal);
  }
}
