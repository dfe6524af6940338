// base/calendar.h - dates and times of ceremonies and certificates. All of them are UTC.
//
// Source: RFC 3339, narrowed to one spelling per moment: "2026-11-23" and "2026-11-23T15:43:33Z".

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

using Date = std::chrono::year_month_day;  // always a day that exists, years 0000 to 9999
using UtcTime = std::chrono::sys_seconds;  // POSIX time: leap seconds do not exist

// "YYYY-MM-DD". Errors: kMalformed where it is written otherwise or there is no such day.
Result<Date> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(Date date);

// "YYYY-MM-DDTHH:MM:SSZ", nothing else: no fractions, no offsets, no second 60. Errors: kMalformed.
Result<UtcTime> parse_utc_time(std::string_view text);
[[nodiscard]] std::string format_utc_time(UtcTime time);

// The day that `time` falls on, and the first second of `date`.
[[nodiscard]] Date date_of(UtcTime time);
[[nodiscard]] UtcTime start_of(Date date);

// Whole days from `from` to `to`; negative where `to` is the earlier one.
struct DateSpan {
  Date from;
  Date to;
};
[[nodiscard]] std::chrono::days days_in(const DateSpan& span);

// Later (or, with a negative number, earlier) dates. Where the month has no such day, its last
// one is meant: 31 January and one month is 28 or 29 February; 29 February and one year is the
// 28th. Errors: kInvalidArgument where the result leaves the years 0000 to 9999.
Result<Date> add_days(Date date, std::chrono::days count);
Result<Date> add_months(Date date, std::chrono::months count);
Result<Date> add_years(Date date, std::chrono::years count);

// What says which time it is. A ceremony is given one, so that tests and rehearsals can set it.
class Clock {
 public:
  Clock() = default;
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  [[nodiscard]] virtual UtcTime now() const = 0;

  // A count of seconds that goes on steadily and that nobody can set, from wherever it began.
  [[nodiscard]] virtual std::chrono::seconds steady() const { return now().time_since_epoch(); }
};

// The machine's clock. On a machine without a network it is a witness and no more.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime now() const override;

  // Since the computer was started, those in which it slept among them (CLOCK_BOOTTIME).
  [[nodiscard]] std::chrono::seconds steady() const override;
};

// Stands still until it is set.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(UtcTime time) : time_(time) {}

  [[nodiscard]] UtcTime now() const override { return time_; }
  void set(UtcTime time) { time_ = time; }

 private:
  UtcTime time_;
};

}  // namespace base
