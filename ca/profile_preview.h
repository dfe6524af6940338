// ca/profile_preview.h - what a request would become under a profile, before there is a ceremony.
//
// The certificate is built and linted exactly as in the ceremony (ca/issuer.h), with stand-ins for
// what only a plan gives, and for the issuer where it is not known. So what a profile demands is
// written down once, and this cannot say other things than the ceremony will.

#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "base/finding.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/issuer.h"
#include "ca/signing_request.h"

namespace ca {

// Stands in for a policy that the plan will name: an object identifier for examples.
constexpr std::string_view kStandInPolicy = "2.999";
// Stands in for an address that the plan will give.
constexpr std::string_view kStandInAddress = "http://plan.invalid/";

class ProfilePreview {
 public:
  // Without an issuer one stands in for it. Errors: kInvalidArgument where the profile is not for
  // requests (a root's, a CRL's); kRefusedByPolicy for an issuer whose key may not sign;
  // kDeviceFailure where no stand-in could be made.
  static base::Result<ProfilePreview> of(CertificateProfile profile,
                                         const std::optional<Certificate>& issuer);

  [[nodiscard]] const CertificateProfile& profile() const { return profile_; }

  // The certificate that the request would become. What only the plan gives, and the profile
  // requires, has the stand-ins above; the dates and the serial number mean nothing.
  // Errors: as CertificateDraft::of_subordinate().
  [[nodiscard]] base::Result<CertificateDraft> draft(const SigningRequest& request) const;

  // The same with what a plan says, so that only the serial number means nothing (and, without an
  // issuer, what comes from that one).
  [[nodiscard]] base::Result<CertificateDraft> draft(const SigningRequest& request,
                                                     const CertificatePlan& plan) const;

  // What the profile has against this request's key, and against its name where that may come from
  // the request; without the rules that `known` has reported already. A request that cannot become
  // a certificate at all is the finding "request-not-for-profile".
  [[nodiscard]] base::Findings find_faults(const SigningRequest& request,
                                           const base::Findings& known) const;

 private:
  ProfilePreview(CertificateProfile profile, Certificate issuer)
      : profile_(std::move(profile)), issuer_(std::move(issuer)) {}

  CertificateProfile profile_;
  Certificate issuer_;
};

}  // namespace ca
