#include "ceremony/ledger_slip.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kSlipWords = 4;
constexpr std::uint64_t kLargestNumber = 1'000'000;  // records or epochs; more is a typing error

Result<std::string> head_words(const std::string& head) {
  auto digest = base::parse_digest_hex(head);
  return digest ? Result<std::string>(base::short_digest_words(*digest))
                : Result<std::string>(std::move(digest).error());
}

std::vector<std::string> cut_at(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) {
    parts.push_back(part);
  }
  return parts;
}

// The words of a text in lower case; "57:" and "57," count as "57".
std::vector<std::string> tokens_of(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : ' ';
  }
  std::vector<std::string> tokens = cut_at(text, ' ');
  std::erase(tokens, "");
  return tokens;
}

// 0 where the token is no number that a slip may have.
std::uint64_t number_of(const std::string& token) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(token.data(), token.data() + token.size(), number);
  const bool is_number = failed == std::errc() && end == token.data() + token.size();
  return is_number && number <= kLargestNumber ? number : 0;
}

Error not_understood(const std::string& text) {
  return Error{ErrorCode::kMalformed,
               "the slip \"" + text +
                   "\" is not understood; nothing was signed; type its number, then \"epoch\" and "
                   "its number, then its four words, and a semicolon between two slips"};
}

Result<Slip> parse_slip(const std::string& text) {
  std::vector<std::string> tokens = tokens_of(text);
  Slip slip;
  if (tokens.size() == kSlipWords + 3 && tokens[1] == "epoch") {
    slip.epoch = number_of(tokens[2]);
    tokens.erase(tokens.begin() + 1, tokens.begin() + 3);
    if (slip.epoch == 0) {
      return not_understood(text);
    }
  }
  slip.sequence = tokens.empty() ? 0 : number_of(tokens[0]);
  if (tokens.size() != kSlipWords + 1 || slip.sequence == 0) {
    return not_understood(text);
  }
  for (std::size_t i = 1; i <= kSlipWords; ++i) {
    slip.words += (i == 1 ? "" : " ") + tokens[i];
  }
  return slip;
}

// Whether the ledger has the record of the slip, in whatever branch.
bool knows(const Ledger& ledger, const Slip& slip) {
  return std::any_of(
      ledger.records().begin(), ledger.records().end(), [&](const LedgerRecord& record) {
        const auto words = head_words(record.head);
        return record.sequence == slip.sequence && words && *words == slip.words;
      });
}

// Whether an activation has declared the record of the slip lost.
bool is_lost(const LedgerState& state, const Slip& slip) {
  return std::any_of(state.lost.begin(), state.lost.end(), [&](const LostRecords& lost) {
    return slip.sequence >= lost.from && slip.sequence <= lost.to && slip.epoch < lost.epoch;
  });
}

Error behind(const LedgerState& state, const Slip& slip) {
  return Error{ErrorCode::kInconsistent,
               "This copy of the CA record ends at entry " + std::to_string(state.sequence) +
                   "; holder slip says " + std::to_string(slip.sequence) +
                   ". Find the newer copy. Nothing was signed."};
}

Error another_record(const Slip& slip) {
  return Error{ErrorCode::kInconsistent,
               "This copy of the CA record has another entry " + std::to_string(slip.sequence) +
                   " than a holder slip says (" + slip.words +
                   "). Read the slip once more. If it is typed as it stands, both sites have "
                   "acted: import the records of the other site, and merge. Nothing was signed."};
}

}  // namespace

Result<Slip> slip_of(const LedgerState& state) {
  auto words = head_words(state.head);
  if (!words) {
    return std::move(words).error();
  }
  return Slip{.sequence = state.sequence, .epoch = state.epoch, .words = std::move(words).value()};
}

std::string slip_line(const Slip& slip) {
  return std::to_string(slip.sequence) + " epoch " + std::to_string(slip.epoch) + " " + slip.words;
}

Result<std::vector<Slip>> parse_slips(std::string_view text) {
  std::vector<Slip> slips;
  for (const std::string& part : cut_at(std::string(text), ';')) {
    const std::vector<std::string> tokens = tokens_of(part);
    if (tokens.empty() || tokens == std::vector<std::string>{"none"}) {
      continue;
    }
    auto slip = parse_slip(part);
    if (!slip) {
      return std::move(slip).error();
    }
    slips.push_back(std::move(slip).value());
  }
  return slips;
}

Result<void> check_slips(const Ledger& ledger,
                         const LedgerState& state,
                         const std::vector<Slip>& slips) {
  const Slip* highest = nullptr;
  for (const Slip& slip : slips) {
    if (slip.epoch > state.epoch) {
      return fenced(state, slip.epoch, "a holder slip");
    }
    const bool is_higher = highest == nullptr || slip.sequence > highest->sequence;
    if (is_higher && !knows(ledger, slip) && !is_lost(state, slip)) {
      highest = &slip;
    }
  }
  if (highest == nullptr) {
    return {};
  }
  return highest->sequence > state.sequence ? behind(state, *highest) : another_record(*highest);
}

std::uint64_t lost_up_to(const LedgerState& state, const std::vector<Slip>& slips) {
  std::uint64_t highest = 0;
  for (const Slip& slip : slips) {
    const bool is_ahead = slip.sequence > state.sequence && slip.epoch <= state.epoch;
    highest = is_ahead ? std::max(highest, slip.sequence) : highest;
  }
  return highest;
}

Error fenced(const LedgerState& state, std::uint64_t seen, std::string_view where) {
  return Error{ErrorCode::kRefusedByPolicy,
               "Another site is live: " + std::string(where) + " says epoch " +
                   std::to_string(seen) + ", and this copy of the CA record ends in epoch " +
                   std::to_string(state.epoch) +
                   ". This site may only import (conclave ledger import). Nothing was signed."};
}

}  // namespace ceremony
