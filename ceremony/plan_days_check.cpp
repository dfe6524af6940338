// The days of a plan against each other, against the profiles, and against the records before.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "ca/certificate_profile.h"
#include "ca/revocation_reason.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/plan_reserve.h"

namespace ceremony {

namespace {

using base::Severity;

// The last day of a certificate without an end (RFC 5280 section 4.1.2.5).
constexpr std::string_view kNoLastDay = "9999-12-31";

std::string span_field(std::string_view list, std::size_t index, std::string_view key) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(key);
}

// A certificate or CRL of the plan: where its days stand, and under which profile it falls.
struct PlannedSpan {
  std::string from_field;
  std::string from;
  std::string to_field;
  std::string to;
  std::string profile_field;  // "" for a CRL, whose profile the plan does not name
  std::string profile;
  std::vector<ca::ProfileKind> kinds;  // of which the profile must be one
};

PlannedSpan span_of(const PlannedRequest& request, const std::string& section) {
  return {section + "not_before",
          request.not_before,
          section + "not_after",
          request.not_after,
          section + "profile",
          request.profile,
          {ca::ProfileKind::kSubordinate, ca::ProfileKind::kEndEntity}};
}

std::vector<PlannedSpan> spans_of(const Plan& plan) {
  std::vector<PlannedSpan> spans;
  if (plan.root) {
    spans.push_back({"root.not_before",
                     plan.root->not_before,
                     "root.not_after",
                     plan.root->not_after,
                     "root.profile",
                     plan.root->profile,
                     {ca::ProfileKind::kRoot}});
  }
  if (plan.crl) {
    spans.push_back({"crl.this_update",
                     plan.crl->this_update,
                     "crl.next_update",
                     plan.crl->next_update,
                     "",
                     "crl",
                     {ca::ProfileKind::kRevocationList}});
  }
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    spans.push_back(span_of(plan.requests[i], "request[" + std::to_string(i) + "]."));
  }
  if (plan.batch) {
    spans.push_back(span_of(plan.batch->terms, "batch."));
  }
  return spans;
}

// A certificate without an end says so in the plan, too.
void check_no_end(const PlannedSpan& span, PlanFaults& faults) {
  if (span.to != kNoLastDay) {
    faults.push_back({.rule = "plan-has-end",
                      .field = span.to_field,
                      .message = "a certificate of the profile \"" + span.profile +
                                 "\" has no end; write \"" + std::string(kNoLastDay) + "\" for \"" +
                                 span.to_field + "\""});
  }
}

// The order of the two days, and their distance against the profile's longest.
void check_span(const PlannedSpan& span,
                const std::filesystem::path& profiles,
                PlanFaults& faults) {
  auto profile = ca::load_profile(profiles, span.profile);
  if (!profile || std::ranges::find(span.kinds, profile->kind) == span.kinds.end()) {
    faults.push_back({.rule = "plan-profile",
                      .field = span.profile_field,
                      .message = "there is no profile \"" + span.profile +
                                 "\" for what this section describes; take one of those in "
                                 "share/conclave/profiles"});
  }
  const auto from = base::parse_date(span.from);
  const auto to = base::parse_date(span.to);
  if (!from || !to) {
    return;  // said elsewhere
  }
  const auto days = base::days_in({.from = *from, .to = *to});
  const bool is_list = span.kinds.front() == ca::ProfileKind::kRevocationList;
  // Certificates count both ends; a CRL runs from midnight to midnight.
  const auto length = days + std::chrono::days(is_list ? 0 : 1);
  if (length < std::chrono::days(1)) {
    faults.push_back({.rule = "plan-dates-order",
                      .field = span.to_field,
                      .message = "\"" + span.to_field + "\" must come after \"" + span.from_field +
                                 "\"; correct one of them"});
  } else if (profile && profile->end == ca::End::kNone) {
    check_no_end(span, faults);
  } else if (profile && length > profile->longest) {
    faults.push_back({.rule = "plan-too-long",
                      .field = span.to_field,
                      .message = "from \"" + span.from_field + "\" to \"" + span.to_field +
                                 "\" is " + std::to_string(length.count()) +
                                 " days, and the profile \"" + span.profile + "\" allows " +
                                 std::to_string(profile->longest.count()) +
                                 "; choose an earlier day"});
  }
}

// A CRL that is over before the ceremony, or begins after it, is of no use.
void check_crl_days(const Plan& plan, base::Date date, PlanFaults& faults) {
  const auto this_update = base::parse_date(plan.crl->this_update);
  const auto next_update = base::parse_date(plan.crl->next_update);
  if (this_update && *this_update > date) {
    faults.push_back({.rule = "plan-crl-future",
                      .field = "crl.this_update",
                      .message = "\"this_update\" is after the day of the ceremony, so the CRL "
                                 "could not be published when it is signed; take the day of the "
                                 "ceremony"});
  }
  if (next_update && *next_update <= date) {
    faults.push_back({.rule = "plan-crl-over",
                      .field = "crl.next_update",
                      .message = "\"next_update\" is not after the day of the ceremony, so the CRL "
                                 "would be over before it is published; choose a later day"});
  }
}

void check_revocations(const Plan& plan, const LedgerState* ledger, PlanFaults& faults) {
  const std::size_t count = plan.crl ? plan.crl->revocations.size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const PlannedRevocation& one = plan.crl->revocations[i];
    if (ledger == nullptr && !ca::revocation_reason_named(one.reason)) {
      faults.push_back({.rule = "plan-revocation-reason",
                        .field = span_field("crl.revoke", i, "reason"),
                        .message = "\"" + one.reason +
                                   "\" is no reason of a CRL of ours; take one of RFC 5280, like "
                                   "\"cessationOfOperation\""});
    }
    const bool is_issued =
        ledger == nullptr ||
        std::ranges::any_of(ledger->issued, [&](const IssuedCertificate& issued) {
          return issued.serial == one.serial && issued.public_key != ledger->root_public_key;
        });
    if (!is_issued) {
      faults.push_back({.rule = "plan-revocation-unknown",
                        .field = span_field("crl.revoke", i, "serial"),
                        .message = "the records know of no certificate with the serial number " +
                                   one.serial +
                                   " from this root; compare it with the certificate"});
    }
  }
}

void check_revocation_dates(const Plan& plan, base::Date date, PlanFaults& faults) {
  for (std::size_t i = 0; plan.crl && i < plan.crl->revocations.size(); ++i) {
    const auto revoked = base::parse_date(plan.crl->revocations[i].date);
    if (!revoked || *revoked > date) {
      faults.push_back({.rule = "plan-revocation-date",
                        .field = span_field("crl.revoke", i, "date"),
                        .message =
                            "the date of a revocation must be a day (YYYY-MM-DD) that is not "
                            "after the ceremony; correct it"});
    }
  }
}

}  // namespace

PlanFaults compare_with_calendar(const Plan& plan,
                                 const std::filesystem::path& profiles,
                                 base::Date today) {
  PlanFaults faults;
  for (const PlannedSpan& span : spans_of(plan)) {
    check_span(span, profiles, faults);
  }
  check_revocations(plan, nullptr, faults);
  const auto date = base::parse_date(plan.date);
  if (!date) {
    return faults;
  }
  if (*date < today) {
    faults.push_back({.rule = "plan-date-past",
                      .field = "date",
                      .message =
                          "the day of the ceremony has passed; if it was held, this is as it "
                          "should be, else plan another day",
                      .severity = Severity::kWarning});
  }
  check_revocation_dates(plan, *date, faults);
  if (plan.crl) {
    check_crl_days(plan, *date, faults);
  }
  const auto next_update =
      plan.crl ? base::parse_date(plan.crl->next_update) : base::parse_date(std::string());
  if (plan.root && next_update) {
    const auto end = base::parse_date(plan.root->not_after);
    if (end && *next_update > *end) {
      faults.push_back({.rule = "plan-beyond-root",
                        .field = "crl.next_update",
                        .message = "\"next_update\" is after the root's \"not_after\"; choose an "
                                   "earlier day"});
    }
  }
  return faults;
}

PlanFaults compare_answers_with_root(const Plan& plan,
                                     const LedgerState& ledger,
                                     const std::filesystem::path& profiles) {
  const auto root = std::ranges::find_if(ledger.issued, &IssuedCertificate::is_root);
  if (!plan.crl || !plan.crl->ocsp || root == ledger.issued.end()) {
    return {};
  }
  const auto profile = ca::load_profile(profiles, root->profile);
  if (!profile || profile->certificate.key_usage.has(ca::KeyUsageBit::kDigitalSignature)) {
    return {};
  }
  return {{.code = base::ErrorCode::kRefusedByPolicy,
           .rule = "plan-ocsp-root",
           .field = "crl.ocsp",
           .message = "the plan asks for OCSP responses, and this root was made by the profile \"" +
                      root->profile +
                      "\", which does not let it sign any; take the line out, and have a responder "
                      "answer (profile \"ocsp-responder\")"}};
}

PlanFaults compare_with_ledger(const Plan& plan, const LedgerState& ledger) {
  PlanFaults faults;
  if (plan.sequence != ledger.sequence + 1) {
    faults.push_back({.rule = "plan-sequence",
                      .field = "sequence",
                      .message = "the last record is number " + std::to_string(ledger.sequence) +
                                 ", so this ceremony is number " +
                                 std::to_string(ledger.sequence + 1) + "; correct \"sequence\""});
  }
  if (plan.previous_head != ledger.head) {
    faults.push_back(
        {.rule = "plan-previous-head",
         .field = "previous_head",
         .message =
             "\"previous_head\" is not the head of the last record; it must be " + ledger.head});
  }
  check_revocations(plan, &ledger, faults);
  const auto root = std::ranges::find_if(ledger.issued, [&](const IssuedCertificate& issued) {
    return issued.public_key == ledger.root_public_key;
  });
  if (root == ledger.issued.end() || plan.root) {
    return faults;
  }
  for (const PlannedSpan& span : spans_of(plan)) {
    if (span.to > root->not_after && span.to != kNoLastDay) {
      faults.push_back({.rule = "plan-beyond-root",
                        .field = span.to_field,
                        .message = "\"" + span.to_field + "\" is after the end of the root (" +
                                   root->not_after + "); choose that day or an earlier one"});
    }
  }
  if (plan.crl && plan.crl->reserve != 0 &&
      days_of_crls(*plan.crl).back().next_update > root->not_after) {
    faults.push_back({.rule = "plan-beyond-root",
                      .field = "crl.reserve",
                      .message = "the last reserve CRL would end after the root (" +
                                 root->not_after + "); plan fewer of them"});
  }
  return faults;
}

}  // namespace ceremony
