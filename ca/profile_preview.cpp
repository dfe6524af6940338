#include "ca/profile_preview.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint.h"
#include "ca/der.h"
#include "ca/public_key.h"
#include "ca/serial_number.h"
#include "ca/signature_algorithm.h"
#include "ca/software_key.h"

namespace ca {

namespace {

constexpr Instant kSomeDay = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

Validity one_day() {
  return {.not_before = kSomeDay, .not_after = kSomeDay + std::chrono::days{1}};
}

// A certificate of a CA that does not exist; nobody has its key.
base::Result<Certificate> stand_in_issuer() {
  const base::Result<std::unique_ptr<SoftwareKey>> key = SoftwareKey::generate(Algorithm::kP256);
  if (!key) {
    return key.error();
  }
  const base::Result<DistinguishedName> name =
      DistinguishedName::of({{.type = "CN", .value = "The issuer, as the plan says"}});
  const base::Result<DistinguishedName> above =
      DistinguishedName::of({{.type = "CN", .value = "-"}});
  if (!name || !above) {
    return name ? above.error() : name.error();
  }
  TbsCertificate tbs;
  tbs.version = der(DerTag::kContext0Constructed, {der_unsigned(std::uint64_t{2})});
  tbs.serial = der_unsigned(new_serial_number());
  tbs.algorithm = signature_algorithm_of(Algorithm::kP256);
  tbs.issuer = above->der();  // another one: what a root may not issue is said where it is known
  tbs.validity = encode(one_day());
  tbs.subject = name->der();
  tbs.public_key_info = (*key)->public_key_info();
  tbs.extensions.push_back({.oid = std::string(oid::kSubjectKeyIdentifier),
                            .value = encode_key_identifier(key_identifier_of(
                                tbs.public_key_info, KeyIdentifierMethod::kSha1))});
  const base::Bytes bytes = encode(tbs);
  return Certificate::parse(
      assemble({.tbs = bytes, .algorithm = tbs.algorithm, .signature = base::ByteView()}));
}

std::vector<std::string> stand_in_for(Presence presence, std::string_view text) {
  return presence == Presence::kRequired ? std::vector<std::string>{std::string(text)}
                                         : std::vector<std::string>{};
}

base::Result<CertificatePlan> stand_in_plan(const CertificateProfile& profile) {
  const CertificateRules& rules = profile.certificate;
  CertificatePlan plan;
  plan.validity = one_day();
  plan.policies = stand_in_for(rules.policies, kStandInPolicy);
  plan.crl_uris = stand_in_for(rules.crl_distribution_points, kStandInAddress);
  plan.ca_issuer_uris = stand_in_for(rules.ca_issuers, kStandInAddress);
  if (rules.subject_source == SubjectSource::kPlan) {
    base::Result<DistinguishedName> name =
        DistinguishedName::of({{.type = "CN", .value = "As the plan says"}});
    if (!name) {
      return name.error();
    }
    plan.subject = std::move(*name);
  }
  return plan;
}

}  // namespace

base::Result<ProfilePreview> ProfilePreview::of(CertificateProfile profile,
                                                const std::optional<Certificate>& issuer) {
  if (profile.kind != ProfileKind::kSubordinate && profile.kind != ProfileKind::kEndEntity) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "the profile \"" + profile.name +
                           "\" is not for requests; name one of a subordinate CA or an end entity"};
  }
  base::Result<Certificate> known = issuer ? base::Result<Certificate>(*issuer) : stand_in_issuer();
  if (!known) {
    return known.error();
  }
  if (const base::Result<Algorithm> algorithm = algorithm_of_public_key(known->public_key_info());
      !algorithm) {
    return base::Error(algorithm.error()).while_doing("the issuer's certificate");
  }
  return ProfilePreview(std::move(profile), std::move(*known));
}

base::Result<CertificateDraft> ProfilePreview::draft(const SigningRequest& request) const {
  const base::Result<CertificatePlan> plan = stand_in_plan(profile_);
  if (!plan) {
    return plan.error();
  }
  return draft(request, *plan);
}

base::Result<CertificateDraft> ProfilePreview::draft(const SigningRequest& request,
                                                     const CertificatePlan& plan) const {
  return CertificateDraft::of_subordinate(
      {.profile = profile_, .plan = plan, .request = request, .issuer = issuer_}, {});
}

base::Findings ProfilePreview::find_faults(const SigningRequest& request,
                                           const base::Findings& known) const {
  const base::Result<CertificateDraft> made = draft(request);
  if (!made) {
    return {{.rule = "request-not-for-profile",
             .severity = base::Severity::kError,
             .field = "file",
             .source = "profile " + profile_.name,
             .message = "No certificate of the profile \"" + profile_.name +
                        "\" can be made from this request: " + made.error().message + "."}};
  }
  const bool takes_name = profile_.certificate.subject_source == SubjectSource::kPlanOrRequest;
  base::Findings faults =
      lint_certificate(made->unsigned_form(),
                       {.profile = &profile_, .issuer = &issuer_, .stage = LintStage::kDraft});
  std::erase_if(faults, [&](const base::Finding& fault) {
    const bool is_of_request =
        fault.field == "subjectPublicKeyInfo" || (takes_name && fault.field == "subject");
    return !is_of_request || std::ranges::any_of(known, [&](const base::Finding& other) {
      return other.rule == fault.rule;
    });
  });
  return faults;
}

}  // namespace ca
