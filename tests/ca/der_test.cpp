// DER, dates and extensions: what is written, and what is refused.

#include "ca/der.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <openssl/asn1.h>
#include <openssl/err.h>

#include "base/text_encoding.h"
#include "ca/extension.h"
#include "ca/validity.h"
#include "support/ca_issuance.h"

namespace {

using namespace ca;
using support::at;

std::string fault_of(const std::string& hex) {
  const std::optional<DerFault> fault = find_der_fault(base::from_hex(hex).value());
  return fault ? std::to_string(fault->offset) + ": " + fault->why : "";
}

}  // namespace

TEST_CASE("DER: lengths take their shortest form at every border") {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U, 70000U}) {
    const base::Bytes value = der(DerTag::kOctetString, {base::Bytes(size, 0x5a)});
    CHECK_FALSE(find_der_fault(value).has_value());
    CHECK(contents_of(value).size() == size);
    CHECK(first_value(value).size() == value.size());
  }
}

TEST_CASE("DER: numbers are positive and shortest") {
  CHECK(base::to_hex(der_unsigned(std::uint64_t{0})) == "020100");
  CHECK(base::to_hex(der_unsigned(std::uint64_t{127})) == "02017f");
  CHECK(base::to_hex(der_unsigned(std::uint64_t{128})) == "02020080");
  CHECK(base::to_hex(der_unsigned(~std::uint64_t{0})) == "020900ffffffffffffffff");
  CHECK(base::to_hex(der_unsigned(base::Bytes{})) == "020100");
  CHECK(base::to_hex(der_unsigned(base::Bytes{0, 0, 0x80})) == "02020080");
}

TEST_CASE("DER: object identifiers") {
  CHECK(base::to_hex(der_object_identifier("2.5.29.15")) == "0603551d0f");
  CHECK(is_object_identifier("2.999.1.1"));
  for (const char* text : {"", "1", "3.1", "1.2.x", "1..2", "keyUsage"}) {
    CHECK_FALSE(is_object_identifier(text));
  }
  CHECK(name_of_oid("2.5.29.15") == "keyUsage");
  CHECK(name_of_oid("2.999.1") == "2.999.1");
  CHECK(oid_of_name("serverAuth") == "1.3.6.1.5.5.7.3.1");
  CHECK_FALSE(oid_of_name("noSuchName").has_value());
}

TEST_CASE("DER: times by the rule of RFC 5280, at its border and at its end") {
  CHECK(base::text_of(contents_of(der_time(at("2049-12-31T23:59:59Z")))) == "491231235959Z");
  CHECK(base::text_of(contents_of(der_time(at("2050-01-01T00:00:00Z")))) == "20500101000000Z");
  CHECK(base::text_of(contents_of(der_time(at("1950-01-01T00:00:00Z")))) == "500101000000Z");
  CHECK(base::text_of(contents_of(der_time(at("2000-02-29T12:34:56Z")))) == "000229123456Z");
  CHECK(base::text_of(contents_of(der_time(kNoEnd))) == "99991231235959Z");
  CHECK(der_time(kNoEnd).front() == static_cast<std::uint8_t>(DerTag::kGeneralizedTime));
}

TEST_CASE("DER: a time is read back only from the bytes that are written for it") {
  // Each day to 2150, then each 97th; in turn each second of a day.
  std::size_t wrong = 0;
  int second = 0;
  int step = 1;
  for (Instant day = at("1950-01-01T00:00:00Z"); day <= kNoEnd; day += std::chrono::days{step}) {
    const Instant time = day + std::chrono::seconds{second};
    wrong += plain_time_of(der_time(time)) == time ? 0U : 1U;
    second = (second + 1) % 86400;
    step = day < at("2150-01-01T00:00:00Z") ? 1 : 97;
  }
  CHECK(wrong == 0);
  const base::Bytes good = der_time(at("2026-02-28T23:59:59Z"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (unsigned octet = 0; octet < 256; ++octet) {
      base::Bytes other = good;
      other[i] = static_cast<std::uint8_t>(octet);
      const std::optional<Instant> time = plain_time_of(other);
      REQUIRE((!time || der_time(*time) == other));
    }
  }
  for (const char* text : {"260230000000Z",     // no such day
                           "261301000000Z",     // no such month
                           "260228240000Z",     // no such hour
                           "260228006000Z",     // no such minute
                           "260228000060Z",     // no such second
                           "2602280000Z",       // without seconds
                           "20260228000000Z"})  // too early for that type
  {
    const bool is_short = std::string_view(text).size() == 13;
    const DerTag tag = is_short ? DerTag::kUtcTime : DerTag::kGeneralizedTime;
    CHECK_FALSE(plain_time_of(der(tag, {base::bytes_of(text)})).has_value());
  }
  CHECK_FALSE(plain_time_of({}).has_value());
}

TEST_CASE("DER: OpenSSL reads 300,000 random headers the same way") {
  const unsigned seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300'000; ++i) {
    base::Bytes bytes(random() % 12);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
    if (bytes.size() > 1 && i % 4 != 0) {  // a length that may fit
      const std::uint8_t more[]{0x81, 0x82, 0x83, 0x84};
      bytes[1] = i % 4 == 1 ? more[random() % 4] : static_cast<std::uint8_t>(random() % 12);
      bytes[std::min<std::size_t>(2, bytes.size() - 1)] &= 0x0fU;
    }
    const unsigned char* at = bytes.data();
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    const int form =
        ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(bytes.size()));
    ERR_clear_error();
    const bool is_cut = (form & 0x80) != 0;
    const auto header = static_cast<std::size_t>(at - bytes.data());
    REQUIRE(first_value(bytes).size() == (is_cut ? 0 : header + static_cast<std::size_t>(length)));
    REQUIRE(contents_of(bytes).size() == (is_cut ? 0 : static_cast<std::size_t>(length)));
  }
}

TEST_CASE("DER: every fault is found at its byte") {
  CHECK(fault_of("30060201000201ff") == "");
  CHECK(fault_of("") == "0: a value is cut off or does not fit into what holds it");
  CHECK(fault_of("3003020100ff") == "5: more bytes follow behind its end");
  CHECK(fault_of("30040201") == "0: a value is cut off or does not fit into what holds it");
  CHECK(fault_of("3003020200") == "2: a value is cut off or does not fit into what holds it");
  CHECK(fault_of("30800201000000") == "0: a length is indefinite");
  CHECK(fault_of("308103020100") == "0: a length is not in its shortest form");
  CHECK(fault_of("300402020001") == "2: a number is not in its shortest form");
  CHECK(fault_of("30040202ff80") == "2: a number is not in its shortest form");
  CHECK(fault_of("30020200") == "2: a number has no digits");
  CHECK(fault_of("3003010101") == "2: a yes-or-no value is neither 00 nor FF");
  CHECK(fault_of("3003030108") == "2: a bit string is not well formed");
  CHECK(fault_of("300403020701") == "2: a bit string has stray bits behind its end");
  CHECK(fault_of("3003050100") == "2: a NULL is not empty");
  CHECK(fault_of("3003060181") == "2: an object identifier is cut off");
  CHECK(fault_of("300406028001") == "2: an object identifier is not in its shortest form");
  CHECK(fault_of("300524030401aa") == "2: a single value is cut into pieces");
  CHECK(fault_of("3106020102020101") == "5: a set is not sorted");
  CHECK(fault_of("3106020101020102") == "");
  CHECK(fault_of("30021000") == "2: a list is marked as a single value");
  CHECK(fault_of("30020000") == "2: an end-of-contents mark stands where a value should");
}

TEST_CASE("DER: what is known is not looked at, and faults behind it are found at their bytes") {
  const auto fault_with = [&](base::ByteView all, base::ByteView known) {
    const std::optional<DerFault> fault = find_der_fault(all, known);
    return fault ? std::to_string(fault->offset) + ": " + fault->why : "";
  };
  const base::Bytes good = base::from_hex("300b30060201000201010101ff").value();
  const base::Bytes inner = base::from_hex("300b30060201000202000101ff").value();
  const base::Bytes behind = base::from_hex("300b3006020100020101010101").value();
  const auto list_of = [](const base::Bytes& all) { return base::ByteView(all).subspan(4, 6); };
  CHECK(fault_with(good, list_of(good)) == "");
  CHECK(fault_with(good, {}) == "");
  CHECK(fault_with(behind, list_of(behind)) == "10: a yes-or-no value is neither 00 nor FF");
  CHECK(fault_with(inner, list_of(inner).first(3)) ==
        "7: a value is cut off or does not fit into what holds it");
}

TEST_CASE("dates: text and back, and what is no date") {
  for (const char* text : {"1950-01-01T00:00:00Z",
                           "2024-02-29T23:59:59Z",
                           "2049-12-31T23:59:59Z",
                           "9999-12-31T23:59:59Z"}) {
    CHECK(text_of(instant_of(text).value()) == text);
  }
  for (const char* text : {"",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:60Z",
                           "2026-01-01 00:00:00Z",
                           "2026-01-01T00:00:00",
                           "2026-01-01T00:00:00+01:00",
                           "1949-12-31T23:59:59Z",
                           "-026-01-01T00:00:00Z",
                           "2026-01-01T00:00:-1Z"}) {
    CAPTURE(text);
    CHECK_FALSE(instant_of(text).ok());
  }
}

TEST_CASE("dates: both ends are included, one second is one second") {
  const Validity day{.not_before = at("2026-01-01T00:00:00Z"),
                     .not_after = at("2026-01-01T23:59:59Z")};
  CHECK(length_of(day) == std::chrono::days{1});
  CHECK(text_of(length_of(day)) == "1 day");
  CHECK(text_of(length_of({.not_before = day.not_before, .not_after = day.not_before})) ==
        "1 second");
  CHECK(text_of(std::chrono::days{398} + std::chrono::seconds{1}) == "398 days and 1 second");
}

TEST_CASE("extensions: what is written is read as the same") {
  for (unsigned bits = 0; bits < 512; ++bits) {
    const KeyUsage usage{static_cast<std::uint16_t>(bits)};
    CHECK(decode_key_usage(encode_key_usage(usage)).value() == usage);
  }
  for (const auto& length : {std::optional<std::uint64_t>(),
                             std::optional<std::uint64_t>(0),
                             std::optional<std::uint64_t>(300)}) {
    const BasicConstraints read =
        decode_basic_constraints(encode_basic_constraints({.is_ca = true, .path_length = length}))
            .value();
    CHECK(read.is_ca);
    CHECK(read.path_length == length);
  }
  const std::vector<std::string> oids{"1.3.6.1.5.5.7.3.1", "2.999.1"};
  CHECK(decode_extended_key_usage(encode_extended_key_usage(oids)).value() == oids);
  CHECK(decode_policies(encode_policies(oids)).value() == oids);
  const std::vector<std::string> uris{"http://a.example/1", "http://b.example/2"};
  CHECK(decode_distribution_points(encode_distribution_points(uris))->uris == uris);
  CHECK(decode_authority_information(encode_ca_issuers(uris))->ca_issuers == uris);
  const base::Bytes identifier(20, 0x5a);
  CHECK(decode_key_identifier(encode_key_identifier(identifier)).value() == identifier);
  CHECK(decode_authority_key_identifier(encode_authority_key_identifier(identifier))
            ->key_identifier == identifier);
  const IssuingDistributionPoint point =
      decode_issuing_distribution_point(encode_only_ca_certificates()).value();
  CHECK(point.only_ca_certificates);
  CHECK_FALSE(point.has_others);
  CHECK(decode_reason(encode_reason(9)).value() == 9);
}

TEST_CASE("extensions: what is something else is malformed") {
  const base::Bytes null{0x05, 0x00};
  const base::Bytes empty_list{0x30, 0x00};
  base::Bytes longer = encode_key_identifier(base::Bytes(20, 1));
  longer.push_back(0x00);
  CHECK_FALSE(decode_key_usage(null).ok());
  CHECK_FALSE(decode_key_usage(base::Bytes{0x03, 0x02, 0x00, 0x06}).ok());  // trailing zero bit
  CHECK_FALSE(decode_basic_constraints(null).ok());
  CHECK_FALSE(decode_extended_key_usage(empty_list).ok());
  CHECK_FALSE(decode_policies(empty_list).ok());
  CHECK_FALSE(decode_distribution_points(empty_list).ok());
  CHECK_FALSE(decode_authority_information(empty_list).ok());
  CHECK_FALSE(decode_key_identifier(longer).ok());
  CHECK_FALSE(decode_key_identifier(base::Bytes{0x04, 0x00}).ok());
  CHECK_FALSE(decode_authority_key_identifier(null).ok());
  CHECK_FALSE(decode_issuing_distribution_point(null).ok());
  CHECK_FALSE(decode_integer(null).ok());
  CHECK_FALSE(decode_reason(base::Bytes{0x0a, 0x01, 0xff}).ok());
}
