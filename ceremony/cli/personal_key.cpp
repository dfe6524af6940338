#include "ceremony/cli/personal_key.h"

#include <filesystem>
#include <utility>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/input_file.h"
#include "ceremony/cli/share_command.h"
#include "ceremony/cli/terminal.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

// What was typed, as a passphrase. Blank and unfit ones are refused at once.
Result<shamir::Passphrase> typed(Terminal& terminal, const std::string& prompt) {
  const auto text = terminal.ask_secret(prompt);
  return text ? shamir::Passphrase::from_typed(*text) : Result<shamir::Passphrase>(text.error());
}

Result<shamir::Passphrase> typed_at_terminal(PassphraseUse use) {
  auto interruptions = Interruptions::listen();
  if (!interruptions) {
    return std::move(interruptions).error();
  }
  auto terminal = Terminal::open(*interruptions);
  if (!terminal) {
    return std::move(terminal).error();
  }
  auto first = typed(*terminal, "Passphrase of the key file (it is not shown): ");
  if (!first || use == PassphraseUse::kOpen) {
    return first;
  }
  const auto second = typed(*terminal, "The same passphrase once more: ");
  if (!second) {
    return second.error();
  }
  if (!first->text().equals(second->text())) {
    return Error{ErrorCode::kInconsistent,
                 "the two passphrases differ; nothing was written; do it again"};
  }
  return first;
}

}  // namespace

Result<shamir::Passphrase> personal_passphrase(const std::string& file, PassphraseUse use) {
  return file.empty() ? typed_at_terminal(use) : read_passphrase(file);
}

Result<SecretBytes> open_personal_key(const NamedKeyFile& named, ca::FileKey kind) {
  const auto text = read_input(named.file, ca::kLargestKeyFile);
  if (!text) {
    return text.error();
  }
  const auto passphrase = personal_passphrase(named.passphrase_file, PassphraseUse::kOpen);
  if (!passphrase) {
    return passphrase.error();
  }
  auto raw = ca::read_key_file({.kind = kind, .text = *text, .passphrase = passphrase->text()});
  return raw ? std::move(raw) : std::move(raw).error().while_doing(named.file);
}

Result<std::optional<SecretBytes>> keeper_secret_of(const NamedKeyFile& named) {
  if (named.file.empty()) {
    return std::optional<SecretBytes>();
  }
  auto secret = open_personal_key(named, ca::FileKey::kX25519);
  return secret ? Result<std::optional<SecretBytes>>(std::move(secret).value())
                : Result<std::optional<SecretBytes>>(std::move(secret).error());
}

void add_keeper_options(CLI::App& verb, const std::string& use, NamedKeyFile& named) {
  verb.add_option("--keeper", named.file, use)->check(objection_to_file_name);
  verb.add_option("--keeper-passphrase-file",
                  named.passphrase_file,
                  "Its first line opens that key file; without this it is typed, and not shown")
      ->check(objection_to_file_name);
}

Result<void> save_personal_key(const NamedKeyFile& named,
                               ca::FileKey kind,
                               const SecretBytes& raw) {
  const auto passphrase = personal_passphrase(named.passphrase_file, PassphraseUse::kChoose);
  if (!passphrase) {
    return passphrase.error();
  }
  const auto text =
      ca::write_key_file({.kind = kind, .raw = raw, .passphrase = passphrase->text()});
  if (!text) {
    return text.error();
  }
  const auto saved = base::save_new(std::filesystem::path(named.file), *text);
  return saved ? Result<void>() : Result<void>(saved.error());
}

}  // namespace ceremony::cli
