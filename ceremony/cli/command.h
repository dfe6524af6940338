// ceremony/cli/command.h - what the verbs of the `conclave` command share.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/finding.h"
#include "base/result.h"
#include "ceremony/json_lines.h"

namespace ceremony::cli {

// Exit codes; stable, documented in docs/FORMATS.md.
enum class ExitCode : int {
  kDone = 0,
  kRefused = 1,             // refused, or failed
  kUsage = 2,               // the command line was not understood
  kVerificationFailed = 3,  // what was to be verified does not hold
  kSignersUnverified = 4,   // consistent, but nobody said whose keys must have signed
  kInternal = 70,           // out of memory, or a library threw
};

// Where a verb leaves its exit code for main().
struct Outcome {
  ExitCode code = ExitCode::kDone;
};

// Each adds its verbs below `app`. `outcome` must outlive the parse.
void add_share_commands(CLI::App& app, Outcome& outcome);
void add_transcript_commands(CLI::App& app, Outcome& outcome);
void add_request_commands(CLI::App& app, Outcome& outcome);
void add_certificate_commands(CLI::App& app, Outcome& outcome);
void add_evaluate_command(CLI::App& app, Outcome& outcome);
void add_ledger_commands(CLI::App& app, Outcome& outcome);
void add_plan_commands(CLI::App& app, Outcome& outcome);
void add_script_commands(CLI::App& app, Outcome& outcome);
void add_quorum_commands(CLI::App& app, Outcome& outcome);
void add_signer_commands(CLI::App& app, Outcome& outcome);
void add_keeper_commands(CLI::App& app, Outcome& outcome);
void add_record_commands(CLI::App& app, Outcome& outcome);
void add_doctor_command(CLI::App& app, Outcome& outcome);
void add_ceremony_commands(CLI::App& app, Outcome& outcome);
void add_rehearse_command(CLI::App& app, Outcome& outcome);

// For options that take a file, as CLI11's check(): "" for a name, else why it is none. An empty
// name (a script's variable that is not set) must not pass for the option not being given.
std::string objection_to_file_name(const std::string& name);

// Prints "conclave: MESSAGE" on standard error and gives the exit code for it (kRefused).
ExitCode report(const base::Error& error);

// A finding and the file it was found in ("" where there is none).
struct FileFinding {
  std::string file;
  base::Finding finding;
  std::size_t line = 0;  // of the file, from 1; 0: not known
};

// The findings as the one JSON form of all verbs, with a final LF:
// {"format": FORMAT, "ok": OK, "findings": [{rule, severity, field, source, file, message}]}, and
// "line" where it is known. What `more` has (an object) follows behind them.
std::string findings_json(std::string_view format,
                          const std::vector<FileFinding>& findings,
                          bool ok,
                          const Json& more = Json::object());

// The same for people: "FILE:LINE: severity: MESSAGE [rule; source]", one a line.
std::string findings_text(const std::vector<FileFinding>& findings);

}  // namespace ceremony::cli
