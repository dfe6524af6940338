#include "ceremony/iso_duration.h"

#include <string>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMostDigits = 4;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

// Takes "NNNNu" from the front of `rest` when it is there and not longer than four digits.
unsigned take(std::string_view& rest, char unit) {
  std::size_t digits = 0;
  unsigned value = 0;
  while (digits < rest.size() && is_digit(rest[digits])) {
    value = digits < kMostDigits ? value * 10 + static_cast<unsigned>(rest[digits] - '0') : value;
    ++digits;
  }
  if (digits == 0 || digits > kMostDigits || digits == rest.size() || rest[digits] != unit) {
    return 0;  // what was not taken stays, and the caller refuses it
  }
  rest.remove_prefix(digits + 1);
  return value;
}

Error not_a_duration() {
  return Error{ErrorCode::kMalformed,
               "a length of time is not written as P, then years, months and days, such as P3Y, "
               "P18M or P10D"};
}

}  // namespace

base::Result<IsoDuration> parse_iso_duration(std::string_view text) {
  std::string_view rest = text;
  if (rest.size() < 3 || rest.front() != 'P') {
    return not_a_duration();
  }
  rest.remove_prefix(1);
  IsoDuration duration;
  duration.years = take(rest, 'Y');
  duration.months = take(rest, 'M');
  duration.days = take(rest, 'D');
  if (rest.size() > 1 && rest.front() == 'T') {
    rest.remove_prefix(1);
    duration.hours = take(rest, 'H');
  }
  if (!rest.empty()) {
    return not_a_duration();
  }
  return duration;
}

base::Result<base::Date> date_after(base::Date date, const IsoDuration& duration) {
  const std::chrono::months months(static_cast<int>(duration.years * 12 + duration.months));
  auto later = base::add_months(date, months);
  if (!later) {
    return later;
  }
  return base::add_days(*later, std::chrono::days(static_cast<int>(duration.days)));
}

std::string iso_duration_of(const base::DateSpan& span) {
  const auto months = (static_cast<int>(span.to.year()) - static_cast<int>(span.from.year())) * 12 +
                      static_cast<int>(static_cast<unsigned>(span.to.month())) -
                      static_cast<int>(static_cast<unsigned>(span.from.month()));
  if (span.from.day() == span.to.day() && months > 0) {
    return months % 12 == 0 ? "P" + std::to_string(months / 12) + "Y"
                            : "P" + std::to_string(months) + "M";
  }
  return "P" + std::to_string(base::days_in(span).count()) + "D";
}

}  // namespace ceremony
