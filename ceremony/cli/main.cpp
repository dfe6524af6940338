// ceremony/cli/main.cpp - the `conclave` command: parses its line and hands over to a verb.

#include <CLI/CLI.hpp>

#include "ceremony/cli/command.h"

int main(int argc, char** argv) {
  using namespace ceremony::cli;
  CLI::App app(
      "Conclave: offline root CA and key ceremonies.\n"
      "To see a root key's whole life in one command: conclave rehearse --out DIR",
      "conclave");
  app.require_subcommand(1);
  Outcome outcome;
  add_rehearse_command(app, outcome);
  add_share_commands(app, outcome);
  add_transcript_commands(app, outcome);
  add_request_commands(app, outcome);
  add_certificate_commands(app, outcome);
  add_doctor_command(app, outcome);
  add_evaluate_command(app, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return static_cast<int>(outcome.code);
}
