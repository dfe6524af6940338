// ceremony/watches.h - what time it is, on a machine that nobody tells the time.
//
// The computer's clock is a witness and no more: two people read UTC from watches of their own.
// Dates of certificates come from the plan; what is judged here is whether this is the day on which
// the plan is to be carried out, and whether the record's times can be believed.
// Source: reference "Time on a machine without NTP".

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/calendar.h"
#include "base/result.h"

namespace ceremony {

// The two watches may differ by this, and each from the computer's clock by this.
inline constexpr std::chrono::seconds kBetweenWatches{120};
inline constexpr std::chrono::seconds kFromComputer{300};

// The computer's clock may be moved by this while a ceremony is open.
inline constexpr std::chrono::seconds kWithinCeremony{60};

// What two people typed, and what is known besides.
struct Watches {
  base::UtcTime actor;
  base::UtcTime witness;
  base::UtcTime computer;
};

// The days between which it must be. Those that are not given are not looked at.
struct DayBounds {
  std::optional<base::Date> planned;   // the plan's day; the day after it is taken too
  std::optional<base::Date> recorded;  // of the newest record in this CA's ledger
};

// A time as it is typed from a watch, UTC: "2026-11-28 14:05", seconds if one likes, also
// "2026-11-28T14:05:30Z". Errors: kMalformed, saying how it is typed.
base::Result<base::UtcTime> parse_watch(std::string_view typed);

// Whether the watches and the computer agree, and the day can be. Errors: kInconsistent, with both
// times and what to do: watches more than kBetweenWatches apart, the computer's clock more than
// kFromComputer off, before this program was made (base::kSourceDate), before `recorded`, or not on
// the planned day.
base::Result<void> judge_watches(const Watches& watches, const DayBounds& bounds);

// The computer's clock, and a count that nobody can set.
struct ClockPair {
  base::UtcTime clock;
  std::chrono::seconds steady{};
};

// Whether the clock went as the count did. Errors: kWrongState: it was moved by more than
// kWithinCeremony, with both times.
base::Result<void> check_clock_unmoved(const ClockPair& before, const ClockPair& now);

}  // namespace ceremony
