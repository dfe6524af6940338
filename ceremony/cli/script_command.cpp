// `conclave script check` and `conclave script print`: a ceremony's steps, judged, and on paper.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/data_folder.h"
#include "ceremony/plan.h"
#include "ceremony/script.h"
#include "ceremony/script_check.h"
#include "ceremony/script_page.h"

namespace ceremony::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScriptFormat = "conclave-script-check-1";
constexpr std::string_view kScriptSource = "docs/formats/script.md";

struct ScriptArguments {
  std::string script;  // a file, or the name of one that is shipped
  std::string plan;    // "": none
  std::string out;
  bool json = false;
};

// A file of somebody's own may have blocks beside it; else those that are shipped are meant.
base::Result<ScriptFiles> files_of(const std::string& script) {
  const auto data = find_data_folder();
  if (!data) {
    return data.error();
  }
  const fs::path shipped = *data / "scripts";
  std::error_code failed;
  if (!fs::is_regular_file(script, failed)) {
    return ScriptFiles{.script = shipped / (fs::path(script).filename().string() + ".toml"),
                       .blocks = shipped / "blocks"};
  }
  const fs::path own_blocks = fs::path(script).parent_path() / "blocks";
  return ScriptFiles{
      .script = script,
      .blocks = fs::is_directory(own_blocks, failed) ? own_blocks : shipped / "blocks"};
}

base::Result<Script> read_named(const std::string& name) {
  const auto files = files_of(name);
  return files ? read_script(*files) : base::Result<Script>(files.error());
}

FileFinding finding_of(const std::string& file, const ScriptFault& fault) {
  const std::string step = fault.step.empty() ? "" : "step \"" + fault.step + "\": ";
  return {.file = file,
          .finding = {.rule = fault.rule,
                      .severity = base::Severity::kError,
                      .field = fault.step,
                      .source = std::string(kScriptSource),
                      .message = step + fault.message}};
}

ExitCode check_steps_of(const ScriptArguments& arguments) {
  const auto script = read_named(arguments.script);
  if (!script && script.error().code == base::ErrorCode::kNotFound) {
    return report(script.error());
  }
  const std::vector<ScriptFault> faults =
      script ? object_to_script(*script, action_names())
             : std::vector<ScriptFault>{
                   {.rule = "script-form", .step = {}, .message = script.error().message}};
  std::vector<FileFinding> findings;
  findings.reserve(faults.size());
  for (const ScriptFault& fault : faults) {
    findings.push_back(finding_of(arguments.script, fault));
  }
  if (arguments.json) {
    std::cout << findings_json(kScriptFormat, findings, findings.empty());
  } else if (findings.empty()) {
    std::cout << script->steps.size() << " steps, nothing stands against them.\n";
  } else {
    std::cout << findings_text(findings) << "No ceremony can be held with this script.\n";
  }
  return findings.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode print_script(const ScriptArguments& arguments) {
  const auto script = read_named(arguments.script);
  if (!script) {
    return report(script.error());
  }
  if (const auto sound = check_script(*script, action_names()); !sound) {
    return report(base::Error(sound.error()).while_doing("nothing was written"));
  }
  Plan plan;
  if (!arguments.plan.empty()) {
    auto read = read_plan(arguments.plan);
    if (!read) {
      return report(read.error());
    }
    plan = std::move(read).value();
    if (plan.ceremony != script->name) {
      return report(base::Error{base::ErrorCode::kInconsistent,
                                "this plan is for the ceremony \"" + plan.ceremony +
                                    "\"; nothing was written; name its script"});
    }
  }
  const std::string page = script_page(*script, arguments.plan.empty() ? nullptr : &plan);
  const auto saved = base::save_new(arguments.out, base::bytes_of(page));
  if (!saved) {
    return report(saved.error());
  }
  std::cout << "Written: " << arguments.out << " (open it in a browser and print it, A4)\n";
  return ExitCode::kDone;
}

}  // namespace

void add_script_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const script = app.add_subcommand("script", "The steps of a kind of ceremony");
  script->require_subcommand(1);
  CLI::App* const check = script->add_subcommand(
      "check",
      "Find everything that is wrong with a script: a file, or the name of one that is shipped.\n"
      "Example: conclave script check root-generation\n"
      "Exit code 0: nothing stands against it; 1: something does, or it cannot be read.");
  const auto to_check = std::make_shared<ScriptArguments>();
  check->add_option("SCRIPT", to_check->script, "FILE.toml, or a name like \"crl\"")
      ->required()
      ->check(objection_to_file_name);
  check->add_flag("--json", to_check->json, "Print the findings as JSON");
  check->callback([to_check, &outcome] { outcome.code = check_steps_of(*to_check); });

  CLI::App* const print = script->add_subcommand(
      "print",
      "Write the script as a page for paper, with room for initials and times.\n"
      "Example: conclave script print crl --plan crl.toml --out crl.html");
  const auto to_print = std::make_shared<ScriptArguments>();
  print->add_option("SCRIPT", to_print->script, "FILE.toml, or a name like \"crl\"")
      ->required()
      ->check(objection_to_file_name);
  print->add_option("--plan", to_print->plan, "Put in what this plan says: date, officers, work")
      ->check(objection_to_file_name);
  print->add_option("--out", to_print->out, "The new HTML file")
      ->required()
      ->check(objection_to_file_name);
  print->callback([to_print, &outcome] { outcome.code = print_script(*to_print); });
}

}  // namespace ceremony::cli
