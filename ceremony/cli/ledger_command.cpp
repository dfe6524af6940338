// ceremony/cli/ledger_command.cpp - `conclave ledger`: a site's copy of the CA record looked at,
// brought up to date, and, where both sites have acted, what a merge would come to.

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/ledger_import.h"
#include "ceremony/ledger_merge.h"
#include "ceremony/ledger_slip.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kLargestSignersFile = 1U << 20U;  // bytes
constexpr std::string_view kStatusFormat = "conclave-ledger-status-1";

struct LedgerArguments {
  std::string site;
  std::string from;
  std::string signers;  // "" where the option was not given
  bool json = false;
};

void print_state(const LedgerState& state, const Slip& slip) {
  std::cout << "Entries: " << state.sequence << "\nHead: " << state.head
            << "\nSlip: " << slip_line(slip) << "\nEpoch: " << state.epoch
            << "\nLive site: " << (state.live_site.empty() ? "the first one" : state.live_site)
            << "\nCertificates: " << state.issued.size() << "\nCRL number: " << state.crl_number
            << "\nRevoked: " << state.revoked.size() << '\n';
}

void print_json(const LedgerState& state, const Slip& slip) {
  const Json status = {{"format", kStatusFormat},
                       {"entries", state.sequence},
                       {"head", state.head},
                       {"slip", slip_line(slip)},
                       {"epoch", state.epoch},
                       {"live_site", state.live_site},
                       {"certificates", state.issued.size()},
                       {"crl_number", state.crl_number},
                       {"revoked", state.revoked.size()}};
  std::cout << status.dump(2) << '\n';
}

ExitCode show_status(const LedgerArguments& arguments) {
  auto state = read_ledger(std::filesystem::path(arguments.site) / "ledger");
  if (!state) {
    return report(state.error());
  }
  auto slip = slip_of(*state);
  if (!slip) {
    return report(slip.error());
  }
  arguments.json ? print_json(*state, *slip) : print_state(*state, *slip);
  return ExitCode::kDone;
}

using PaperKeys = std::optional<std::vector<PaperSigner>>;

base::Result<PaperKeys> paper_keys(const std::string& file) {
  if (file.empty()) {
    return PaperKeys();
  }
  auto content = base::read_file(file, kLargestSignersFile);
  if (!content) {
    return std::move(content).error();
  }
  auto signers = parse_signers(base::text_of(*content));
  if (!signers) {
    return std::move(signers).error();
  }
  return PaperKeys(std::move(signers).value());
}

ExitCode import_into(const LedgerArguments& arguments) {
  auto paper = paper_keys(arguments.signers);
  if (!paper) {
    report(paper.error());
    return ExitCode::kUsage;
  }
  const std::filesystem::path from = arguments.from;
  const std::filesystem::path to = arguments.site;
  auto imported = import_records({.from = from, .to = to}, *paper);
  if (!imported) {
    return report(imported.error());
  }
  std::cout << imported->records << " records imported, read back and equal";
  std::cout << (*paper ? "; all are signed by the keys of the paper roster\n"
                       : "; the signers were not compared with paper (--signers)\n");
  if (imported->tips.size() > 1) {
    return report({.code = base::ErrorCode::kInconsistent,
                   .message = "both sites have acted: this ledger has two branches now, and "
                              "nothing may be signed here; look at them with \"conclave ledger "
                              "merge\", and hold the ceremony ledger-merge"});
  }
  return *paper ? ExitCode::kDone : ExitCode::kSignersUnverified;
}

ExitCode show_merge(const LedgerArguments& arguments) {
  auto ledger = Ledger::read(std::filesystem::path(arguments.site) / "ledger");
  if (!ledger) {
    return report(ledger.error());
  }
  auto heads = proposed_merge(*ledger);
  if (!heads) {
    return report(heads.error());
  }
  auto merge = plan_merge(*ledger, *heads);
  if (!merge) {
    return report(merge.error());
  }
  for (const std::string& line : merge_lines(*merge)) {
    std::cout << line << '\n';
  }
  std::cout << "\nNothing was changed. Hold the ceremony ledger-merge; its plan says:\n\n"
            << "sequence = " << merge->kept.state.sequence + 1 << "\nprevious_head = \""
            << heads->kept << "\"\n\n[merge]\njoined = \"" << heads->joined << "\"\n";
  return ExitCode::kDone;
}

void add_site(CLI::App& verb, LedgerArguments& arguments) {
  verb.add_option("site", arguments.site, "The vault folder of the site")
      ->required()
      ->check(objection_to_file_name);
}

}  // namespace

void add_ledger_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const ledger = app.add_subcommand("ledger", "A site's copy of the CA record");
  ledger->require_subcommand(1);
  const auto arguments = std::make_shared<LedgerArguments>();

  CLI::App* const status =
      ledger->add_subcommand("status", "How far this copy goes, its epoch, and who is live");
  add_site(*status, *arguments);
  status->add_flag("--json", arguments->json, "The state for programs");
  status->callback([arguments, &outcome] { outcome.code = show_status(*arguments); });

  CLI::App* const import = ledger->add_subcommand(
      "import",
      "Copies the records of another site, or published ones, into this copy; each is verified\n"
      "first, and nothing is overwritten. Exit codes: 0 done, 1 refused, or both sites have "
      "acted,\n"
      "4 done, signers not compared with paper.");
  add_site(*import, *arguments);
  import->add_option("--from", arguments->from, "A site, a folder of records, or one record")
      ->required()
      ->check(objection_to_file_name);
  import->add_option("--signers", arguments->signers, "The keys from the paper roster, one a line")
      ->check(objection_to_file_name);
  import->callback([arguments, &outcome] { outcome.code = import_into(*arguments);
});

CLI::App* const merge = ledger->add_subcommand(
    "merge",
    "What both branches have done after both sites acted, the union of revocations, the next\n"
    "CRL number, and what the plan of the ceremony ledger-merge must say. Changes nothing.");
add_site(*merge, *arguments);
merge->callback([arguments, &outcome] { outcome.code = show_merge(*arguments); });
}  // namespace ceremony::cli

}  // namespace ceremony::cli
