// ca/serial_number.h - serial numbers that nobody can guess, all of one length in DER.
//
// Source: RFC 5280 section 4.1.2.2; CA/Browser Forum Baseline Requirements 7.1. A fixed first octet
// keeps the sign bit clear and leading zeros from being dropped: CAs lost one bit of 64 in 2019.

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <endian.h>
#include <optional>
#include <tuple>

#include "base/bytes.h"

namespace ca {

// 0x01, then 128 random bits: positive, 17 octets, at most 20.
constexpr std::size_t kSerialSize = 17;
constexpr std::uint8_t kSerialFirstOctet = 0x01;

// A new one, from the random generator of this machine. Two alike: less than 1 in 10^19 among
// 10^9 of them.
base::Bytes new_serial_number();

// Whether the content octets of an INTEGER have that form.
bool is_own_serial_number(base::ByteView content_octets);

// The content octets of the INTEGER, kept in place: a CA may have issued a million. RFC 5280
// section 4.1.2.2: at most 20.
class SerialNumber {
 public:
  static constexpr std::size_t kMaxSize = 20;

  // Nothing for none and for more than 20.
  static std::optional<SerialNumber> of(base::ByteView content_octets);

  [[nodiscard]] base::ByteView octets() const { return base::ByteView(octets_).first(size_); }

  // The shorter first, then by octets; positive numbers so stand in the order of their values.
  friend std::strong_ordering operator<=>(const SerialNumber& one, const SerialNumber& other) {
    if (one.size_ != other.size_ || one.first_octets() == other.first_octets()) {
      return std::tie(one.size_, one.octets_) <=> std::tie(other.size_, other.octets_);
    }
    return one.first_octets() <=> other.first_octets();  // as good as always, and fast
  }
  friend bool operator==(const SerialNumber&, const SerialNumber&) = default;

 private:
  SerialNumber() = default;

  // Eight of them as one number.
  [[nodiscard]] std::uint64_t first_octets() const {
    std::uint64_t number = 0;
    std::memcpy(&number, octets_.data(), sizeof number);
    return be64toh(number);
  }

  std::uint8_t size_ = 0;
  std::array<std::uint8_t, kMaxSize> octets_{};  // zeros behind the last
};

}  // namespace ca
