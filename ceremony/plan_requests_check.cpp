// The files that a plan names: there, the same, and requests fit to be signed.

#include <algorithm>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/certificate_profile.h"
#include "ca/signing_request.h"
#include "ca/weak_key.h"
#include "ceremony/plan_comparisons.h"

namespace ceremony {

namespace {

std::string request_field(std::size_t index, const std::string& key) {
  return "request[" + std::to_string(index) + "]." + key;
}

// A request of the plan with what its file holds.
struct GivenRequest {
  const PlannedRequest& planned;
  std::size_t index;
  const ca::RequestCheck& check;
};

// Each finding of `conclave request check` that is an error, under its own rule.
void add_findings(const GivenRequest& given, PlanFaults& faults) {
  for (const base::Finding& finding : given.check.findings) {
    if (finding.severity != base::Severity::kError) {
      continue;
    }
    faults.push_back({.rule = finding.rule,
                      .field = request_field(given.index, "file"),
                      .message = "the request " + given.planned.file + ": " + finding.message});
  }
}

void compare_with_profile(const GivenRequest& given,
                          const std::filesystem::path& profiles,
                          PlanFaults& faults) {
  const auto profile = ca::load_profile(profiles, given.planned.profile);
  if (!profile || !given.check.request) {
    return;  // said elsewhere
  }
  const ca::CertificateRules& rules = profile->certificate;
  const std::string kind = ca::key_kind_of(given.check.request->public_key_info());
  if (std::ranges::find(rules.key_kinds, kind) == rules.key_kinds.end()) {
    faults.push_back({.rule = "plan-request-key",
                      .field = request_field(given.index, "profile"),
                      .message = "the request " + given.planned.file + " has a key of kind " +
                                 kind + ", which the profile \"" + profile->name +
                                 "\" does not certify; ask for another request"});
  }
  for (const std::string& type : rules.subject_required) {
    if (!given.check.request->subject().value_of(type)) {
      faults.push_back({.rule = "plan-request-name",
                        .field = request_field(given.index, "file"),
                        .message = "the request " + given.planned.file + " has no " + type +
                                   " in its name, which the profile \"" + profile->name +
                                   "\" needs; ask for another request"});
    }
  }
  if (rules.policies == ca::Presence::kRequired && given.planned.policies.empty()) {
    faults.push_back({.rule = "plan-request-policies",
                      .field = request_field(given.index, "policies"),
                      .message = "the profile \"" + profile->name +
                                 "\" needs at least one certificate policy; add \"policies\""});
  }
}

}  // namespace

namespace {

// What everybody is told before a backup site opens anything.
void compare_notice(const std::filesystem::path& folder,
                    const PlannedActivation& activation,
                    PlanFaults& faults) {
  const std::filesystem::path name(activation.notice);
  if (name.empty() || name != name.filename()) {
    return;  // said elsewhere
  }
  const auto digest = base::sha256_of_file(folder / name);
  if (!digest) {
    faults.push_back({.code = digest.error().code,
                      .rule = "plan-notice",
                      .field = "activation.notice",
                      .message = digest.error().message});
  } else if (base::digest_hex(*digest) != activation.notice_sha256) {
    faults.push_back({.rule = "plan-notice",
                      .field = "activation.notice_sha256",
                      .message = "the notice " + activation.notice +
                                 " is not the one that this plan names: its SHA-256 is " +
                                 base::digest_hex(*digest) + "; correct one of them"});
  }
}

}  // namespace

PlanFaults compare_with_requests(const std::filesystem::path& folder,
                                 const Plan& plan,
                                 const std::filesystem::path& profiles) {
  PlanFaults faults;
  if (plan.activation) {
    compare_notice(folder, *plan.activation, faults);
  }
  ca::KeyRegistry seen;
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    const PlannedRequest& planned = plan.requests[i];
    const std::filesystem::path name(planned.file);
    if (name.empty() || name != name.filename()) {
      continue;  // said elsewhere, and never looked for outside the folder
    }
    const auto bytes = base::read_file(folder / name, ca::kLargestRequest);
    if (!bytes) {
      faults.push_back({.code = bytes.error().code,
                        .rule = "plan-request-missing",
                        .field = request_field(i, "file"),
                        .message = bytes.error().message});
      continue;
    }
    const std::string digest = base::sha256_hex(*bytes);
    if (digest != planned.sha256) {
      faults.push_back({.rule = "plan-request-digest",
                        .field = request_field(i, "sha256"),
                        .message = "the file " + planned.file +
                                   " is not the one that this plan names: its SHA-256 is " +
                                   digest + "; compare it with what the requester told you"});
    }
    const ca::RequestCheck check = ca::check_request(*bytes, seen);
    const GivenRequest given{.planned = planned, .index = i, .check = check};
    add_findings(given, faults);
    compare_with_profile(given, profiles, faults);
    if (check.request) {
      seen.add(check.request->public_key_info(), "the request " + planned.file);
    }
  }
  return faults;
}

}  // namespace ceremony
