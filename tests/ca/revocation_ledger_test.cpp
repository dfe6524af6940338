// The tables of what was issued and revoked.

#include "ca/revocation_ledger.h"

#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "support/ca_issuance.h"

namespace {

using namespace ca;
using support::at;

IssuedCertificate issued(const DistinguishedName& issuer, base::Bytes serial, const char* end) {
  return {.issuer = issuer.der(), .serial = std::move(serial), .not_after = at(end)};
}

Revocation revoked(const DistinguishedName& issuer, base::Bytes serial) {
  return {.issuer = issuer.der(),
          .serial = std::move(serial),
          .revoked_at = at("2026-05-01T00:00:00Z"),
          .reason = RevocationReason::kSuperseded};
}

const DistinguishedName& own() {
  static const DistinguishedName name = support::example_name("Example Root");
  return name;
}

const DistinguishedName& foreign() {
  static const DistinguishedName name = support::example_name("Other Root");
  return name;
}

}  // namespace

TEST_CASE("serial numbers: kept in place, and ordered as numbers are") {
  CHECK_FALSE(SerialNumber::of({}).has_value());
  CHECK_FALSE(SerialNumber::of(base::Bytes(21, 0x01)).has_value());
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  std::vector<base::Bytes> octets;
  for (int i = 0; i < 300; ++i) {
    // Few values, so that many begin alike.
    base::Bytes serial(1 + random() % 20, 0x11);
    serial[random() % serial.size()] = static_cast<std::uint8_t>(random() % 3);
    octets.push_back(serial);
  }
  for (const base::Bytes& one : octets) {
    const SerialNumber first = SerialNumber::of(one).value();
    REQUIRE(std::ranges::equal(first.octets(), one));
    for (const base::Bytes& other : octets) {
      const SerialNumber second = SerialNumber::of(other).value();
      const bool is_less = one.size() != other.size() ? one.size() < other.size() : one < other;
      REQUIRE((first < second) == is_less);
      REQUIRE((first == second) == (one == other));
    }
  }
}

TEST_CASE("ledger of revocations: only what is of the issuer itself stands in it") {
  IssuedCertificates certificates(own(),
                                  {issued(own(), {0x02}, "2030-01-01T00:00:00Z"),
                                   issued(foreign(), {0x03}, "2030-01-01T00:00:00Z"),
                                   issued(own(), base::Bytes(21, 0x01), "2030-01-01T00:00:00Z")});
  CHECK(certificates.rows().size() == 1);
  Revocations revocations(own(), {revoked(own(), {0x02})});
  CHECK_FALSE(revocations.has_foreign());
  CHECK_FALSE(revocations.has_impossible_serial());
  revocations.add(revoked(foreign(), {0x02}));
  CHECK(revocations.has_foreign());
  CHECK_FALSE(revocations.has_impossible_serial());
  revocations.add(revoked(own(), base::Bytes(21, 0x01)));
  CHECK(revocations.has_impossible_serial());
  CHECK(revocations.rows().size() == 1);
}

TEST_CASE("ledger of revocations: of a serial number issued twice the strictest stays") {
  IssuedCertificate end_entity = issued(own(), {0x05}, "2028-01-01T00:00:00Z");
  end_entity.is_ca = false;
  IssuedCertificates certificates(own(),
                                  {issued(own(), {0x07}, "2031-01-01T00:00:00Z"),
                                   end_entity,
                                   issued(own(), {0x05}, "2030-01-01T00:00:00Z"),
                                   issued(own(), {0x05}, "2029-01-01T00:00:00Z")});
  certificates.sort();
  REQUIRE(certificates.rows().size() == 2);
  CHECK(certificates.rows()[0].not_after == at("2030-01-01T00:00:00Z"));
  CHECK_FALSE(certificates.rows()[0].is_ca);
  CHECK(certificates.rows()[1].not_after == at("2031-01-01T00:00:00Z"));
  CHECK(certificates.rows()[1].is_ca);
}

TEST_CASE("ledger of revocations: rows are taken out where it is asked, and no others") {
  Revocations revocations(own());
  for (const base::Bytes& serial : std::vector<base::Bytes>{{9}, {3}, {7}, {1}, {5}}) {
    revocations.add(revoked(own(), serial));
  }
  revocations.sort();
  revocations.remove({true, false, false, true, false});
  std::vector<int> left;
  for (const RevocationRow& row : revocations.rows()) {
    left.push_back(row.serial.octets().front());
  }
  CHECK(left == std::vector<int>{3, 5, 9});
}

TEST_CASE("ledger of revocations: a row is found in whatever order it is asked for") {
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  Revocations revocations(own());
  std::map<base::Bytes, bool> is_there;
  for (unsigned i = 0; i < 500; ++i) {
    const base::Bytes serial{static_cast<std::uint8_t>(1 + i / 200),
                             static_cast<std::uint8_t>(i % 200)};
    is_there[serial] = random() % 2 == 0;
    if (is_there[serial]) {
      revocations.add(revoked(own(), serial));
    }
  }
  revocations.sort();
  RowsBySerial<RevocationRow> rows(revocations.rows());
  std::vector<base::Bytes> asked;
  for (const auto& [serial, there] : is_there) {
    asked.push_back(serial);
  }
  for (int round = 0; round < 3; ++round) {
    for (const base::Bytes& serial : asked) {
      const RevocationRow* const row = rows.find(SerialNumber::of(serial).value());
      REQUIRE((row != nullptr) == is_there[serial]);
      REQUIRE((row == nullptr || std::ranges::equal(row->serial.octets(), serial)));
    }
    std::ranges::shuffle(asked, random);
  }
  RowsBySerial<RevocationRow> none({});
  CHECK(none.find(SerialNumber::of(base::Bytes{0x01}).value()) == nullptr);
}
