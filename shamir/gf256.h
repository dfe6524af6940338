// shamir/gf256.h - arithmetic in GF(2^8), eight elements to a machine word, in constant time.
//
// The field of SLIP-39 and AES: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1 (0x11B, FIPS
// 197 section 4.2). Addition is exclusive or. No table is looked up and nothing branches on a
// value, so neither cache nor predictor learns one (tables were the fault in CVE-2023-25000); no
// intrinsics, so the code that is tested is the code that runs everywhere.

#pragma once

#include <cstdint>

namespace shamir::gf256 {

// One element.
using Element = std::uint8_t;

// Eight elements, one in each byte. Which byte is which does not matter to any function here.
using Lanes = std::uint64_t;

// The same element in all eight lanes.
constexpr Lanes broadcast(Element element) {
  return Lanes{element} * 0x0101010101010101U;
}

// Every lane times x.
constexpr Lanes times_x(Lanes lanes) {
  const Lanes carries = (lanes >> 7U) & 0x0101010101010101U;
  return ((lanes & 0x7F7F7F7F7F7F7F7FU) << 1U) ^ (carries * 0x1BU);
}

// The products lane by lane. All 64 bits of work are done whatever the values are.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): multiplication is commutative
constexpr Lanes multiply(Lanes left, Lanes right) {
  Lanes product = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    const Lanes ones = (right >> bit) & 0x0101010101010101U;
    product ^= left & (ones * 0xFFU);  // 0xFF in each lane whose bit is set
    left = times_x(left);
  }
  return product;
}

// One product.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): multiplication is commutative
constexpr Element multiply(Element left, Element right) {
  return static_cast<Element>(multiply(Lanes{left}, Lanes{right}));
}

// The inverse; 0 for 0, which has none. By Fermat: a^254, for a^255 = 1.
constexpr Element inverse(Element element) {
  Lanes power = element;  // a^(2^i - 1) after i rounds
  for (unsigned round = 0; round < 6; ++round) {
    power = multiply(multiply(power, power), Lanes{element});
  }
  return static_cast<Element>(multiply(power, power));  // (a^127)^2
}

}  // namespace shamir::gf256
