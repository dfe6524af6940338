// `conclave quorum plan`: what each number of shares needed would mean, before a key is split.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/quorum_plan.h"
#include "ceremony/quorum_sheet.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kLargestPlaces = std::size_t{1} << 16U;  // bytes; a holder takes 60
constexpr double kUsualHolderLoss = 0.02;
constexpr double kUsualSiteLoss = 0.01;

struct QuorumArguments {
  std::string places;                // "": the options below
  std::vector<std::string> holders;  // "Europe/Berlin"
  std::vector<std::string> copies;   // "Europe"
  LossRates rates = {.holder = kUsualHolderLoss, .site = kUsualSiteLoss};
};

base::Result<QuorumPlaces> places_in_options(const QuorumArguments& arguments) {
  QuorumPlaces places;
  for (const std::string& text : arguments.holders) {
    auto holder = placed_holder_named(text);
    if (!holder) {
      return std::move(holder).error();
    }
    places.holders.push_back(std::move(holder).value());
  }
  for (const std::string& name : arguments.copies) {
    auto continent = continent_named(name);
    if (!continent) {
      return std::move(continent).error();
    }
    places.backup_sites.push_back(*continent);
  }
  return places;
}

base::Result<QuorumPlaces> places_of(const QuorumArguments& arguments) {
  if (arguments.places.empty()) {
    return places_in_options(arguments);
  }
  const auto bytes = base::read_file(arguments.places, kLargestPlaces);
  if (!bytes) {
    return bytes.error();
  }
  return parse_quorum_places(base::text_of(*bytes));
}

base::Result<QuorumFigures> figures_of(const QuorumArguments& arguments) {
  auto places = places_of(arguments);
  if (!places) {
    return std::move(places).error();
  }
  const auto access = shamir::ConfidentialAccess::in_the_room();
  auto choices = weigh_quorums(*places, arguments.rates, access);
  if (!choices) {
    return std::move(choices).error();
  }
  auto proposals = propose_quorums(*places, arguments.rates, access);
  if (!proposals) {
    return std::move(proposals).error();
  }
  return QuorumFigures{.places = std::move(places).value(),
                       .rates = arguments.rates,
                       .choices = std::move(choices).value(),
                       .proposals = std::move(proposals).value()};
}

ExitCode plan_quorum(const QuorumArguments& arguments) {
  if (isatty(STDOUT_FILENO) != 1) {
    return report({base::ErrorCode::kRefusedByPolicy,
                   "how many shares there are and how many open the key is confidential, so this "
                   "is shown on a terminal only, and never written to a file or handed to another "
                   "program; run it on the terminal of an owner of the key"});
  }
  const auto figures = figures_of(arguments);
  if (!figures) {
    return report(figures.error());
  }
  std::cout << quorum_sheet(*figures);
  return ExitCode::kDone;
}

constexpr const char* kQuorumHelp =
    "Count out what each number of shares needed (k) would mean for the holders that you have in\n"
    "mind (n of them): losses survived, who would have to collude, continents able to act alone,\n"
    "the chance that the key is lost, and what publishing would tell. The draft's layouts come as\n"
    "proposals: n = 2k - 1, and k holders on each continent.\n"
    "\n"
    "Everything shown is CONFIDENTIAL. It goes to your terminal and nowhere else; into a file or "
    "a\n"
    "pipe the program refuses to write it.\n"
    "\n"
    "PLACES is a file like this, one [[holder]] for each, without names of people; holders at one\n"
    "site are lost together. [[backup]] is where a copy of the encrypted key will lie:\n"
    "    [[holder]]\n"
    "    site = \"Berlin\"\n"
    "    continent = \"Europe\"\n"
    "    [[backup]]\n"
    "    continent = \"Europe\"\n"
    "\n"
    "Example: conclave quorum plan places.toml --holder-loss 0.05\n"
    "Without a file: conclave quorum plan --holder Europe/Berlin --holder Europe/Rome\n"
    "  --holder Asia/Osaka --backup Europe   (a shell remembers it: better take a file)";

}  // namespace

void add_quorum_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const quorum =
      app.add_subcommand("quorum", "How many holders, and how many of them open the key");
  quorum->require_subcommand(1);
  CLI::App* const plan = quorum->add_subcommand("plan", kQuorumHelp);
  const auto arguments = std::make_shared<QuorumArguments>();
  CLI::Option* const file =
      plan->add_option("PLACES", arguments->places, "Where the holders are (TOML, confidential)")
          ->check(objection_to_file_name);
  CLI::Option* const holders =
      plan->add_option("--holder", arguments->holders, "CONTINENT/SITE of one holder; repeat it")
          ->allow_extra_args(false)
          ->excludes(file);
  plan->add_option("--backup", arguments->copies, "Continent with a copy; repeat it")
      ->allow_extra_args(false)
      ->needs(holders);
  plan->add_option("--holder-loss",
                   arguments->rates.holder,
                   "Chance, 0 to 1, that one holder's share is of no use when it is wanted")
      ->capture_default_str();
  plan->add_option("--site-loss",
                   arguments->rates.site,
                   "Chance, 0 to 1, that one site is lost with every share there")
      ->capture_default_str();
  plan->callback([arguments, &outcome] { outcome.code = plan_quorum(*arguments); });
}

}  // namespace ceremony::cli
