#include "ceremony/pins.h"

#include <algorithm>
#include <array>

#include <sodium.h>

#include "base/bytes.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> check_form(base::ByteView digits) {
  const bool are_digits =
      std::ranges::all_of(digits, [](std::uint8_t c) { return c >= '0' && c <= '9'; });
  if (!are_digits || digits.size() < kShortestPin || digits.size() > kLongestPin) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "a PIN has 4 to 12 digits and nothing else; type another one"};
  }
  if (std::ranges::all_of(digits, [&](std::uint8_t c) { return c == digits.front(); })) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this PIN is one digit all along, which anybody would try first; choose another"};
  }
  return {};
}

}  // namespace

Result<std::string> hash_pin(const base::SecretBytes& pin, PinCost cost) {
  const auto reader = pin.read();
  if (auto form = check_form(reader.bytes()); !form) {
    return std::move(form).error();
  }
  const bool is_real = cost == PinCost::kInteractive;
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const int failed =
      crypto_pwhash_str(hash.data(),
                        base::text_of(reader.bytes()).data(),
                        reader.bytes().size(),
                        is_real ? crypto_pwhash_OPSLIMIT_INTERACTIVE : crypto_pwhash_OPSLIMIT_MIN,
                        is_real ? crypto_pwhash_MEMLIMIT_INTERACTIVE : crypto_pwhash_MEMLIMIT_MIN);
  if (failed != 0) {
    return Error{ErrorCode::kDeviceFailure,
                 "this computer has not enough memory left to keep a PIN; close other programs, "
                 "and try again"};
  }
  return std::string(hash.data());
}

Result<void> check_pin(const Json& pins, const PinOf& one, const client::Input& input) {
  const auto hash = pins.find(one.role);
  if (hash == pins.end() || !hash->is_string()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the " + one.role +
                     " was not at the attendance and has no PIN, so nobody can act for that role; "
                     "raise an exception, or correct the plan"};
  }
  const auto typed = input.secrets.find(std::string(one.ask));
  if (typed == input.secrets.end()) {
    return Error{ErrorCode::kInsufficient,
                 "the " + one.role + " has not typed the PIN; nothing was done"};
  }
  const auto reader = typed->second.read();
  if (crypto_pwhash_str_verify(hash->get_ref<const std::string&>().c_str(),
                               base::text_of(reader.bytes()).data(),
                               reader.bytes().size()) != 0) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is not the PIN that the " + one.role +
                     " set at the attendance; nothing was done; let the " + one.role +
                     " type it again"};
  }
  return {};
}

}  // namespace ceremony
