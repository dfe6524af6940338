// ca/validity.h - from when until when a certificate or CRL counts; both ends are inside.
//
// Source: RFC 5280 section 4.1.2.5: "the period of time from notBefore through notAfter,
// inclusive". A certificate of 398 days and one second was once 398 days to its makers (Mozilla bug
// 1667744): only length_of() computes how long something lasts.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ca/der.h"

namespace ca {

struct Validity {
  Instant not_before;
  Instant not_after;

  friend bool operator==(const Validity&, const Validity&) = default;
};

// 9999-12-31T23:59:59Z, which RFC 5280 section 4.1.2.5 gives to certificates without a known end.
constexpr Instant kNoEnd =
    std::chrono::sys_days{std::chrono::year{9999} / std::chrono::December / 31} +
    std::chrono::hours{23} + std::chrono::minutes{59} + std::chrono::seconds{59};

// How long it lasts, both ends included: notAfter - notBefore + 1 s.
constexpr std::chrono::seconds length_of(const Validity& validity) {
  return validity.not_after - validity.not_before + std::chrono::seconds{1};
}

// "2026-03-01T10:00:00Z", and back. Errors: kMalformed for any other form, a day that is not in the
// calendar, or a year before 1950.
std::string text_of(Instant time);
base::Result<Instant> instant_of(std::string_view text);

// "365 days", "365 days and 1 second", "12 seconds".
std::string text_of(std::chrono::seconds length);

}  // namespace ca
