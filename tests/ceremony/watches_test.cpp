#include "ceremony/watches.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using base::ErrorCode;
using base::UtcTime;
using ceremony::ClockPair;
using ceremony::DayBounds;
using ceremony::Watches;
using std::chrono::seconds;

UtcTime at(std::string_view text) {
  return base::parse_utc_time(text).value();
}

base::Date on(std::string_view text) {
  return base::parse_date(text).value();
}

constexpr std::string_view kNow = "2027-03-01T09:30:00Z";

DayBounds of_the_day() {
  return {.planned = on("2027-03-01"), .recorded = on("2026-12-01")};
}

void check_refused(const base::Result<void>& judged, ErrorCode code, std::string_view why) {
  REQUIRE_FALSE(judged.ok());
  CHECK(judged.error().code == code);
  CHECK_MESSAGE(judged.error().message.find(why) != std::string::npos, judged.error().message);
}

// All three say the same time.
Watches all(std::string_view text) {
  return {.actor = at(text), .witness = at(text), .computer = at(text)};
}

}  // namespace

TEST_CASE("watches: a time is taken with or without seconds, and as RFC 3339 writes it") {
  for (const char* const typed :
       {"2026-11-28 14:05", "2026-11-28 14:05:00", "2026-11-28T14:05", "2026-11-28T14:05:00Z"}) {
    CAPTURE(typed);
    const auto time = ceremony::parse_watch(typed);
    REQUIRE(time.ok());
    CHECK(*time == at("2026-11-28T14:05:00Z"));
  }
}

TEST_CASE("watches: what is no time, or not written as it is here, is refused with an example") {
  for (const char* const typed : {"",
                                  "14:05",
                                  "28.11.2026 14:05",
                                  "2026-11-28",
                                  "2026-02-29 10:00",
                                  "2026-11-28 24:00",
                                  "2026-11-28 2:05 pm",
                                  "2026-12-31 23:59:60",
                                  "2026-11-28T14:05:00+01:00"}) {
    CAPTURE(typed);
    const auto time = ceremony::parse_watch(typed);
    REQUIRE_FALSE(time.ok());
    CHECK(time.error().code == ErrorCode::kMalformed);
    CHECK(time.error().message.find("2026-11-28 14:05") != std::string::npos);
  }
}

TEST_CASE("watches: they may differ by two minutes, and from the computer by five") {
  const UtcTime now = at(kNow);
  for (const int sign : {-1, 1}) {
    CHECK(ceremony::judge_watches(
              {.actor = now + sign * seconds(120), .witness = now, .computer = now}, {})
              .ok());
    check_refused(ceremony::judge_watches(
                      {.actor = now + sign * seconds(121), .witness = now, .computer = now}, {}),
                  ErrorCode::kInconsistent,
                  "the two watches differ by more than two minutes");
    CHECK(ceremony::judge_watches(
              {.actor = now, .witness = now, .computer = now + sign * seconds(300)}, {})
              .ok());
    check_refused(ceremony::judge_watches(
                      {.actor = now, .witness = now, .computer = now + sign * seconds(301)}, {}),
                  ErrorCode::kInconsistent,
                  "set the computer's clock to UTC");
  }
}

TEST_CASE("watches: the matrix of clock faults, with the computer's clock alone at fault") {
  for (const char* const wrong : {"1970-01-01T00:00:00Z",
                                  "2000-01-01T00:00:00Z",
                                  "2027-02-28T09:30:00Z",
                                  "2027-03-02T09:30:00Z",
                                  "2047-03-01T09:30:00Z",
                                  "2038-01-19T03:14:08Z",
                                  "2049-12-31T23:59:59Z",
                                  "2050-01-01T00:00:00Z",
                                  "2028-02-29T09:30:00Z",
                                  "2027-03-01T10:30:00Z",
                                  "2027-03-01T08:30:00Z",
                                  "9999-12-31T23:59:59Z"}) {
    CAPTURE(wrong);
    check_refused(
        ceremony::judge_watches({.actor = at(kNow), .witness = at(kNow), .computer = at(wrong)},
                                of_the_day()),
        ErrorCode::kInconsistent,
        "this computer's clock says " + std::string(wrong));
  }
}

TEST_CASE("watches: the same matrix with both watches set by the computer's clock") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"1970-01-01T00:00:00Z", "this program was made after"},
      {"2000-01-01T00:00:00Z", "this program was made after"},
      {"2026-11-30T09:30:00Z", "the newest record of this CA is of 2026-12-01"},
      {"2027-02-28T09:30:00Z", "the plan is for 2027-03-01"},
      {"2027-03-03T00:00:00Z", "the plan is for 2027-03-01"},
      {"2047-03-01T09:30:00Z", "the plan is for 2027-03-01"},
      {"2038-01-19T03:14:08Z", "the plan is for 2027-03-01"},
      {"2049-12-31T23:59:59Z", "the plan is for 2027-03-01"},
      {"2050-01-01T00:00:00Z", "the plan is for 2027-03-01"},
      {"2028-02-29T09:30:00Z", "the plan is for 2027-03-01"}};
  for (const auto& one : cases) {
    CAPTURE(one.first);
    check_refused(ceremony::judge_watches(all(one.first), of_the_day()),
                  ErrorCode::kInconsistent,
                  one.second);
  }
}

TEST_CASE("watches: a ceremony may begin on its day to the last second, and on the day after") {
  for (const char* const time :
       {"2027-03-01T00:00:00Z", "2027-03-01T23:59:59Z", "2027-03-02T23:59:59Z"}) {
    CAPTURE(time);
    CHECK(ceremony::judge_watches(all(time), of_the_day()).ok());
  }
  const DayBounds leap{.planned = on("2028-02-29"), .recorded = on("2028-02-29")};
  CHECK(ceremony::judge_watches(all("2028-02-29T12:00:00Z"), leap).ok());
  CHECK(ceremony::judge_watches(all("2050-01-01T00:00:00Z"), {}).ok());
}

TEST_CASE("watches: a clock that goes as the count does was not moved; more than a minute was") {
  const ClockPair before{.clock = at(kNow), .steady = seconds(1000)};
  const auto later = [&](seconds went, seconds counted) {
    return ceremony::check_clock_unmoved(
        before, {.clock = before.clock + went, .steady = before.steady + counted});
  };
  CHECK(later(seconds(0), seconds(0)).ok());
  CHECK(later(std::chrono::hours(30), std::chrono::hours(30)).ok());
  for (const int sign : {-1, 1}) {
    CHECK(later(seconds(100) + sign * seconds(60), seconds(100)).ok());
    check_refused(later(seconds(100) + sign * seconds(61), seconds(100)),
                  ErrorCode::kWrongState,
                  "this computer's clock was moved during the ceremony");
  }
}
