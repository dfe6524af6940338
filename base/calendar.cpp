#include "base/calendar.h"

#include <ctime>
#include <optional>

namespace base {

namespace {

constexpr int kLastYear = 9999;

Error malformed_date() {
  return Error{ErrorCode::kMalformed,
               "A date is written YYYY-MM-DD and must be a day that exists, like 2026-11-23. "
               "Correct it."};
}

Error malformed_time() {
  return Error{ErrorCode::kMalformed,
               "A time is written YYYY-MM-DDTHH:MM:SSZ, always in UTC, like 2026-11-23T15:43:33Z. "
               "Correct it."};
}

// A number of exactly as many decimal digits as `text` has.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char character : text) {
    if (character < '0' || character > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<unsigned>(character - '0');
  }
  return value;
}

// With zeros in front up to `Width` digits.
template <std::size_t Width>
std::string padded(unsigned value) {
  const std::string text = std::to_string(value);
  return std::string(Width > text.size() ? Width - text.size() : 0, '0') + text;
}

Result<Date> in_range(Date date) {
  if (!date.ok() || date.year() < std::chrono::year{0} ||
      date.year() > std::chrono::year{kLastYear}) {
    return Error{ErrorCode::kInvalidArgument,
                 "The date lies outside the years 0000 to 9999. Choose a shorter period."};
  }
  return date;
}

// The same day of the month, or the month's last day where it has no such day.
Date clamped(Date date) {
  return date.ok() ? date : Date(date.year() / date.month() / std::chrono::last);
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return malformed_date();
  }
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) {
    return malformed_date();
  }
  const Date date{std::chrono::year{static_cast<int>(*year)},
                  std::chrono::month{*month},
                  std::chrono::day{*day}};
  return date.ok() ? Result<Date>(date) : Result<Date>(malformed_date());
}

std::string format_date(Date date) {
  return padded<4>(static_cast<unsigned>(static_cast<int>(date.year()))) + "-" +
         padded<2>(static_cast<unsigned>(date.month())) + "-" +
         padded<2>(static_cast<unsigned>(date.day()));
}

Result<UtcTime> parse_utc_time(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return malformed_time();
  }
  const Result<Date> date = parse_date(text.substr(0, 10));
  const auto hour = digits(text.substr(11, 2));
  const auto minute = digits(text.substr(14, 2));
  const auto second = digits(text.substr(17, 2));
  if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return malformed_time();
  }
  return start_of(*date) + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

std::string format_utc_time(UtcTime time) {
  const Date date = date_of(time);
  const std::chrono::hh_mm_ss clock(time - start_of(date));
  return format_date(date) + "T" + padded<2>(static_cast<unsigned>(clock.hours().count())) + ":" +
         padded<2>(static_cast<unsigned>(clock.minutes().count())) + ":" +
         padded<2>(static_cast<unsigned>(clock.seconds().count())) + "Z";
}

Date date_of(UtcTime time) {
  return Date(std::chrono::floor<std::chrono::days>(time));
}

UtcTime start_of(Date date) {
  return UtcTime(std::chrono::sys_days(date));
}

std::chrono::days days_in(const DateSpan& span) {
  return std::chrono::sys_days(span.to) - std::chrono::sys_days(span.from);
}

Result<Date> add_days(Date date, std::chrono::days count) {
  constexpr std::chrono::days kFarthest{4'000'000};  // beyond it the sum could overflow
  if (count > kFarthest || count < -kFarthest) {
    return in_range(Date{});
  }
  return in_range(Date(std::chrono::sys_days(date) + count));
}

Result<Date> add_months(Date date, std::chrono::months count) {
  constexpr std::chrono::months kFarthest{120'000};
  if (count > kFarthest || count < -kFarthest) {
    return in_range(Date{});
  }
  return in_range(clamped(date + count));
}

Result<Date> add_years(Date date, std::chrono::years count) {
  constexpr std::chrono::years kFarthest{10'000};
  if (count > kFarthest || count < -kFarthest) {
    return in_range(Date{});
  }
  return in_range(clamped(date + count));
}

UtcTime SystemClock::now() const {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::chrono::seconds SystemClock::steady() const {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec);
}

}  // namespace base
