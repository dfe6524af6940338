// `conclave plan new` and `conclave plan check`: one reviewed file for a ceremony, from its
// template to the words that are read aloud.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/calendar.h"
#include "base/digest_words.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/data_folder.h"
#include "ceremony/plan_check.h"
#include "ceremony/plan_template.h"
#include "ceremony/script.h"

namespace ceremony::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlanFormat = "conclave-plan-check-1";
constexpr std::string_view kPlanSource = "docs/formats/plan.md";

struct NewPlanArguments {
  std::string type;
  std::string out;              // "": print
  std::string previous_record;  // "": the first ceremony
  std::string date;             // "": today
};

struct CheckPlanArguments {
  std::string plan;
  std::string annex;
  std::string requests;
  std::string ledger;
  std::string data;
  bool json = false;
};

// The plan's own name with ".annex" before its ending: "crl.toml", "crl.annex.toml".
fs::path annex_path(const fs::path& plan) {
  return plan.parent_path() / (plan.stem().string() + ".annex" + plan.extension().string());
}

// What is to be written; an annex only where the ceremony has one.
struct Templates {
  std::string plan;
  std::string annex;
};

ExitCode save_templates(const fs::path& path, const Templates& templates) {
  if (!templates.annex.empty()) {
    const auto saved = base::save_new(annex_path(path), base::bytes_of(templates.annex));
    if (!saved) {
      return report(saved.error());
    }
    std::cout << "Written: " << annex_path(path).string() << " (confidential)\n";
  }
  const auto saved = base::save_new(path, base::bytes_of(templates.plan));
  if (!saved) {
    return report(saved.error());
  }
  std::cout << "Written: " << path.string()
            << "\nNow replace what stands in <angle brackets>, then: conclave plan check "
            << path.string() << '\n';
  return ExitCode::kDone;
}

base::Result<PlanBeginnings> beginnings(const NewPlanArguments& arguments) {
  return arguments.previous_record.empty() ? first_beginnings()
                                           : read_beginnings(arguments.previous_record);
}

ExitCode make_plan(const NewPlanArguments& arguments) {
  const auto data = find_data_folder();
  if (!data) {
    return report(data.error());
  }
  const auto script = load_script(*data / "scripts", arguments.type, action_names());
  if (!script) {
    return report(base::Error(script.error()).while_doing("no plan was written"));
  }
  const auto before = beginnings(arguments);
  if (!before) {
    return report(before.error());
  }
  const auto date = arguments.date.empty()
                        ? base::Result<base::Date>(base::date_of(base::SystemClock().now()))
                        : base::parse_date(arguments.date);
  if (!date) {
    return report(date.error());
  }
  const std::string plan = plan_template(*script, *before, *date);
  if (arguments.out.empty()) {
    std::cout << plan;
    return ExitCode::kDone;
  }
  return save_templates(arguments.out, {.plan = plan, .annex = annex_template(*script)});
}

void add_findings(const std::string& file,
                  const PlanFaults& faults,
                  std::vector<FileFinding>& findings) {
  for (const PlanFault& fault : faults) {
    findings.push_back({.file = file,
                        .finding = {.rule = fault.rule,
                                    .severity = fault.severity,
                                    .field = fault.field,
                                    .source = std::string(kPlanSource),
                                    .message = fault.message},
                        .line = fault.line});
  }
}

// What could not be looked at, so that silence is not taken for approval.
std::string not_looked_at(const CheckPlanArguments& arguments) {
  std::string text;
  for (const auto& [given, what] : {std::pair{&arguments.annex, "the annex (--annex)"},
                                    std::pair{&arguments.requests, "the requests (--requests)"},
                                    std::pair{&arguments.ledger, "the records (--ledger)"}}) {
    if (given->empty()) {
      text += (text.empty() ? "" : ", ") + std::string(what);
    }
  }
  return text.empty() ? text : "Not looked at: " + text + ".\n";
}

void show_plan(const CheckPlanArguments& arguments, const PlanReport& found) {
  std::cout << "SHA-256:     " << base::digest_hex(found.digest)
            << "\nin 32 words: " << base::digest_words(found.digest) << "\n"
            << not_looked_at(arguments)
            << (is_sound(found) ? "Nothing stands against this plan.\n"
                                : "This plan cannot be used.\n");
}

ExitCode check(const CheckPlanArguments& arguments) {
  const auto data = find_data_folder();
  if (!data) {
    return report(data.error());
  }
  const auto found = check_plan({.plan = arguments.plan,
                                 .annex = arguments.annex,
                                 .requests = arguments.requests,
                                 .ledger = arguments.ledger,
                                 .data = *data,
                                 .today = base::date_of(base::SystemClock().now())});
  if (!found) {
    return report(found.error());
  }
  std::vector<FileFinding> findings;
  add_findings(arguments.plan, found->plan, findings);
  add_findings(arguments.annex, found->annex, findings);
  if (arguments.json) {
    std::cout << findings_json(kPlanFormat, findings, is_sound(*found));
  } else {
    std::cout << findings_text(findings);
    show_plan(arguments, *found);
  }
  return is_sound(*found) ? ExitCode::kDone : ExitCode::kRefused;
}

void add_new_plan(CLI::App& plan, Outcome& outcome) {
  CLI::App* const command = plan.add_subcommand(
      "new",
      "Write a plan to be filled in, with every field explained, and its annex beside it.\n"
      "Example: conclave plan new crl --previous-record site-1/ledger --out crl.toml");
  const auto arguments = std::make_shared<NewPlanArguments>();
  command
      ->add_option("TYPE",
                   arguments->type,
                   "The ceremony: root-generation, subordinate-signing, "
                   "crl, ... (a script's name)")
      ->required();
  command
      ->add_option("--out",
                   arguments->out,
                   "Write to this new file, and the annex beside it; "
                   "without it the plan is printed")
      ->check(objection_to_file_name);
  command
      ->add_option("--previous-record",
                   arguments->previous_record,
                   "The last record's folder, or that of all: number, head and officers come from "
                   "there")
      ->check(objection_to_file_name);
  command->add_option("--date", arguments->date, "The day of the ceremony, YYYY-MM-DD; else today");
  command->callback([arguments, &outcome] { outcome.code = make_plan(*arguments); });
}

void add_check_plan(CLI::App& plan, Outcome& outcome) {
  CLI::App* const command = plan.add_subcommand(
      "check",
      "Find everything that is wrong with a plan, and show its digest as words.\n"
      "Example: conclave plan check crl.toml --annex crl.annex.toml --ledger site-1/ledger\n"
      "Exit code 0: nothing stands against it; 1: something does, or it cannot be read.");
  const auto arguments = std::make_shared<CheckPlanArguments>();
  command->add_option("PLAN", arguments->plan, "The plan")->required();
  command->add_option("--annex", arguments->annex, "Its annex (confidential)")
      ->check(objection_to_file_name);
  command->add_option("--requests", arguments->requests, "The folder with the request files")
      ->check(objection_to_file_name);
  command->add_option("--ledger", arguments->ledger, "The folder with the records before")
      ->check(objection_to_file_name);
  command->add_flag("--json", arguments->json, "Print the findings as JSON");
  command->callback([arguments, &outcome] { outcome.code = check(*arguments); });
}

}  // namespace

void add_plan_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const plan =
      app.add_subcommand("plan", "The reviewed file that says what a ceremony is to do");
  plan->require_subcommand(1);
  add_new_plan(*plan, outcome);
  add_check_plan(*plan, outcome);
}

}  // namespace ceremony::cli
