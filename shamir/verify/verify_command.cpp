#include "shamir/verify/verify_command.h"

#include <cerrno>
#include <unistd.h>
#include <utility>

#include "base/bytes.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "shamir/envelope.h"
#include "shamir/share_lines.h"
#include "shamir/verify/terminal.h"
#include "shamir/verify_share.h"

namespace shamir::verify {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostShareBytes = 16384;
constexpr std::size_t kLongestChallenge = 1024;
constexpr std::string_view kContext = "share verification";
constexpr const char* kLabel = "this card";

// Standard input to its end. An envelope is no secret by itself.
Result<base::Bytes> read_standard_input() {
  base::Bytes bytes(kMostShareBytes);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = ::read(STDIN_FILENO, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Error{ErrorCode::kStorageFailure,
                   "standard input could not be read; nothing was checked; do this again"};
    }
    if (count == 0) {
      bytes.resize(size);
      return bytes;
    }
    size += static_cast<std::size_t>(count);
  }
  return Error{ErrorCode::kMalformed,
               "there is more on standard input than a card holds; nothing was checked"};
}

Result<base::Bytes> envelope_of(const std::string& share) {
  auto bytes = share == "-" ? read_standard_input() : base::read_file(share, kMostShareBytes);
  if (!bytes || looks_like_envelope(*bytes)) {
    return bytes;
  }
  const std::string_view text = base::text_of(*bytes);
  if (!looks_like_share_lines(text)) {
    return Error{ErrorCode::kMalformed,
                 "this is neither a share nor the lines of a card; look for the file or card that "
                 "was handed to the holder"};
  }
  return read_share_lines(text);
}

Result<SetHeader> header_of(const std::string& file) {
  auto bytes = base::read_file(file, kLongestSetHeader);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto header = read_set_header(base::text_of(*bytes));
  if (!header) {
    return std::move(header).error().while_doing(file);
  }
  return header;
}

Result<Passphrase> passphrase_for(const VerifyArguments& arguments) {
  auto typed = arguments.passphrase_file.empty()
                   ? read_hidden_line("Passphrase of the share (nothing is shown while you type): ",
                                      kLongestPassphrase)
                   : base::read_secret_file(arguments.passphrase_file, kLongestPassphrase + 2);
  if (!typed) {
    return std::move(typed).error();
  }
  return Passphrase::from_typed(*typed);
}

Result<std::string> challenge_for(const VerifyArguments& arguments) {
  auto challenge =
      arguments.challenge.empty()
          ? read_shown_line("Challenge, as the witness reads it out: ", kLongestChallenge)
          : Result<std::string>(arguments.challenge);
  if (challenge && challenge->empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "no challenge was typed, so an old answer could pass for a new one; let the "
                 "witness choose some words and type them"};
  }
  return challenge;
}

Result<void> compare_key(const std::string& recorded, const PossessionPublicKey& key) {
  if (recorded.empty() || recorded == base::to_hex(key)) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               std::string(kLabel) +
                   ": it is genuine, and not the share whose possession key was given; compare the "
                   "key with the record, and the seat letter on the bag"};
}

}  // namespace

Result<VerifiedShare> verify_one(const VerifyArguments& arguments) {
  auto header = header_of(arguments.header);
  if (!header) {
    return std::move(header).error();
  }
  auto envelope = envelope_of(arguments.share);
  if (!envelope) {
    return std::move(envelope).error().while_doing(kLabel);
  }
  // Before the passphrase is asked for: nobody types it in vain.
  if (auto whole = inspect_envelope(*envelope); !whole) {
    return std::move(whole).error().while_doing(kLabel);
  }
  auto challenge = challenge_for(arguments);
  if (!challenge) {
    return std::move(challenge).error();
  }
  auto passphrase = passphrase_for(arguments);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  auto held =
      verify_share(*header, {.envelope = *envelope, .passphrase = *passphrase, .label = kLabel});
  if (!held) {
    return std::move(held).error();
  }
  const PossessionKey key = PossessionKey::of(*held);
  if (auto same = compare_key(arguments.possession_key, key.public_key()); !same) {
    return std::move(same).error();
  }
  const PossessionMessage message{.context = kContext, .message = base::bytes_of(*challenge)};
  auto signature = key.sign(message);
  if (!signature) {
    return std::move(signature).error();
  }
  if (auto proven = verify_possession(key.public_key(), message, *signature); !proven) {
    return std::move(proven).error();
  }
  return VerifiedShare{
      .check_name = check_name(*held), .possession_key = key.public_key(), .signature = *signature};
}

}  // namespace shamir::verify
