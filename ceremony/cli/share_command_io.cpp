#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/media.h"
#include "base/text_encoding.h"
#include "ceremony/cli/share_command.h"
#include "shamir/share_lines.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::size_t kMostSecretBytes = 64;
constexpr std::size_t kMostInputBytes = 4096;
constexpr std::size_t kMostShareBytes = 16384;
constexpr std::string_view kPassphraseEnding = ".txt";
constexpr std::string_view kShareBeginning = "share-";

// read(), again where a signal came in between. Gives what read() gives.
ssize_t read_some(int file, std::span<std::uint8_t> into) {
  ssize_t count = 0;
  do {
    count = ::read(file, into.data(), into.size());
  } while (count < 0 && errno == EINTR);
  return count;
}

Result<void> write_all(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return Error{ErrorCode::kStorageFailure,
                   "standard output could not be written to its end; do not use what arrived"};
    }
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return {};
}

bool is_space(std::uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

// Letters to small letters, without asking which ones are: bit 5 is set wherever bit 6 is.
void to_lower(SecretBytes& text) {
  const SecretBytes::Writer writer = text.write();
  for (std::uint8_t& byte : writer.bytes()) {
    byte = static_cast<std::uint8_t>(byte | ((byte & 0x40U) >> 1U));
  }
}

}  // namespace

Result<SecretBytes> read_secret_input(std::size_t max_bytes) {
  SecretBytes buffer(max_bytes + 1);
  std::size_t size = 0;
  const SecretBytes::Writer writer = buffer.write();
  while (size <= max_bytes) {
    const ssize_t count = read_some(STDIN_FILENO, writer.bytes().subspan(size));
    if (count < 0) {
      return Error{ErrorCode::kStorageFailure,
                   "standard input could not be read; nothing was written"};
    }
    if (count == 0) {
      return SecretBytes::copy_of(writer.bytes().first(size));
    }
    size += static_cast<std::size_t>(count);
  }
  return Error{ErrorCode::kMalformed,
               "there is more on standard input than belongs there; nothing was written"};
}

Result<void> print_text(std::string_view text) {
  return write_all(base::bytes_of(text));
}

SecretBytes without_line_end(const SecretBytes& text) {
  const SecretBytes::Reader reader = text.read();
  auto bytes = reader.bytes();
  for (const std::uint8_t ending : {std::uint8_t{'\n'}, std::uint8_t{'\r'}}) {
    if (!bytes.empty() && bytes.back() == ending) {
      bytes = bytes.first(bytes.size() - 1);
    }
  }
  return SecretBytes::copy_of(bytes);
}

SecretBytes without_trailing_space(const SecretBytes& text) {
  const SecretBytes::Reader reader = text.read();
  auto bytes = reader.bytes();
  while (!bytes.empty() && is_space(bytes.back())) {
    bytes = bytes.first(bytes.size() - 1);
  }
  return SecretBytes::copy_of(bytes);
}

Result<SecretBytes> read_secret(SecretForm form) {
  Result<SecretBytes> input =
      read_secret_input(form == SecretForm::kRaw ? kMostSecretBytes : kMostInputBytes);
  if (!input || form == SecretForm::kRaw) {
    return input;
  }
  SecretBytes digits = without_trailing_space(*input);
  to_lower(digits);
  Result<SecretBytes> secret = base::secret_from_hex(digits);
  if (!secret) {
    return Error{ErrorCode::kMalformed,
                 "the secret on standard input is not hex digits, two for each byte; nothing was "
                 "written; give it as hex, or as bytes with --raw"};
  }
  return secret;
}

Result<void> write_output(const SecretBytes& bytes) {
  return write_all(bytes.read().bytes());
}

Result<void> write_secret(const SecretBytes& secret, SecretForm form) {
  if (form == SecretForm::kRaw) {
    return write_output(secret);
  }
  const SecretBytes digits = base::secret_to_hex(secret);
  SecretBytes line(digits.size() + 1);
  {
    const SecretBytes::Writer writer = line.write();
    const SecretBytes::Reader reader = digits.read();
    std::copy(reader.bytes().begin(), reader.bytes().end(), writer.bytes().begin());
    writer.bytes().back() = '\n';
  }
  return write_output(line);
}

Result<shamir::Passphrase> read_passphrase(const std::filesystem::path& file) {
  const Result<SecretBytes> text = base::read_secret_file(file, shamir::kLongestPassphrase + 2);
  if (!text) {
    return text.error();
  }
  Result<shamir::Passphrase> passphrase = shamir::Passphrase::from_typed(*text);
  if (!passphrase) {
    return std::move(passphrase).error().while_doing(label_of(file));
  }
  return passphrase;
}

Result<std::vector<std::filesystem::path>> passphrase_files(const std::filesystem::path& folder) {
  std::error_code problem;
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entry(folder, problem);
  while (!problem && entry != std::filesystem::directory_iterator()) {
    if (entry->path().extension() == kPassphraseEnding) {
      files.push_back(entry->path());
    }
    entry.increment(problem);
  }
  if (problem) {
    return Error{ErrorCode::kNotFound,
                 "the folder of passphrases (--passphrase-dir) cannot be read: " +
                     problem.message() + "; check its name"};
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<base::Bytes> read_envelope(const std::filesystem::path& file) {
  Result<base::Bytes> bytes = base::read_file(file, kMostShareBytes);
  if (!bytes || shamir::looks_like_envelope(*bytes)) {
    return bytes;
  }
  if (!shamir::looks_like_share_lines(base::text_of(*bytes))) {
    return Error{ErrorCode::kMalformed,
                 label_of(file) +
                     ": this is neither a share nor the lines of a card; look for the "
                     "file or card that was handed to the holder"};
  }
  Result<base::Bytes> envelope = shamir::read_share_lines(base::text_of(*bytes));
  if (!envelope) {
    return std::move(envelope).error().while_doing(label_of(file));
  }
  return envelope;
}

Result<shamir::SetHeader> read_header(const std::filesystem::path& file) {
  const Result<base::Bytes> bytes = base::read_file(file, shamir::kLongestSetHeader);
  if (!bytes) {
    return bytes.error();
  }
  Result<shamir::SetHeader> header = shamir::read_set_header(base::text_of(*bytes));
  if (!header) {
    return std::move(header).error().while_doing(label_of(file));
  }
  return header;
}

std::string label_of(const std::filesystem::path& file) {
  return file.string();
}

Result<std::vector<std::filesystem::path>> passphrases_to_try(const PassphraseSearch& search) {
  Result<std::vector<std::filesystem::path>> files = passphrase_files(search.folder);
  if (!files) {
    return files;
  }
  std::string tag = search.share.stem().string();
  if (tag.rfind(kShareBeginning, 0) == 0) {
    tag.erase(0, kShareBeginning.size());
  }
  const auto own = std::find_if(
      files->begin(), files->end(), [&tag](const auto& file) { return file.stem() == tag; });
  if (own != files->end()) {
    return std::vector{*own};
  }
  if (files->empty()) {
    return Error{ErrorCode::kNotFound,
                 label_of(search.share) +
                     ": the folder of passphrases (--passphrase-dir) holds none; put "
                     "it there as " +
                     tag + std::string(kPassphraseEnding)};
  }
  return files;
}

}  // namespace ceremony::cli
