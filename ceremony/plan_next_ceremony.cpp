#include "ceremony/plan_next_ceremony.h"

#include <utility>

#include "base/calendar.h"
#include "ceremony/plan_reserve.h"

namespace ceremony {

namespace {

// The days that matter, each of which is one.
struct CrlDays {
  base::Date next_ceremony;
  base::Date next_update;  // of the last reserve CRL, where there are some
  base::Date wanted;       // the CRL should not end before it
  bool has_reserve = false;
};

PlanFault not_after_this_one() {
  return {.rule = "plan-dates-order",
          .field = "crl.next_ceremony",
          .message =
              "the plan: \"next_ceremony\" is not after the day of this ceremony; write the "
              "day of the ceremony that will make the CRL after this one"};
}

std::string days_told(const CrlDays& days) {
  return "the ceremony that makes the next CRL is planned for " +
         base::format_date(days.next_ceremony) + " (\"next_ceremony\"), and " +
         (days.has_reserve ? "the last reserve CRL" : "this CRL") + " ends on " +
         base::format_date(days.next_update) +
         (days.has_reserve ? " (\"next_update\", \"reserve\")" : " (\"next_update\")");
}

std::string crl_way_out(const CrlDays& days) {
  const std::string last_day = base::format_date(days.wanted);
  if (days.has_reserve) {
    return "plan so many reserve CRLs that the last one ends on " + last_day +
           " or later, or that ceremony for an earlier day";
  }
  return "choose a \"next_update\" of " + last_day + " or later, which is " +
         std::to_string(kCrlSlack.count()) +
         " days after that ceremony, or plan that ceremony for an earlier day";
}

PlanFault over_too_early(const CrlDays& days) {
  return {.code = base::ErrorCode::kRefusedByPolicy,
          .rule = "plan-crl-gap",
          .field = "crl.next_update",
          .message = "the plan: " + days_told(days) +
                     ", so that nobody could tell what is "
                     "revoked; " +
                     crl_way_out(days)};
}

PlanFault little_slack(const CrlDays& days) {
  return {.rule = "plan-crl-slack",
          .field = "crl.next_update",
          .message = "the plan: " + days_told(days) +
                     ", which leaves little time where that "
                     "ceremony is put off or fails; " +
                     crl_way_out(days),
          .severity = base::Severity::kWarning};
}

PlanFault none_after_the_last() {
  return {.rule = "plan-crl-last",
          .field = "crl.next_ceremony",
          .message =
              "the plan: it names a ceremony that makes the next CRL (\"next_ceremony\"), and this "
              "one is the last (profile \"crl-last\"), after which nobody can sign another; remove "
              "the line, or choose the profile \"crl\""};
}

}  // namespace

PlanFaults compare_with_next_ceremony(const Plan& plan) {
  if (!plan.crl || plan.crl->next_ceremony.empty()) {
    return {};
  }
  const auto date = base::parse_date(plan.date);
  const auto next = base::parse_date(plan.crl->next_ceremony);
  const auto update = base::parse_date(days_of_crls(*plan.crl).back().next_update);
  const auto wanted = next ? base::add_days(*next, kCrlSlack) : next;
  if (!date || !update || !wanted) {
    return {};  // said elsewhere
  }
  if (plan.crl->profile == kLastCrlProfile) {
    return {none_after_the_last()};
  }
  const CrlDays days{.next_ceremony = *next,
                     .next_update = *update,
                     .wanted = *wanted,
                     .has_reserve = plan.crl->reserve != 0};
  if (*next <= *date) {
    return {not_after_this_one()};
  }
  if (*update <= *next) {
    return {over_too_early(days)};
  }
  return *update < *wanted ? PlanFaults{little_slack(days)} : PlanFaults();
}

}  // namespace ceremony
