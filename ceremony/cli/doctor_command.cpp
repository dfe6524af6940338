// ceremony/cli/doctor_command.cpp - `conclave doctor`: is this computer fit for PRODUCTION?

#include <iostream>
#include <memory>

#include "base/entropy.h"
#include "base/machine.h"
#include "ceremony/cli/command.h"

namespace ceremony::cli {

namespace {

struct DoctorOptions {
  bool json = false;
};

base::MachineCheck check_random_source() {
  base::MachineCheck check{"random-source", "The random source passed its tests.", {}};
  base::SodiumSource source;
  const auto tested = base::TestedSource::start(source);
  if (!tested) {
    check.findings.push_back({.rule = check.rule,
                              .severity = base::Severity::kError,
                              .field = source.name(),
                              .source = "NIST SP 800-90B section 4.3",
                              .message = tested.error().message});
  }
  return check;
}

std::string_view verdict_of(base::Severity severity) {
  switch (severity) {
    case base::Severity::kNotice:
      return "NOTE  ";
    case base::Severity::kWarning:
      return "WARN  ";
    case base::Severity::kError:
      return "FAIL  ";
  }
  return "?     ";
}

void print_for_people(const std::vector<base::MachineCheck>& checks) {
  for (const base::MachineCheck& check : checks) {
    if (check.findings.empty()) {
      std::cout << "PASS  " << check.passed << '\n';
    }
    for (const base::Finding& finding : check.findings) {
      std::cout << verdict_of(finding.severity) << finding.message << '\n';
    }
  }
  std::cout << (base::is_fit_for_production(checks)
                    ? "\nThis computer is fit for PRODUCTION.\n"
                    : "\nThis computer is NOT fit for PRODUCTION: see each FAIL above. Rehearsals "
                      "and drills may run here.\n");
}

void print_for_machines(const std::vector<base::MachineCheck>& checks) {
  std::vector<FileFinding> findings;
  for (const base::MachineCheck& check : checks) {
    for (const base::Finding& finding : check.findings) {
      findings.push_back({.file = "", .finding = finding});
    }
  }
  std::cout << findings_json("conclave-doctor-1", findings, base::is_fit_for_production(checks));
}

ExitCode examine(const DoctorOptions& options) {
  auto checks = base::check_machine(base::Surroundings::of_this_process());
  checks.push_back(check_random_source());
  options.json ? print_for_machines(checks) : print_for_people(checks);
  return base::is_fit_for_production(checks) ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

void add_doctor_command(CLI::App& app, Outcome& outcome) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* const doctor =
      app.add_subcommand("doctor", "Say whether this computer is fit for PRODUCTION, and why not");
  doctor->add_flag("--json", options->json, "Print the findings as JSON");
  doctor->callback([options, &outcome] { outcome.code = examine(*options); });
}

}  // namespace ceremony::cli
