// ceremony/iso_duration.h - lengths of time as people declare them: "P3Y", "P18M", "P10D", "PT8H".
//
// Source: ISO 8601 durations, narrowed: years, months, days, then T and hours; whole numbers, each
// unit at most once and at least one of them. Calendar units stay what they are (a year is no
// number of days).

#pragma once

#include <string_view>

#include "base/calendar.h"
#include "base/result.h"

namespace ceremony {

struct IsoDuration {
  unsigned years = 0;
  unsigned months = 0;
  unsigned days = 0;
  unsigned hours = 0;
};

// Numbers of at most four digits. Errors: kMalformed.
base::Result<IsoDuration> parse_iso_duration(std::string_view text);

// `date` and the years, months and days; hours do not count. Errors: kInvalidArgument past the
// year 9999.
base::Result<base::Date> date_after(base::Date date, const IsoDuration& duration);

// The span as whole years ("P10Y") where it is that, else whole months, else days; "P0D" if empty.
// Requires: span.from <= span.to.
std::string iso_duration_of(const base::DateSpan& span);

}  // namespace ceremony
