#include "ceremony/plan_reserve.h"

#include <string>
#include <utility>

#include "base/calendar.h"

namespace ceremony {

namespace {

PlanFault reserve_fault(const char* field, std::string message) {
  return {.rule = "plan-crl-reserve", .field = field, .message = std::move(message)};
}

// Whole days of the plan's CRL; none where a day is none.
std::chrono::days span_of_crl(const PlannedCrl& crl) {
  const auto from = base::parse_date(crl.this_update);
  const auto to = base::parse_date(crl.next_update);
  return from && to ? base::days_in({.from = *from, .to = *to}) : std::chrono::days(0);
}

bool is_row_sound(const PlannedCrl& crl) {
  return crl.reserve <= kMostReserveCrls && crl.reserve_overlap_days > 0 &&
         std::chrono::days(crl.reserve_overlap_days) < span_of_crl(crl);
}

// The day so many days after another; "" where the calendar ends.
std::string later(const std::string& day, std::chrono::days count) {
  const auto date = base::parse_date(day);
  const auto then = date ? base::add_days(*date, count) : date;
  return then ? base::format_date(*then) : std::string();
}

PlanFaults object_to_row(const PlannedCrl& crl) {
  if (crl.reserve == 0) {
    return {reserve_fault("crl.reserve_overlap_days",
                          "\"reserve_overlap_days\" is for reserve CRLs, and the plan asks for "
                          "none; say how many in \"reserve\", or take the line out")};
  }
  if (crl.reserve > kMostReserveCrls) {
    return {reserve_fault("crl.reserve",
                          "more than " + std::to_string(kMostReserveCrls) +
                              " reserve CRLs are not signed at once; plan a ceremony in between")};
  }
  if (crl.profile == kLastCrlProfile) {
    return {reserve_fault("crl.reserve",
                          "a last CRL (profile \"crl-last\") is the last one and has no reserve; "
                          "take the line out")};
  }
  return {reserve_fault("crl.reserve_overlap_days",
                        "by how many days each reserve CRL begins before the one before it ends "
                        "(\"reserve_overlap_days\") must be at least 1, and less than the CRL "
                        "lasts; correct it")};
}

}  // namespace

std::vector<DaysOfCrl> days_of_crls(const PlannedCrl& crl) {
  std::vector<DaysOfCrl> days{{.this_update = crl.this_update, .next_update = crl.next_update}};
  if (!is_row_sound(crl)) {
    return days;
  }
  const std::chrono::days step = span_of_crl(crl) - std::chrono::days(crl.reserve_overlap_days);
  days.reserve(crl.reserve + 1U);
  for (std::uint32_t i = 0; i < crl.reserve; ++i) {
    const DaysOfCrl& before = days.back();
    days.push_back({.this_update = later(before.this_update, step),
                    .next_update = later(before.next_update, step)});
  }
  return days;
}

PlanFaults object_to_reserve(const Plan& plan) {
  if (!plan.crl || (plan.crl->reserve == 0 && plan.crl->reserve_overlap_days == 0)) {
    return {};
  }
  const bool has_days = span_of_crl(*plan.crl) > std::chrono::days(0);  // else said elsewhere
  const bool is_sound = plan.crl->reserve != 0 && plan.crl->profile != kLastCrlProfile &&
                        (is_row_sound(*plan.crl) || !has_days);
  if (!is_sound) {
    return object_to_row(*plan.crl);
  }
  if (plan.root && days_of_crls(*plan.crl).back().next_update > plan.root->not_after) {
    return {{.rule = "plan-beyond-root",
             .field = "crl.reserve",
             .message = "the last reserve CRL would end after the root's \"not_after\"; plan fewer "
                        "of them"}};
  }
  return {};
}

PlanFaults object_to_answers(const Plan& plan) {
  const bool is_without_any = plan.root || plan.mode == Mode::kDrill;
  if (!plan.crl || !plan.crl->ocsp || !is_without_any) {
    return {};
  }
  return {{.rule = "plan-crl-ocsp",
           .field = "crl.ocsp",
           .message = "OCSP responses are about certificates that the root has issued, and " +
                      std::string(plan.root ? "this root has issued none yet"
                                            : "the key of a drill has issued none") +
                      "; take \"ocsp\" out of the plan"}};
}

}  // namespace ceremony
