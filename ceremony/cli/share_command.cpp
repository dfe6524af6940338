// `conclave share`: the command lines of its verbs, and what --help teaches about them.

#include "ceremony/cli/share_command.h"

#include <functional>
#include <iostream>
#include <memory>

namespace ceremony::cli {

namespace {

// A page for each of the 256 shares of the largest set (1 MiB), their words as they were read
// (256 KiB, and a copy), and what stands beside them.
constexpr std::size_t kLockedBytes = std::size_t{2} << 20U;

constexpr const char* kSplitHelp =
    "The secret comes on standard input as hex digits, or as bytes with --raw; never as an\n"
    "argument. It must be a key that nobody can guess, because set.header commits to it.\n"
    "\n"
    "Without --words: OUT/share-TAG.conclave for each share, each locked with a passphrase of its\n"
    "own, and OUT/set.header. If the folder of passphrases is empty or not there, six words are\n"
    "drawn for each share and written to DIR/TAG.txt (mode 0600). If it holds files NAME.txt, one\n"
    "for each share, they are taken, and NAME is the TAG. The files are read back, opened and\n"
    "combined before the command ends well. Nothing that exists is overwritten.\n"
    "With --words: standard SLIP-39 mnemonics on standard output, one a line. They are not locked\n"
    "and show the threshold.\n"
    "\n"
    "Examples:\n"
    "  openssl rand -hex 32 | conclave share split --threshold 3 --shares 5 \\\n"
    "      --out set --passphrase-dir passphrases\n"
    "  conclave share split --words --threshold 2 --shares 3 < key.hex";

constexpr const char* kCombineHelp =
    "Without --words: opens each FILE (share-TAG.conclave, or a text with the lines of a card)\n"
    "with DIR/TAG.txt, or where there is none with every NAME.txt in DIR until one fits. A share\n"
    "that is damaged, altered, of another set or entered twice is named and left out; the secret\n"
    "is printed only if it is the one that set.header commits to.\n"
    "With --words: reads SLIP-39 mnemonics from standard input, one a line, as many as they ask\n"
    "for; groups and 1-of-1 too. A wrong SLIP-39 passphrase gives a wrong secret and no error:\n"
    "that is how the standard is.\n"
    "\n"
    "Examples:\n"
    "  conclave share combine --header set/set.header --passphrase-dir passphrases \\\n"
    "      set/share-AAAA.conclave set/share-BBBB.conclave set/share-CCCC.conclave\n"
    "  conclave share combine --words < mnemonics.txt";

constexpr const char* kVerifyHelp =
    "Each FILE is opened and checked alone: nothing is combined and no secret is rebuilt.\n"
    "Exit code 0: all verified; 3: at least one was not.\n"
    "\n"
    "Example:\n"
    "  conclave share verify --header set/set.header --passphrase-dir passphrases \\\n"
    "      set/share-AAAA.conclave";

constexpr const char* kInspectHelp =
    "Says of each FILE what it is, from what it says to everybody; needs no passphrase.\n"
    "\n"
    "Example:\n"
    "  conclave share inspect --json set/*";

constexpr const char* kCardHelp =
    "Prints the card of a share as text, or with --svg as a picture with its QR code. The same\n"
    "share gives the same card, so that a card can be compared when it is read back.\n"
    "\n"
    "Example:\n"
    "  conclave share card --svg set/share-AAAA.conclave > card.svg";

ExitCode usage(const char* message) {
  std::cerr << "conclave: " << message << "; see --help\n";
  return ExitCode::kUsage;
}

// Runs a verb only where secrets can be kept out of the swap.
ExitCode with_secret_memory(const std::function<ExitCode()>& verb) {
  const base::Result<void> memory = base::require_secret_memory(kLockedBytes);
  return memory ? verb() : report(memory.error());
}

ExitCode run_split(const SplitArguments& arguments) {
  if (arguments.words) {
    return split_words(arguments);
  }
  if (arguments.out.empty() || arguments.passphrase_dir.empty()) {
    return usage("share split needs --out and --passphrase-dir, or --words");
  }
  return split_locked(arguments);
}

ExitCode run_combine(const CombineArguments& arguments) {
  if (arguments.words) {
    return arguments.files.empty()
               ? combine_words(arguments)
               : usage("share combine --words reads standard input and takes no files");
  }
  if (arguments.header.empty() || arguments.passphrase_dir.empty() || arguments.files.empty()) {
    return usage("share combine needs --header, --passphrase-dir and share files, or --words");
  }
  return combine_locked(arguments);
}

void add_split(CLI::App& share, Outcome& outcome) {
  const auto arguments = std::make_shared<SplitArguments>();
  CLI::App* const split =
      share.add_subcommand("split", "Split a secret so that K of N shares give it back");
  split->add_option("--threshold", arguments->threshold, "K: shares that are needed")->required();
  split->add_option("--shares", arguments->shares, "N: shares that are made")->required();
  auto* const words = split->add_flag("--words", arguments->words, "Print SLIP-39 mnemonics");
  split->add_option("--out", arguments->out, "Folder for the shares")->excludes(words);
  split->add_option("--passphrase-dir", arguments->passphrase_dir, "Folder of passphrases")
      ->excludes(words);
  split->add_option("--kdf", arguments->kdf, "Protection of the passphrases: production or fast")
      ->check(CLI::IsMember({"production", "fast"}))
      ->excludes(words);
  split
      ->add_option("--mode",
                   arguments->mode,
                   "production, rehearsal or drill (by default rehearsal with --kdf fast, else "
                   "production)")
      ->check(CLI::IsMember({"production", "rehearsal", "drill"}))
      ->excludes(words);
  split->add_option("--extendable", arguments->extendable, "Form of the mnemonics: yes or no")
      ->check(CLI::IsMember({"yes", "no"}))
      ->needs(words);
  split->add_option("--passphrase-file", arguments->passphrase_file, "SLIP-39 passphrase")
      ->check(objection_to_file_name)
      ->needs(words);
  split->add_flag("--raw", arguments->raw, "The secret is bytes, not hex digits");
  split->footer(kSplitHelp);
  split->callback([arguments, &outcome] {
    outcome.code = with_secret_memory([&arguments] { return run_split(*arguments); });
  });
}

void add_combine(CLI::App& share, Outcome& outcome) {
  const auto arguments = std::make_shared<CombineArguments>();
  CLI::App* const combine = share.add_subcommand("combine", "Put a secret together from shares");
  auto* const words = combine->add_flag("--words", arguments->words, "Read SLIP-39 mnemonics");
  combine->add_option("--header", arguments->header, "The set.header of the set")->excludes(words);
  combine->add_option("--passphrase-dir", arguments->passphrase_dir, "Folder of passphrases")
      ->excludes(words);
  combine->add_option("--passphrase-file", arguments->passphrase_file, "SLIP-39 passphrase")
      ->check(objection_to_file_name)
      ->needs(words);
  combine->add_flag("--raw", arguments->raw, "Print bytes, not hex digits");
  combine->add_option("FILE", arguments->files, "Share files, or cards as text");
  combine->footer(kCombineHelp);
  combine->callback([arguments, &outcome] {
    outcome.code = with_secret_memory([&arguments] { return run_combine(*arguments); });
  });
}

void add_verify(CLI::App& share, Outcome& outcome) {
  const auto arguments = std::make_shared<CombineArguments>();
  CLI::App* const verify =
      share.add_subcommand("verify", "Check single shares without rebuilding the secret");
  verify->add_option("--header", arguments->header, "The set.header of the set")->required();
  verify->add_option("--passphrase-dir", arguments->passphrase_dir, "Folder of passphrases")
      ->required();
  verify->add_flag("--json", arguments->json, "Print the findings as JSON");
  verify->add_option("FILE", arguments->files, "Share files, or cards as text")->required();
  verify->footer(kVerifyHelp);
  verify->callback([arguments, &outcome] {
    outcome.code = with_secret_memory([&arguments] { return verify_files(*arguments); });
  });
}

void add_inspect(CLI::App& share, Outcome& outcome) {
  const auto arguments = std::make_shared<CombineArguments>();
  CLI::App* const inspect = share.add_subcommand("inspect", "Say what files are, unopened");
  inspect->add_flag("--json", arguments->json, "Print the findings as JSON");
  inspect->add_option("FILE", arguments->files, "Share files, cards as text, set headers")
      ->required();
  inspect->footer(kInspectHelp);
  inspect->callback([arguments, &outcome] { outcome.code = inspect_files(*arguments); });
}

void add_card(CLI::App& share, Outcome& outcome) {
  const auto arguments = std::make_shared<CardArguments>();
  CLI::App* const card = share.add_subcommand("card", "Print a share as a card");
  card->add_flag("--svg", arguments->svg, "As a picture with QR code");
  card->add_option("FILE", arguments->file, "Share file")->required();
  card->footer(kCardHelp);
  card->callback([arguments, &outcome] { outcome.code = print_card(*arguments); });
}

}  // namespace

void add_share_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const share =
      app.add_subcommand("share", "Split a secret among people, and put it together again");
  share->require_subcommand(1);
  add_split(*share, outcome);
  add_combine(*share, outcome);
  add_verify(*share, outcome);
  add_inspect(*share, outcome);
  add_card(*share, outcome);
}

}  // namespace ceremony::cli
