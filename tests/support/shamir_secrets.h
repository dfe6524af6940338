// tests/support/shamir_secrets.h - secrets from and to plain text, for values that are none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "shamir/slip39.h"
#include "shamir/split.h"

namespace shamir_test {

inline base::SecretBytes secret(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

inline base::SecretBytes secret(const std::vector<std::uint8_t>& bytes) {
  return base::SecretBytes::copy_of(bytes);
}

inline base::SecretBytes copy(const base::SecretBytes& original) {
  return base::SecretBytes::copy_of(original.read().bytes());
}

inline std::vector<std::uint8_t> bytes(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return {reader.bytes().begin(), reader.bytes().end()};
}

inline std::string text(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return {reader.bytes().begin(), reader.bytes().end()};
}

inline std::string hex(const base::SecretBytes& secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const std::uint8_t byte : bytes(secret)) {
    digits += kDigits[byte >> 4U];
    digits += kDigits[byte & 0xFU];
  }
  return digits;
}

// Fails the test, with the sentence, where there is no value.
template <typename T>
T require(base::Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
  return std::move(result).value();
}

// The error of a result that must have one.
template <typename T>
base::Error refusal(const base::Result<T>& result) {
  REQUIRE(!result.ok());
  return result.error();
}

inline shamir::Slip39Share copy(const shamir::Slip39Share& share) {
  return shamir::Slip39Share{.identifier = share.identifier,
                             .extendable = share.extendable,
                             .iteration_exponent = share.iteration_exponent,
                             .group_index = share.group_index,
                             .group_threshold = share.group_threshold,
                             .group_count = share.group_count,
                             .index = share.index,
                             .threshold = share.threshold,
                             .value = copy(share.value)};
}

// Some of the shares, by their places.
inline std::vector<shamir::Slip39Share> chosen(const std::vector<shamir::Slip39Share>& shares,
                                               const std::vector<std::size_t>& places) {
  std::vector<shamir::Slip39Share> some;
  for (const std::size_t place : places) {
    some.push_back(copy(shares[place]));
  }
  return some;
}

// Some of the shares, by the bits of `subset`.
inline std::vector<shamir::Slip39Share> subset_of(const std::vector<shamir::Slip39Share>& shares,
                                                  unsigned subset) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < shares.size(); ++place) {
    if (((subset >> place) & 1U) != 0) {
      places.push_back(place);
    }
  }
  return chosen(shares, places);
}

// A quorum that must be allowed.
inline shamir::Quorum quorum_of(shamir::QuorumNumbers numbers) {
  return require(shamir::Quorum::of(numbers));
}

}  // namespace shamir_test
