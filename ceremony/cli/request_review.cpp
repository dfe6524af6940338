#include "ceremony/cli/request_review.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/request_batch.h"
#include "ceremony/drafts.h"
#include "ceremony/plan.h"
#include "ceremony/request_page.h"

namespace ceremony::cli {

namespace {

struct ReviewArguments {
  RequestPapers papers;
  std::string plan;
  std::string out;
};

// What is shown of a request beside itself.
struct Outlook {
  std::optional<ca::CertificateProfile> profile;
  std::optional<ca::Certificate> certificate;
  bool is_planned = false;
};

void add_new(base::Findings& findings, const base::Findings& more) {
  for (const base::Finding& finding : more) {
    const bool is_known = std::ranges::any_of(
        findings, [&](const base::Finding& other) { return other.rule == finding.rule; });
    if (!is_known) {
      findings.push_back(finding);
    }
  }
}

base::Finding against_plan(const char* rule, std::string message) {
  return {.rule = rule,
          .severity = base::Severity::kError,
          .field = "file",
          .source = "docs/formats/plan.md",
          .message = std::move(message)};
}

// By the profile alone; its findings have been noted already.
Outlook by_profile(const ca::ProfilePreview& preview, const ca::SigningRequest& request) {
  const base::Result<ca::CertificateDraft> draft = preview.draft(request);
  return {.profile = preview.profile(),
          .certificate = draft ? std::optional(draft->unsigned_form()) : std::nullopt};
}

// By what a plan says of the request. Errors: the profile that it names cannot be read.
base::Result<Outlook> by_plan(const PlannedRequest& planned,
                              const std::optional<ca::Certificate>& issuer,
                              ca::RequestCheck& check) {
  base::Result<ca::CertificateProfile> profile = named_profile(planned.profile);
  if (!profile) {
    return profile.error();
  }
  const base::Result<ca::ProfilePreview> preview = ca::ProfilePreview::of(*profile, issuer);
  if (!preview) {
    return preview.error();
  }
  Outlook outlook{.profile = std::move(*profile), .certificate = {}, .is_planned = true};
  add_new(check.findings, preview->find_faults(*check.request, check.findings));
  const base::Result<ca::CertificatePlan> plan = certificate_plan_of(planned);
  const base::Result<ca::CertificateDraft> draft =
      plan ? preview->draft(*check.request, *plan)
           : base::Result<ca::CertificateDraft>(plan.error());
  if (!draft) {
    check.findings.push_back(against_plan(
        "request-plan-does-not-fit",
        "No certificate can be made as the plan says: " + draft.error().message + "."));
    return outlook;
  }
  if (issuer) {  // below a stand-in most of what the lint says would be of that one
    add_new(check.findings, draft->findings());
  }
  outlook.certificate = draft->unsigned_form();
  return outlook;
}

base::Result<Outlook> outlook_of(LookedAtRequest& one,
                                 const RequestBatch& batch,
                                 const Plan* plan) {
  if (!one.check.request) {
    return Outlook();
  }
  if (plan == nullptr) {
    return by_profile(*batch.profile, *one.check.request);
  }
  // The list of a batch lies where the requests do.
  const auto all = all_requests(*plan, std::filesystem::path(one.file).parent_path());
  if (!all) {
    return all.error();
  }
  const auto planned = std::ranges::find(*all, one.file_sha256, &PlannedRequest::sha256);
  if (planned == all->end()) {
    one.check.findings.push_back(
        against_plan("request-not-in-plan",
                     "The plan names no file with this digest, so the ceremony will not take it; "
                     "compare the digest with the sender's, and then correct plan or file."));
    return Outlook();
  }
  return by_plan(*planned, batch.issuer, one.check);
}

std::string page_of(const RequestBatch& batch,
                    const std::vector<Outlook>& outlooks,
                    const std::vector<std::string>& compared) {
  std::vector<ReviewedRequest> reviewed;
  for (std::size_t i = 0; i < outlooks.size(); ++i) {
    const LookedAtRequest& one = batch.requests[i];
    const Outlook& outlook = outlooks[i];
    reviewed.push_back({.file = one.file,
                        .file_sha256 = one.file_sha256,
                        .request = one.check.request ? &*one.check.request : nullptr,
                        .findings = &one.check.findings,
                        .profile = outlook.profile ? &*outlook.profile : nullptr,
                        .certificate = outlook.certificate ? &*outlook.certificate : nullptr,
                        .is_issuer_known = batch.issuer.has_value(),
                        .is_planned = outlook.is_planned});
  }
  return request_page(reviewed, compared);
}

base::Result<std::optional<Plan>> plan_in(const std::string& file) {
  if (file.empty()) {
    return std::optional<Plan>();
  }
  base::Result<Plan> plan = read_plan(file);
  return plan ? std::optional(std::move(*plan)) : base::Result<std::optional<Plan>>(plan.error());
}

ExitCode review(const ReviewArguments& arguments) {
  if (arguments.plan.empty() && arguments.papers.profile.empty()) {
    std::cerr << "conclave: what will be signed depends on a profile; give --profile or --plan\n";
    return ExitCode::kUsage;
  }
  const base::Result<std::optional<Plan>> plan = plan_in(arguments.plan);
  if (!plan) {
    return report(plan.error());
  }
  base::Result<RequestBatch> batch = look_at_requests(arguments.papers);
  if (!batch) {
    return report(batch.error());
  }
  std::vector<Outlook> outlooks;
  for (LookedAtRequest& one : batch->requests) {
    base::Result<Outlook> outlook = outlook_of(one, *batch, *plan ? &**plan : nullptr);
    if (!outlook) {
      return report(base::Error(outlook.error()).while_doing(one.file));
    }
    outlooks.push_back(std::move(*outlook));
  }
  std::vector<std::string> compared = compared_lines(*batch, arguments.papers);
  if (*plan) {
    compared.front() = "Profile: as the plan says";
    compared.push_back("Plan: SHA-256 " + (*plan)->sha256);
  }
  const std::string page = page_of(*batch, outlooks, compared);
  const base::Result<base::SavedFile> saved = base::save_new(arguments.out, base::bytes_of(page));
  if (!saved) {
    return report(saved.error());
  }
  const bool ok = batch->is_acceptable();
  std::cout << "Written: " << arguments.out << " (open it in a browser and print it, A4)\n"
            << (ok ? "Nothing stands against signing.\n"
                   : "One of them will not be signed; the page says why.\n");
  return ok ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

void add_review_command(CLI::App& request, Outcome& outcome) {
  CLI::App* const verb = request.add_subcommand(
      "review",
      "Write a page about requests: what they ask for, what will be signed, and why.\n"
      "What will be signed comes from a profile, or from a plan and the issuer's certificate.\n"
      "Example: conclave request review tls.csr --plan plan.toml --issuer root.pem --out tls.html\n"
      "Exit code 0: they can be signed; 1: one of them will be refused (the page says why), or\n"
      "nothing could be written.");
  const auto arguments = std::make_shared<ReviewArguments>();
  add_paper_options(*verb, arguments->papers);
  verb->add_option("--plan", arguments->plan, "The plan that names them, instead of --profile")
      ->check(objection_to_file_name)
      ->excludes("--profile");
  verb->add_option("--out", arguments->out, "The new HTML file")
      ->required()
      ->check(objection_to_file_name);
  verb->callback([arguments, &outcome] { outcome.code = review(*arguments); });
}

}  // namespace ceremony::cli
