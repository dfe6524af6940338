// ca/serial_number.h - serial numbers that nobody can guess, all of one length in DER.
//
// Source: RFC 5280 section 4.1.2.2; CA/Browser Forum Baseline Requirements 7.1. A fixed first octet
// keeps the sign bit clear and leading zeros from being dropped: CAs lost one bit of 64 in 2019.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

}  // namespace ca
