#include "ca/serial_number.h"

#include <set>

#include <doctest/doctest.h>

#include "ca/der.h"

TEST_CASE("serial numbers: all have one length in DER, are positive and differ") {
  std::set<base::Bytes> seen;
  constexpr std::size_t kCount = 100'000;
  for (std::size_t i = 0; i < kCount; ++i) {
    const base::Bytes serial = ca::new_serial_number();
    const base::Bytes encoded = ca::der_unsigned(serial);
    REQUIRE(encoded.size() == 2 + ca::kSerialSize);
    REQUIRE(encoded[2] == 0x01);
    REQUIRE(ca::is_own_serial_number(serial));
    seen.insert(serial);
  }
  CHECK(seen.size() == kCount);
}

TEST_CASE("serial numbers: others are told apart") {
  CHECK_FALSE(ca::is_own_serial_number(base::Bytes(16, 0x01)));
  CHECK_FALSE(ca::is_own_serial_number(base::Bytes(18, 0x01)));
  CHECK_FALSE(ca::is_own_serial_number(base::Bytes(17, 0x02)));
  CHECK(ca::is_own_serial_number(base::Bytes(17, 0x01)));
}
