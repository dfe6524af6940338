// ca/der.h - writes DER, and tells whether bytes are DER. What they mean is OpenSSL's work.
//
// Source: ITU-T X.690 (DER), RFC 5280 section 4.1 for what is written with it.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace ca {

// The identifier octet of what Conclave writes (X.690 section 8.1.2).
enum class DerTag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kObjectIdentifier = 0x06,
  kEnumerated = 0x0a,
  kUtf8String = 0x0c,
  kPrintableString = 0x13,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kSequence = 0x30,
  kSet = 0x31,
  kContext0 = 0x80,             // [0] IMPLICIT over a primitive type
  kContext1 = 0x81,             // [1]
  kContext2 = 0x82,             // [2]
  kContext6 = 0x86,             // [6], the URI of a GeneralName
  kContext0Constructed = 0xa0,  // [0] over a constructed type, or EXPLICIT
  kContext1Constructed = 0xa1,  // [1]
  kContext2Constructed = 0xa2,  // [2]
  kContext3Constructed = 0xa3,  // [3]
};

// One value: tag, minimal length, and the contents in that order.
base::Bytes der(DerTag tag, std::initializer_list<base::ByteView> contents);

// An INTEGER that is not negative, from its big-endian magnitude (leading zeros are dropped).
base::Bytes der_unsigned(base::ByteView magnitude);
base::Bytes der_unsigned(std::uint64_t value);

// An OBJECT IDENTIFIER from its dotted form. Requires: an object identifier; for others the empty
// value, which no reader takes. Text from outside is tested with is_object_identifier() first.
base::Bytes der_object_identifier(std::string_view dotted);
bool is_object_identifier(std::string_view dotted);

// Seconds since 1970 in UTC; RFC 5280 knows nothing finer.
using Instant = std::chrono::sys_seconds;

// A time by the rule of RFC 5280 section 4.1.2.5: UTCTime through the year 2049, GeneralizedTime
// from 2050 on, always with seconds and "Z". Requires: a year from 1950 to 9999.
base::Bytes der_time(Instant time);
std::size_t size_of_time(Instant time);  // of that value

// The time in a value that der_time() writes; for every other value, whatever it means, nothing or
// what `otherwise` says (a million of these in a row are faster so).
std::optional<Instant> plain_time_of(base::ByteView value);
Instant plain_time_or(base::ByteView value, Instant otherwise);

// Appends `more` to `bytes`.
void append(base::Bytes& bytes, base::ByteView more);

// The same as der(tag, {contents}), in the memory of `contents` where that has room.
base::Bytes wrapped(DerTag tag, base::Bytes contents);

// The same as der() and der_time(), and the header of a value of that length, written behind
// `bytes`: nothing else is allocated.
void append_header(base::Bytes& bytes, DerTag tag, std::size_t length);
void append_der(base::Bytes& bytes, DerTag tag, std::initializer_list<base::ByteView> contents);
void append_time(base::Bytes& bytes, Instant time);

// Where bytes first leave the form, counted from 0, and why.
struct DerFault {
  std::size_t offset = 0;
  std::string why;  // "a length is not in its shortest form"
};

// Nothing when `bytes` are exactly one DER value: definite and shortest lengths, primitive strings,
// shortest integers, sorted sets, no more than 32 levels, nothing behind it. Does not look into
// OCTET STRINGs. Linear in time, constant in memory. `known` are values inside `bytes`, one behind
// the other, that are DER beyond doubt and not looked at again.
std::optional<DerFault> find_der_fault(base::ByteView bytes, base::ByteView known = {});

// The first value in `bytes` as it stands, with its header; empty where there is none. With
// `contents_of`, the same without its header. Both borrow. Requires: bytes that are DER.
base::ByteView first_value(base::ByteView bytes);
base::ByteView contents_of(base::ByteView value);

// Whether `bytes` begin with that identifier octet.
bool starts_with(base::ByteView bytes, DerTag tag);

// The first value, which `rest` then no longer has; empty where there is none.
base::ByteView take_value(base::ByteView& rest);

}  // namespace ca
