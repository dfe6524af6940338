// Times in DER.

#include <array>

#include "ca/der.h"

namespace ca {

namespace {

// Octets of a UTCTime and of a GeneralizedTime with seconds, and where the one ends.
constexpr std::size_t kShortTime = 15;
constexpr std::size_t kLongTime = 17;
constexpr unsigned kFirstLongYear = 2050;

// The octets of a UTCTime or GeneralizedTime.
struct PlainTime {
  std::array<std::uint8_t, kLongTime> octets{};
  std::size_t size = 0;

  [[nodiscard]] base::ByteView value() const { return base::ByteView(octets).first(size); }
  void add(unsigned octet) { octets.at(size++) = static_cast<std::uint8_t>(octet); }
  void add_two_digits(unsigned number) {
    add('0' + number / 10);
    add('0' + number % 10);
  }
};

constexpr Instant kFirstLongTime =
    std::chrono::sys_days{std::chrono::January / 1 / static_cast<int>(kFirstLongYear)};

PlainTime plain_time(Instant time) {
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  PlainTime plain;
  const bool is_short = year < kFirstLongYear;
  plain.add(static_cast<unsigned>(is_short ? DerTag::kUtcTime : DerTag::kGeneralizedTime));
  plain.add(static_cast<unsigned>(is_short ? kShortTime : kLongTime) - 2);
  if (!is_short) {
    plain.add_two_digits(year / 100);
  }
  plain.add_two_digits(year % 100);
  plain.add_two_digits(static_cast<unsigned>(date.month()));
  plain.add_two_digits(static_cast<unsigned>(date.day()));
  plain.add_two_digits(static_cast<unsigned>(clock.hours().count()));
  plain.add_two_digits(static_cast<unsigned>(clock.minutes().count()));
  plain.add_two_digits(static_cast<unsigned>(clock.seconds().count()));
  plain.add('Z');
  return plain;
}

// Whether all but the digits of a time is there.
bool has_plain_frame(base::ByteView value) {
  const bool is_short = value.size() == kShortTime;
  return (is_short || value.size() == kLongTime) &&
         starts_with(value, is_short ? DerTag::kUtcTime : DerTag::kGeneralizedTime) &&
         value[1] == value.size() - 2 && value.back() == 'Z';
}

}  // namespace

void append_time(base::Bytes& bytes, Instant time) {
  const PlainTime plain = plain_time(time);
  append(bytes, plain.value());
}

base::Bytes der_time(Instant time) {
  base::Bytes value;
  append_time(value, time);
  return value;
}

std::size_t size_of_time(Instant time) {
  return time < kFirstLongTime ? kShortTime : kLongTime;
}

Instant plain_time_or(base::ByteView value, Instant otherwise) {
  const bool is_short = value.size() == kShortTime;
  if (!has_plain_frame(value)) {
    return otherwise;
  }
  std::array<unsigned, 7> numbers{};  // century, year, month, day, hour, minute, second
  const base::ByteView digits = value.subspan(2);
  for (std::size_t i = is_short ? 1 : 0, at = 0; i < numbers.size(); ++i, at += 2) {
    const unsigned tens = digits[at] - unsigned{'0'};
    const unsigned ones = digits[at + 1] - unsigned{'0'};
    if (tens > 9 || ones > 9) {
      return otherwise;
    }
    numbers[i] = 10 * tens + ones;
  }
  const auto& [century, year, month, day, hour, minute, second] = numbers;
  const unsigned whole_year = is_short ? year + (year < 50 ? 2000 : 1900) : 100 * century + year;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(whole_year)},
                                         std::chrono::month{month},
                                         std::chrono::day{day}};
  const bool is_right_type = is_short == (whole_year < kFirstLongYear);
  if (!is_right_type || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return otherwise;
  }
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

std::optional<Instant> plain_time_of(base::ByteView value) {
  const Instant time = plain_time_or(value, Instant::min());
  return time == Instant::min() ? std::nullopt : std::optional(time);
}

}  // namespace ca
