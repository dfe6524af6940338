// ceremony/cli/share_command.h - what the verbs below `conclave share` share among themselves.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/cli/command.h"
#include "shamir/envelope.h"
#include "shamir/mode.h"
#include "shamir/passphrase.h"
#include "shamir/set_header.h"

namespace ceremony::cli {

// The command line of `share split`; empty texts where an option was not given.
struct SplitArguments {
  unsigned threshold = 0;
  unsigned shares = 0;
  std::string out;
  std::string passphrase_dir;
  std::string passphrase_file;
  std::string kdf = "production";
  std::string mode;
  std::string extendable = "yes";
  bool raw = false;
  bool words = false;
};

// The command line of `share combine`, and of `share verify` and `share inspect` as far as it goes.
struct CombineArguments {
  std::string header;
  std::string passphrase_dir;
  std::string passphrase_file;
  std::vector<std::string> files;
  bool raw = false;
  bool words = false;
  bool json = false;
};

struct CardArguments {
  std::string file;
  bool svg = false;
};

ExitCode split_locked(const SplitArguments& arguments);
ExitCode split_words(const SplitArguments& arguments);
ExitCode combine_locked(const CombineArguments& arguments);
ExitCode combine_words(const CombineArguments& arguments);
ExitCode inspect_files(const CombineArguments& arguments);
ExitCode verify_files(const CombineArguments& arguments);
ExitCode print_card(const CardArguments& arguments);

// Whether a secret comes and goes as hex digits or as its bytes.
enum class SecretForm { kHex, kRaw };

// Standard input to its end, straight into locked memory.
// Errors: kMalformed where it is longer than `max_bytes`; kStorageFailure.
base::Result<base::SecretBytes> read_secret_input(std::size_t max_bytes);

// The secret on standard input. Errors: kMalformed where the digits are no digits.
base::Result<base::SecretBytes> read_secret(SecretForm form);

// The secret to standard output, hex digits with a line end. Errors: kStorageFailure.
base::Result<void> write_secret(const base::SecretBytes& secret, SecretForm form);

// Bytes to standard output as they are. Errors: kStorageFailure.
base::Result<void> write_output(const base::SecretBytes& bytes);

// Text that is no secret to standard output. Errors: kStorageFailure; a card of which only a part
// arrived must not look done.
base::Result<void> print_text(std::string_view text);

// The text without one line end (LF or CR LF) at its end, which editors put there.
base::SecretBytes without_line_end(const base::SecretBytes& text);

// The text without blanks and line ends at its end.
base::SecretBytes without_trailing_space(const base::SecretBytes& text);

// The passphrase of a file. Errors: as base::read_secret_file() and Passphrase::from_typed().
base::Result<shamir::Passphrase> read_passphrase(const std::filesystem::path& file);

// The files NAME.txt of a folder, by name. Errors: kNotFound where it is no folder.
base::Result<std::vector<std::filesystem::path>> passphrase_files(
    const std::filesystem::path& folder);

// The envelope in a file: its bytes, or a card's lines. Errors: as read_share_lines().
base::Result<base::Bytes> read_envelope(const std::filesystem::path& file);

base::Result<shamir::SetHeader> read_header(const std::filesystem::path& file);

// What a file is called in messages: as it was given, because the files of all holders may have one
// name and the folder alone tells them apart.
std::string label_of(const std::filesystem::path& file);

// The passphrase files to try for a share file: DIR/TAG.txt for share-TAG.conclave, and every
// NAME.txt of the folder where that one is not there. Errors: as passphrase_files(); kNotFound.
struct PassphraseSearch {
  std::filesystem::path folder;
  std::filesystem::path share;
};
base::Result<std::vector<std::filesystem::path>> passphrases_to_try(const PassphraseSearch& search);

}  // namespace ceremony::cli
