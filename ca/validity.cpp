#include "ca/validity.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace ca {

namespace {

base::Error not_a_time() {
  return base::Error{base::ErrorCode::kMalformed,
                     "this is not a time of the form 2026-03-01T10:00:00Z; write it so"};
}

// The decimal number that is all of `digits`, or nothing.
std::optional<int> number_of(std::string_view digits) {
  int value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, value);
  return (error == std::errc{} && at == end && digits.front() != '-') ? std::optional(value)
                                                                      : std::nullopt;
}

std::string counted(long long count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string text_of(Instant time) {
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(),
                                 text.size(),
                                 "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                 static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()),
                                 static_cast<int>(clock.hours().count()),
                                 static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

base::Result<Instant> instant_of(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) {
    return not_a_time();
  }
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != 'd' && text[i] != kForm[i]) {
      return not_a_time();
    }
  }
  constexpr std::array<std::size_t, 6> kStarts{0, 5, 8, 11, 14, 17};
  std::array<int, 6> parts{};
  for (std::size_t i = 0; i < kStarts.size(); ++i) {
    const std::optional<int> part = number_of(text.substr(kStarts.at(i), i == 0 ? 4 : 2));
    if (!part) {
      return not_a_time();
    }
    parts.at(i) = *part;
  }
  const std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                         std::chrono::month{static_cast<unsigned>(parts[1])},
                                         std::chrono::day{static_cast<unsigned>(parts[2])}};
  if (!date.ok() || parts[0] < 1950 || parts[3] > 23 || parts[4] > 59 || parts[5] > 59) {
    return not_a_time();
  }
  return std::chrono::sys_days{date} + std::chrono::hours{parts[3]} +
         std::chrono::minutes{parts[4]} + std::chrono::seconds{parts[5]};
}

std::string text_of(std::chrono::seconds length) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(length);
  const long long rest = (length - days).count();
  if (days.count() == 0) {
    return counted(rest, "second");
  }
  return counted(days.count(), "day") + (rest == 0 ? "" : " and " + counted(rest, "second"));
}

}  // namespace ca
