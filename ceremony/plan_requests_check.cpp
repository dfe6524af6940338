// The files that a plan names: there, the same, and requests fit to be signed.

#include <algorithm>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/certificate_profile.h"
#include "ca/signing_request.h"
#include "ca/weak_key.h"
#include "ceremony/file_names.h"
#include "ceremony/plan_comparisons.h"

namespace ceremony {

namespace {

// A request of the plan with what its file holds.
struct GivenRequest {
  const PlannedRequest& planned;
  std::string section;
  const ca::RequestCheck& check;
};

// Each finding of `conclave request check` that is an error, under its own rule.
void add_findings(const GivenRequest& given, PlanFaults& faults) {
  for (const base::Finding& finding : given.check.findings) {
    if (finding.severity != base::Severity::kError) {
      continue;
    }
    faults.push_back({.rule = finding.rule,
                      .field = given.section + ".file",
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
                      .field = given.section + ".profile",
                      .message = "the request " + given.planned.file + " has a key of kind " +
                                 kind + ", which the profile \"" + profile->name +
                                 "\" does not certify; ask for another request"});
  }
  // The name of a certificate that follows another one comes from there.
  const bool gives_name = given.planned.follows.empty();
  for (const std::string& type : rules.subject_required) {
    if (gives_name && !given.check.request->subject().value_of(type)) {
      faults.push_back({.rule = "plan-request-name",
                        .field = given.section + ".file",
                        .message = "the request " + given.planned.file + " has no " + type +
                                   " in its name, which the profile \"" + profile->name +
                                   "\" needs; ask for another request"});
    }
  }
  if (rules.policies == ca::Presence::kRequired && given.planned.policies.empty()) {
    faults.push_back({.rule = "plan-request-policies",
                      .field = given.section + ".policies",
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

// Where the files of a plan and the profiles lie.
struct Papers {
  const std::filesystem::path& folder;
  const std::filesystem::path& profiles;
};

// One request of the plan, and the section that its faults are told of.
struct NamedRequest {
  const PlannedRequest& planned;
  std::string section;
};

// The certificate that a new one is to follow: there, and the one of the plan.
void compare_predecessor(const PlannedPredecessor& before,
                         const std::string& section,
                         const Papers& papers,
                         PlanFaults& faults) {
  if (!is_bare_name(before.file)) {
    return;  // said elsewhere
  }
  const auto digest = base::sha256_of_file(papers.folder / before.file);
  if (!digest) {
    faults.push_back({.code = digest.error().code,
                      .rule = "plan-follows",
                      .field = section + ".follows[0].file",
                      .message = digest.error().message});
  } else if (base::digest_hex(*digest) != before.sha256) {
    faults.push_back({.rule = "plan-follows",
                      .field = section + ".follows[0].sha256",
                      .message = "the certificate " + before.file +
                                 " is not the one that this plan names: its SHA-256 is " +
                                 base::digest_hex(*digest) + "; correct one of them"});
  }
}

void compare_request(const NamedRequest& named,
                     const Papers& papers,
                     ca::KeyRegistry& seen,
                     PlanFaults& faults) {
  const PlannedRequest& planned = named.planned;
  if (!is_bare_name(planned.file)) {
    return;  // said elsewhere, and never looked for outside the folder
  }
  const auto bytes = base::read_file(papers.folder / planned.file, ca::kLargestRequest);
  if (!bytes) {
    faults.push_back({.code = bytes.error().code,
                      .rule = "plan-request-missing",
                      .field = named.section + ".file",
                      .message = bytes.error().message});
    return;
  }
  const std::string digest = base::sha256_hex(*bytes);
  if (digest != planned.sha256) {
    faults.push_back({.rule = "plan-request-digest",
                      .field = named.section + ".sha256",
                      .message = "the file " + planned.file +
                                 " is not the one that this plan names: its SHA-256 is " + digest +
                                 "; compare it with what the requester told you"});
  }
  const ca::RequestCheck check = ca::check_request(*bytes, seen);
  const GivenRequest given{.planned = planned, .section = named.section, .check = check};
  add_findings(given, faults);
  compare_with_profile(given, papers.profiles, faults);
  if (check.request) {
    seen.add(check.request->public_key_info(), "the request " + planned.file);
  }
  for (const PlannedPredecessor& before : planned.follows) {
    compare_predecessor(before, named.section, papers, faults);
  }
}

// A batch is signed without those that are at fault, so here all are named, as warnings.
void compare_batch(const Plan& plan,
                   const Papers& papers,
                   ca::KeyRegistry& seen,
                   PlanFaults& faults) {
  Plan alone;
  alone.batch = plan.batch;
  const auto listed = all_requests(alone, papers.folder);
  if (!listed) {
    faults.push_back({.code = listed.error().code,
                      .rule = "plan-batch",
                      .field = "batch.list",
                      .message = listed.error().message});
    return;
  }
  PlanFaults found;
  for (const PlannedRequest& one : *listed) {
    compare_request({.planned = one, .section = "batch"}, papers, seen, found);
  }
  for (PlanFault& fault : found) {
    fault.severity = base::Severity::kWarning;
    faults.push_back(std::move(fault));
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
    compare_request({.planned = plan.requests[i], .section = "request[" + std::to_string(i) + "]"},
                    {.folder = folder, .profiles = profiles},
                    seen,
                    faults);
  }
  if (plan.batch && is_bare_name(plan.batch->list)) {
    compare_batch(plan, {.folder = folder, .profiles = profiles}, seen, faults);
  }
  return faults;
}

}  // namespace ceremony
