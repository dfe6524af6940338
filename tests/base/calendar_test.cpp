#include "base/calendar.h"

#include <ctime>
#include <limits>

#include <doctest/doctest.h>

#include "base/random.h"

using namespace base;
using namespace std::chrono_literals;

namespace {

Date date(std::string_view text) {
  return *parse_date(text);
}

std::string after(Result<Date> result) {
  return result.ok() ? format_date(*result) : result.error().message;
}

}  // namespace

TEST_CASE("calendar: every day of a cycle of 400 years is written and read back") {
  std::size_t days = 0;
  const auto end = std::chrono::sys_days(date("2200-01-01"));
  for (auto day = std::chrono::sys_days(date("1800-01-01")); day < end;
       day += std::chrono::days{1}) {
    const auto again = parse_date(format_date(Date(day)));
    days += again.ok() && *again == Date(day) ? 1U : 0U;
  }
  CHECK(days == 146'097);
}

TEST_CASE("calendar: the last day of every month of the years 0000 to 9999 is the one there is") {
  using std::chrono::last;
  std::size_t months = 0;
  for (auto month = std::chrono::year{0} / 1; month <= std::chrono::year{9999} / 12;
       month += std::chrono::months{1}) {
    const Date end(month / last);
    const std::string beyond = format_date(month / (end.day() + std::chrono::days{1}));
    months += parse_date(format_date(end)).ok() && !parse_date(beyond).ok() ? 1U : 0U;
  }
  CHECK(months == 120'000);
}

TEST_CASE("calendar: days that do not exist are refused") {
  for (const std::string_view text : {"2026-02-29",
                                      "2100-02-29",
                                      "2026-04-31",
                                      "2026-13-01",
                                      "2026-00-10",
                                      "2026-01-00",
                                      "2026-01-32"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).ok());
  }
  CHECK(parse_date("2000-02-29").ok());
  CHECK(parse_date("2024-02-29").ok());
}

TEST_CASE("calendar: a date has one spelling") {
  for (const std::string_view text : {"",
                                      "2026-11-2",
                                      "2026-1-23",
                                      "26-11-23",
                                      "2026/11/23",
                                      " 2026-11-23",
                                      "2026-11-23 ",
                                      "20261123",
                                      "+026-11-23",
                                      "-026-11-23",
                                      "2026-11-2x",
                                      "2026-11-23T"}) {
    CAPTURE(text);
    const auto parsed = parse_date(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == ErrorCode::kMalformed);
    CHECK(parsed.error().message ==
          "A date is written YYYY-MM-DD and must be a day that exists, like 2026-11-23. Correct "
          "it.");
  }
}

TEST_CASE("calendar: a time has one spelling") {
  for (const std::string_view text : {"2026-11-23",
                                      "2026-11-23T15:43:33",
                                      "2026-11-23T15:43:33z",
                                      "2026-11-23t15:43:33Z",
                                      "2026-11-23 15:43:33Z",
                                      "2026-11-23T15:43:33+00:00",
                                      "2026-11-23T15:43:33.0Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T23:60:00Z",
                                      "2026-12-31T23:59:60Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-11-23T1x:43:33Z",
                                      "2026-11-23T15:4x:33Z",
                                      "2026-11-23T15:43:-3Z"}) {
    CAPTURE(text);
    const auto parsed = parse_utc_time(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == ErrorCode::kMalformed);
    CHECK(parsed.error().message ==
          "A time is written YYYY-MM-DDTHH:MM:SSZ, always in UTC, like 2026-11-23T15:43:33Z. "
          "Correct it.");
  }
}

TEST_CASE("calendar: times agree with the C library's at the borders that break software") {
  for (const std::string_view text : {"1970-01-01T00:00:00Z",
                                      "1969-12-31T23:59:59Z",
                                      "2000-01-01T00:00:00Z",
                                      "2038-01-19T03:14:07Z",
                                      "2038-01-19T03:14:08Z",
                                      "2049-12-31T23:59:59Z",
                                      "2050-01-01T00:00:00Z",
                                      "2024-02-29T12:00:00Z",
                                      "9999-12-31T23:59:59Z",
                                      "0000-01-01T00:00:00Z"}) {
    CAPTURE(text);
    const auto time = parse_utc_time(text);
    REQUIRE(time.ok());
    CHECK(format_utc_time(*time) == text);
    std::tm broken_down{};
    REQUIRE(strptime(std::string(text).c_str(), "%Y-%m-%dT%H:%M:%SZ", &broken_down) != nullptr);
    CHECK(timegm(&broken_down) == time->time_since_epoch().count());
  }
}

TEST_CASE("calendar: every second of a day is written and read back") {
  const UtcTime start = start_of(date("2026-11-23"));
  for (auto time = start; time < start + 24h; time += 1s) {
    REQUIRE(*parse_utc_time(format_utc_time(time)) == time);
    REQUIRE(date_of(time) == date("2026-11-23"));
  }
  CHECK(date_of(start - 1s) == date("2026-11-22"));
  CHECK(date_of(start + 24h) == date("2026-11-24"));
}

TEST_CASE("calendar: adding days, months and years") {
  using std::chrono::days;
  using std::chrono::months;
  using std::chrono::years;
  CHECK(after(add_days(date("2026-12-31"), days{1})) == "2027-01-01");
  CHECK(after(add_days(date("2024-02-28"), days{1})) == "2024-02-29");
  CHECK(after(add_days(date("2026-01-01"), days{-1})) == "2025-12-31");
  CHECK(after(add_months(date("2026-01-31"), months{1})) == "2026-02-28");
  CHECK(after(add_months(date("2024-01-31"), months{1})) == "2024-02-29");
  CHECK(after(add_months(date("2026-11-30"), months{3})) == "2027-02-28");
  CHECK(after(add_months(date("2026-03-31"), months{-13})) == "2025-02-28");
  CHECK(after(add_years(date("2024-02-29"), years{1})) == "2025-02-28");
  CHECK(after(add_years(date("2024-02-29"), years{4})) == "2028-02-29");
  CHECK(after(add_years(date("2026-11-23"), years{-2026})) == "0000-11-23");
  CHECK(days_in({.from = date("2026-11-23"), .to = date("2027-11-23")}) == days{365});
  CHECK(days_in({.from = date("2026-11-23"), .to = date("2026-11-22")}) == days{-1});
}

TEST_CASE("calendar: a date outside the years 0000 to 9999 is refused, however far") {
  using std::chrono::days;
  using std::chrono::months;
  using std::chrono::years;
  const std::string refused =
      "The date lies outside the years 0000 to 9999. Choose a shorter period.";
  CHECK(after(add_days(date("9999-12-31"), days{1})) == refused);
  CHECK(after(add_days(date("0000-01-01"), days{-1})) == refused);
  CHECK(after(add_months(date("9999-12-01"), months{1})) == refused);
  CHECK(after(add_years(date("9999-12-31"), years{1})) == refused);
  CHECK(after(add_years(date("0000-01-01"), years{-1})) == refused);
  CHECK(after(add_days(date("2026-11-23"), days::max())) == refused);
  CHECK(after(add_days(date("2026-11-23"), days::min())) == refused);
  CHECK(after(add_months(date("2026-11-23"), months::max())) == refused);
  CHECK(after(add_months(date("2026-11-23"), months::min())) == refused);
  CHECK(after(add_years(date("2026-11-23"), years::max())) == refused);
  CHECK(after(add_years(date("2026-11-23"), years::min())) == refused);
  CHECK(add_days(date("9999-12-31"), days{1}).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("calendar: the system's clock runs in UTC, a fixed one stands still") {
  const auto before = std::time(nullptr);
  const auto now = SystemClock().now().time_since_epoch().count();
  const auto afterwards = std::time(nullptr);
  CHECK(before <= now);
  CHECK(now <= afterwards);
  FixedClock clock(start_of(date("2026-11-23")));
  CHECK(clock.now() == start_of(date("2026-11-23")));
  clock.set(start_of(date("2049-12-31")));
  CHECK(format_utc_time(clock.now()) == "2049-12-31T00:00:00Z");
}
