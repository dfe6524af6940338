// tests/fuzz/base__calendar_fuzz.cpp - a date or time that is accepted is written the same way.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/bytes.h"
#include "base/calendar.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_sum(const base::Result<base::Date>& sum) {
  require(!sum || sum->ok());
  require(!sum || base::parse_date(base::format_date(*sum)).value() == *sum);
}

// Adds the number that the input ends with.
void check_sums(base::Date date, base::ByteView input) {
  std::int32_t count = 0;
  if (input.size() >= sizeof(count)) {
    std::memcpy(&count, input.last(sizeof(count)).data(), sizeof(count));
  }
  check_sum(base::add_days(date, std::chrono::days{count}));
  check_sum(base::add_months(date, std::chrono::months{count}));
  check_sum(base::add_years(date, std::chrono::years{count}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text_of({data, size});
  if (const auto time = base::parse_utc_time(text); time.ok()) {
    require(base::format_utc_time(*time) == text);
  }
  if (const auto date = base::parse_date(text); date.ok()) {
    require(base::format_date(*date) == text);
  }
  if (const auto date = base::parse_date(text.substr(0, 10)); date.ok()) {
    check_sums(*date, {data, size});
  }
  return 0;
}
