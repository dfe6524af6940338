// ceremony/cli/record_command.cpp - `conclave record open`: the confidential journal of a ceremony,
// for those who hold a key to it.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/personal_key.h"
#include "ceremony/journal_copy.h"
#include "ceremony/journal_reader.h"

namespace ceremony::cli {

namespace {

struct RecordArguments {
  std::string path;
  NamedKeyFile key;
};

// One entry as one line of JSON. Text from a record is never obeyed by a terminal: JSON escapes
// control characters, and all that is not ASCII.
std::string entry_line(const JournalEntry& entry) {
  const Json line = {
      {"i", entry.i}, {"time", entry.time}, {"type", entry.type}, {"data", entry.data}};
  constexpr int kOneLine = -1;
  return line.dump(kOneLine, ' ', true) + "\n";
}

// The journal in a ceremony's folder, or a site's copy of one.
base::Result<std::string> stored_lines(const std::filesystem::path& path, const KeySource& source) {
  std::error_code failed;
  const bool is_folder = std::filesystem::is_directory(path, failed);
  auto content = base::read_file(is_folder ? path / kJournalFile : path, kLargestJournalCopy);
  if (!content) {
    return std::move(content).error();
  }
  return is_folder ? std::string(base::text_of(*content))
                   : lines_of_journal_copy(base::text_of(*content), source);
}

ExitCode open_record(const RecordArguments& arguments) {
  const auto secret = keeper_secret_of(arguments.key);
  if (!secret) {
    return report(secret.error());
  }
  const KeySource source{.journal_key = nullptr, .keeper_secret = *secret ? &**secret : nullptr};
  const auto lines = stored_lines(arguments.path, source);
  if (!lines) {
    return report(lines.error());
  }
  const auto entries = read_stored_journal(*lines, source);
  if (!entries) {
    return report(entries.error());
  }
  for (const JournalEntry& entry : *entries) {
    std::cout << entry_line(entry);
  }
  return ExitCode::kDone;
}

}  // namespace

void add_record_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const record =
      app.add_subcommand("record", "The confidential record of a ceremony, for those who keep it");
  record->require_subcommand(1);
  CLI::App* const command = record->add_subcommand(
      "open",
      "Prints the entries of a journal, one line of JSON each. They are confidential: names, k "
      "and\n"
      "n stand in them. Nothing is written; send the output nowhere that others can read.");
  const auto arguments = std::make_shared<RecordArguments>();
  command
      ->add_option("path",
                   arguments->path,
                   "A ceremony's folder below record/confidential, or a site's "
                   "confidential/NAME.journal")
      ->required();
  command->add_option("--key", arguments->key.file, "A record keeper's key file (PRODUCTION)")
      ->check(objection_to_file_name);
  command
      ->add_option("--passphrase-file",
                   arguments->key.passphrase_file,
                   "Its first line is the passphrase; without this it is typed, and not shown")
      ->check(objection_to_file_name);
  command->callback([arguments, &outcome] { outcome.code = open_record(*arguments); });
}

}  // namespace ceremony::cli
