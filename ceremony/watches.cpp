#include "ceremony/watches.h"

#include <algorithm>

#include "base/machine.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UtcTime;
using std::chrono::seconds;

constexpr std::size_t kMinutesOnly = std::string_view("2026-11-28 14:05").size();

seconds apart(UtcTime one, UtcTime other) {
  return one < other ? other - one : one - other;
}

Error wrong_day(const std::string& why) {
  return Error{ErrorCode::kInconsistent, why};
}

Result<void> judge_day(base::Date day, const DayBounds& bounds) {
  const std::string today = base::format_date(day);
  if (day < base::kSourceDate) {
    return wrong_day("the watches say " + today + ", and this program was made after " +
                     base::format_date(base::kSourceDate) +
                     "; look at the watches and at this computer's clock again");
  }
  if (bounds.recorded && day < *bounds.recorded) {
    return wrong_day("the watches say " + today + ", and the newest record of this CA is of " +
                     base::format_date(*bounds.recorded) +
                     "; look at the year on the watches, and whether these are the records of "
                     "this CA");
  }
  if (!bounds.planned) {
    return {};
  }
  const auto since = base::days_in({.from = *bounds.planned, .to = day}).count();
  if (since != 0 && since != 1) {
    return wrong_day("the watches say " + today + ", and the plan is for " +
                     base::format_date(*bounds.planned) +
                     "; hold the ceremony on its day, or have a plan for this day reviewed");
  }
  return {};
}

}  // namespace

Result<UtcTime> parse_watch(std::string_view typed) {
  std::string text(typed);
  if (text.size() == kMinutesOnly) {
    text += ":00";
  }
  if (!text.ends_with('Z')) {
    text += 'Z';
  }
  std::ranges::replace(text, ' ', 'T');
  auto time = base::parse_utc_time(text);
  if (!time) {
    return Error{ErrorCode::kMalformed,
                 "this is not a time as it is typed here; type date and time in UTC, for instance "
                 "2026-11-28 14:05"};
  }
  return time;
}

Result<void> judge_watches(const Watches& watches, const DayBounds& bounds) {
  if (apart(watches.actor, watches.witness) > kBetweenWatches) {
    return Error{
        ErrorCode::kInconsistent,
        "the two watches differ by more than two minutes: " + base::format_utc_time(watches.actor) +
            " and " + base::format_utc_time(watches.witness) +
            "; both read UTC, not the local time; look again, and take a third watch"};
  }
  if (std::max(apart(watches.actor, watches.computer), apart(watches.witness, watches.computer)) >
      kFromComputer) {
    return Error{ErrorCode::kInconsistent,
                 "this computer's clock says " + base::format_utc_time(watches.computer) +
                     " and the watches say " + base::format_utc_time(watches.actor) +
                     ", more than five minutes apart; set the computer's clock to UTC, and do "
                     "this step again"};
  }
  return judge_day(base::date_of(watches.actor), bounds);
}

Result<void> check_clock_unmoved(const ClockPair& before, const ClockPair& now) {
  const UtcTime expected = before.clock + (now.steady - before.steady);
  if (apart(expected, now.clock) <= kWithinCeremony) {
    return {};
  }
  return Error{ErrorCode::kWrongState,
               "this computer's clock was moved during the ceremony: it says " +
                   base::format_utc_time(now.clock) + ", and it should be " +
                   base::format_utc_time(expected) +
                   "; set it right and do this step again; if it was set right just now, pause "
                   "the ceremony and come back to it"};
}

}  // namespace ceremony
