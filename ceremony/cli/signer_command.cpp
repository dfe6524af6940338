// ceremony/cli/signer_command.cpp - `conclave signer` and `conclave keeper`: the keys that people
// bring to a ceremony, made on their own machine beforehand.

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/input_file.h"
#include "ceremony/cli/personal_key.h"
#include "ceremony/journal_box.h"
#include "ceremony/signed_note.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kLargestSealText = 4096;  // bytes

struct SignerArguments {
  std::string name;
  NamedKeyFile key;
  std::string text;  // the file to sign
};

ExitCode new_signer(const SignerArguments& arguments) {
  const NoteSigner signer{.name = arguments.name,
                          .seed = base::SecretBytes::random(ca::kFileKeySize)};
  const auto vkey = vkey_of(signer);
  if (!vkey) {
    return report(vkey.error());
  }
  if (auto saved = save_personal_key(arguments.key, ca::FileKey::kEd25519, signer.seed); !saved) {
    return report(saved.error());
  }
  std::cout << "Written and read back: " << arguments.key.file
            << "\nFor the plan and the paper roster: " << vkey->text()
            << "\nIn words: " << base::digest_words(base::sha256(vkey->public_key))
            << "\nRead the words aloud at the first ceremony; they are compared with the roster.\n";
  return ExitCode::kDone;
}

ExitCode sign_text(const SignerArguments& arguments) {
  const auto text = read_input(arguments.text, kLargestSealText);
  if (!text) {
    return report(text.error());
  }
  auto seed = open_personal_key(arguments.key, ca::FileKey::kEd25519);
  if (!seed) {
    return report(seed.error());
  }
  const NoteSigner signer{.name = arguments.name, .seed = std::move(seed).value()};
  const auto line = sign_note_line(signer, base::text_of(*text));
  if (!line) {
    return report(line.error());
  }
  std::cout << *line;
  return ExitCode::kDone;
}

ExitCode new_keeper(const SignerArguments& arguments) {
  const auto secret = base::SecretBytes::random(ca::kFileKeySize);
  const auto key = keeper_public_key(secret);
  if (!key) {
    return report(key.error());
  }
  if (auto saved = save_personal_key(arguments.key, ca::FileKey::kX25519, secret); !saved) {
    return report(saved.error());
  }
  std::cout << "Written and read back: " << arguments.key.file << "\nFor the plan: key = \""
            << base::to_hex(*key) << "\"\nIn words: " << base::digest_words(base::sha256(*key))
            << '\n';
  return ExitCode::kDone;
}

using Arguments = std::shared_ptr<SignerArguments>;

void add_key_options(CLI::App& command, const Arguments& arguments, const char* which) {
  command.add_option(which, arguments->key.file, "The key file")
      ->required()
      ->check(objection_to_file_name);
  command
      .add_option("--passphrase-file",
                  arguments->key.passphrase_file,
                  "Its first line is the passphrase; without this it is typed, and not shown")
      ->check(objection_to_file_name);
}

void add_name_option(CLI::App& command, const Arguments& arguments) {
  command.add_option("--name", arguments->name, "Whose key: \"pki.example/root-g1/director\"")
      ->required();
}

void add_signer_new(CLI::App& signer, Outcome& outcome) {
  CLI::App* const command = signer.add_subcommand(
      "new",
      "Makes an officer's Ed25519 key and writes it, encrypted, to a new file. Make it on your "
      "own\n"
      "machine, keep the file on your own stick and the passphrase in your head.");
  const auto arguments = std::make_shared<SignerArguments>();
  add_name_option(*command, arguments);
  add_key_options(*command, arguments, "--out");
  command->callback([arguments, &outcome] { outcome.code = new_signer(*arguments); });
}

void add_signer_sign(CLI::App& signer, Outcome& outcome) {
  CLI::App* const command = signer.add_subcommand(
      "sign",
      "Signs the five lines of a seal on your own machine, and prints the signature line that is\n"
      "handed in at the ceremony instead of the key file.");
  const auto arguments = std::make_shared<SignerArguments>();
  command->add_option("text", arguments->text, "A file with the five lines, and nothing else")
      ->required();
  add_name_option(*command, arguments);
  add_key_options(*command, arguments, "--key");
  command->callback([arguments, &outcome] { outcome.code = sign_text(*arguments); });
}

}  // namespace

void add_signer_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const signer =
      app.add_subcommand("signer", "The key with which an officer signs the record");
  signer->require_subcommand(1);
  signer->footer(
      "A key file is encrypted PKCS #8: `openssl pkey -in FILE -noout` opens it too. A P-256 key\n"
      "on a card signs elsewhere; its line is handed in at the ceremony.");
  add_signer_new(*signer, outcome);
  add_signer_sign(*signer, outcome);
}

void add_keeper_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const keeper = app.add_subcommand(
      "keeper", "The key with which a record keeper reads the confidential record");
  keeper->require_subcommand(1);
  CLI::App* const command = keeper->add_subcommand(
      "new",
      "Makes a record keeper's X25519 key and writes it, encrypted, to a new file. Journals of\n"
      "PRODUCTION ceremonies are sealed to it, and `conclave record open` reads them with it.");
  const auto arguments = std::make_shared<SignerArguments>();
  add_key_options(*command, arguments, "--out");
  command->callback([arguments, &outcome] { outcome.code = new_keeper(*arguments); });
}

}  // namespace ceremony::cli
