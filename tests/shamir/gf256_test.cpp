#include "shamir/gf256.h"

#include <doctest/doctest.h>

using shamir::gf256::broadcast;
using shamir::gf256::Element;
using shamir::gf256::inverse;
using shamir::gf256::Lanes;
using shamir::gf256::multiply;

namespace {

// By hand: the product of two polynomials over GF(2), then the remainder modulo 0x11B.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): multiplication is commutative
unsigned schoolbook(unsigned left, unsigned right) {
  unsigned product = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if (((right >> bit) & 1U) != 0) {
      product ^= left << bit;
    }
  }
  for (unsigned degree = 14; degree >= 8; --degree) {
    if (((product >> degree) & 1U) != 0) {
      product ^= 0x11BU << (degree - 8);
    }
  }
  return product;
}

Element element(unsigned number) {
  return static_cast<Element>(number);
}

}  // namespace

TEST_CASE("gf256: all 65536 products are those of the schoolbook") {
  for (unsigned left = 0; left < 256; ++left) {
    for (unsigned right = 0; right < 256; ++right) {
      if (multiply(element(left), element(right)) != schoolbook(left, right)) {
        FAIL("wrong product of " << left << " and " << right);
      }
    }
  }
}

TEST_CASE("gf256: eight lanes are eight products, each in its place") {
  for (unsigned left = 0; left < 256; ++left) {
    for (unsigned right = 0; right < 256; ++right) {
      Lanes many = 0;
      Lanes wanted = 0;
      for (unsigned lane = 0; lane < 8; ++lane) {
        const unsigned other = (right + 37 * lane) % 256;
        many |= Lanes{other} << (8 * lane);
        wanted |= Lanes{schoolbook(left, other)} << (8 * lane);
      }
      if (multiply(broadcast(element(left)), many) != wanted ||
          multiply(many, broadcast(element(left))) != wanted) {
        FAIL("wrong lanes for " << left << " and " << right);
      }
    }
  }
}

TEST_CASE("gf256: every element but zero times its inverse is one, and zero gives zero") {
  CHECK(inverse(0) == 0);
  for (unsigned number = 1; number < 256; ++number) {
    CHECK(multiply(element(number), inverse(element(number))) == 1);
  }
}

TEST_CASE("gf256: the example of FIPS 197 section 4.2") {
  CHECK(multiply(Element{0x57}, Element{0x83}) == 0xC1);
  CHECK(multiply(Element{0x57}, Element{0x13}) == 0xFE);
}
