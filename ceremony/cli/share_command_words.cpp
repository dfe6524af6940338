// `conclave share split|combine --words`: standard SLIP-39 mnemonics, which show the threshold.

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "base/media.h"
#include "base/random.h"
#include "ceremony/cli/share_command.h"
#include "shamir/quorum.h"
#include "shamir/slip39.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::size_t kMostWordsBytes = std::size_t{256} * 1024;  // 256 shares of 59 words fit
constexpr std::size_t kMostSharesOfAllGroups = 256;               // sixteen groups of sixteen

// Two or more of as many, as SLIP-39 allows; all others by the rules of a Quorum.
Result<void> check_numbers(const SplitArguments& arguments) {
  const bool all_needed = arguments.threshold == arguments.shares && arguments.threshold >= 2 &&
                          arguments.shares <= shamir::kMostShares;
  if (all_needed) {
    return {};
  }
  const Result<shamir::Quorum> quorum =
      shamir::Quorum::of({.threshold = arguments.threshold, .shares = arguments.shares});
  return quorum ? Result<void>() : Result<void>(quorum.error());
}

shamir::Slip39Layout layout_of(const SplitArguments& arguments) {
  std::array<std::uint8_t, shamir::kMostShares> indices{};
  std::iota(indices.begin(), indices.end(), std::uint8_t{0});
  base::shuffle_by_lot(std::span<std::uint8_t>(indices));
  shamir::Slip39Group group{.threshold = static_cast<std::uint8_t>(arguments.threshold),
                            .indices = {}};
  group.indices.assign(indices.begin(), indices.begin() + arguments.shares);
  return {.group_threshold = 1, .groups = {std::move(group)}};
}

// The passphrase of SLIP-39, which may be of no length: no file was given. Blanks count, also at
// its end: another passphrase gives another secret and no error.
Result<SecretBytes> slip39_passphrase(const std::string& file) {
  if (file.empty()) {
    return SecretBytes(0);
  }
  const Result<SecretBytes> text = base::read_secret_file(file, shamir::kLongestPassphrase + 2);
  return text ? Result<SecretBytes>(without_line_end(*text)) : text.error();
}

Result<void> print_words(const shamir::Slip39Share& share) {
  const Result<SecretBytes> words = shamir::write_words(share);
  if (!words) {
    return words.error();
  }
  SecretBytes line(words->size() + 1);
  {
    const SecretBytes::Writer writer = line.write();
    const SecretBytes::Reader reader = words->read();
    std::copy(reader.bytes().begin(), reader.bytes().end(), writer.bytes().begin());
    writer.bytes().back() = '\n';
  }
  return write_output(line);
}

Result<void> print_words(const SplitArguments& arguments) {
  if (Result<void> numbers = check_numbers(arguments); !numbers) {
    return numbers;
  }
  const Result<SecretBytes> passphrase = slip39_passphrase(arguments.passphrase_file);
  if (!passphrase) {
    return passphrase.error();
  }
  const Result<SecretBytes> secret =
      read_secret(arguments.raw ? SecretForm::kRaw : SecretForm::kHex);
  if (!secret) {
    return secret.error();
  }
  shamir::Slip39Options options;
  options.extendable =
      arguments.extendable == "no" ? shamir::Extendable::kNo : shamir::Extendable::kYes;
  const Result<std::vector<shamir::Slip39Share>> shares = shamir::split_master_secret(
      {.secret = *secret, .passphrase = *passphrase}, layout_of(arguments), options);
  if (!shares) {
    return shares.error();
  }
  if (Result<void> proof = shamir::prove_one_polynomial(*shares); !proof) {
    return proof;
  }
  for (const shamir::Slip39Share& share : *shares) {
    if (Result<void> printed = print_words(share); !printed) {
      return printed;
    }
  }
  return {};
}

// Where the lines of a text are. Only how long each is becomes public.
std::vector<std::span<const std::uint8_t>> lines_of(std::span<const std::uint8_t> text) {
  std::vector<std::span<const std::uint8_t>> lines;
  while (!text.empty()) {
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{'\n'});
    const auto size = static_cast<std::size_t>(end - text.begin());
    lines.push_back(text.first(size));
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return lines;
}

Result<std::vector<shamir::Slip39Share>> read_shares() {
  const Result<SecretBytes> input = read_secret_input(kMostWordsBytes);
  if (!input) {
    return input.error();
  }
  std::vector<shamir::Slip39Share> shares;
  const SecretBytes::Reader reader = input->read();
  std::size_t number = 0;
  for (const auto& line : lines_of(reader.bytes())) {
    ++number;
    const SecretBytes words = without_trailing_space(SecretBytes::copy_of(line));
    if (words.size() == 0) {
      continue;
    }
    if (shares.size() == kMostSharesOfAllGroups) {
      return Error{ErrorCode::kMalformed,
                   "there are more lines on standard input than any set has shares; give the words "
                   "of one set alone"};
    }
    Result<shamir::Slip39Share> share = shamir::read_words(words);
    if (!share) {
      return std::move(share).error().while_doing("line " + std::to_string(number));
    }
    shares.push_back(std::move(*share));
  }
  if (shares.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "there are no shares on standard input; give their words, one share a line"};
  }
  return shares;
}

}  // namespace

ExitCode split_words(const SplitArguments& arguments) {
  const Result<void> done = print_words(arguments);
  return done ? ExitCode::kDone : report(done.error());
}

ExitCode combine_words(const CombineArguments& arguments) {
  const Result<SecretBytes> passphrase = slip39_passphrase(arguments.passphrase_file);
  if (!passphrase) {
    return report(passphrase.error());
  }
  const Result<std::vector<shamir::Slip39Share>> shares = read_shares();
  if (!shares) {
    return report(shares.error());
  }
  const Result<SecretBytes> secret = shamir::combine(*shares, *passphrase);
  if (!secret) {
    return report(secret.error());
  }
  const Result<void> written =
      write_secret(*secret, arguments.raw ? SecretForm::kRaw : SecretForm::kHex);
  return written ? ExitCode::kDone : report(written.error());
}

}  // namespace ceremony::cli
