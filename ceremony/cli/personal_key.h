// ceremony/cli/personal_key.h - the passphrase of a person's own key file, typed or from a file.

#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/key_file.h"
#include "shamir/passphrase.h"

namespace ceremony::cli {

// Whether a passphrase is chosen (then it is typed twice) or opens something.
enum class PassphraseUse { kChoose, kOpen };

// From `file` where one is named ("" for none), else typed at the terminal without being shown.
// Errors: as base::read_secret_file() and shamir::Passphrase::from_typed(); kWrongState where
// nothing is named and there is no terminal; kInconsistent where what was typed twice differs.
base::Result<shamir::Passphrase> personal_passphrase(const std::string& file, PassphraseUse use);

// A person's key file and how it is opened, as the command line names them.
struct NamedKeyFile {
  std::string file;
  std::string passphrase_file;  // "" for typing
};

// The raw private half (32 bytes) in a key file. Errors: as read_input(), personal_passphrase() and
// ca::read_key_file(), naming the file.
base::Result<base::SecretBytes> open_personal_key(const NamedKeyFile& named, ca::FileKey kind);

// The same of a record keeper (X25519), to open journals; none where no file is named.
base::Result<std::optional<base::SecretBytes>> keeper_secret_of(const NamedKeyFile& named);

// Adds --keeper and --keeper-passphrase-file to a verb. `use` says what the key file is for.
// `named` must outlive the parse.
void add_keeper_options(CLI::App& verb, const std::string& use, NamedKeyFile& named);

// Writes a new key file and reads it back. Errors: as personal_passphrase(), ca::write_key_file()
// and base::save_new(): a file that is there is never overwritten.
base::Result<void> save_personal_key(const NamedKeyFile& named,
                                     ca::FileKey kind,
                                     const base::SecretBytes& raw);

}  // namespace ceremony::cli
