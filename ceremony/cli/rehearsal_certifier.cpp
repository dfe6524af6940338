#include "ceremony/cli/rehearsal_certifier.h"

#include <memory>
#include <utility>

#include "ca/certificate_profile.h"
#include "ca/issuer.h"
#include "ca/software_key.h"
#include "ceremony/cli/rehearsal_text.h"

namespace ceremony::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr int kCertifierYears = 20;
constexpr int kCertifiedYears = 5;

struct Certifier {
  std::unique_ptr<ca::SoftwareKey> key;
  ca::Certificate certificate;
};

Result<ca::Validity> years_from(const std::string& today, int years) {
  auto not_before = ca::instant_of(today + "T00:00:00Z");
  if (!not_before) {
    return std::move(not_before).error();
  }
  auto not_after = ca::instant_of(years_after(today, years) + "T23:59:59Z");
  if (!not_after) {
    return std::move(not_after).error();
  }
  return ca::Validity{.not_before = *not_before, .not_after = *not_after};
}

Result<ca::CertificatePlan> plan_of_certifier(const std::string& today) {
  auto name = ca::DistinguishedName::of({{.type = "C", .value = "DE"},
                                         {.type = "O", .value = "Conclave Rehearsal"},
                                         {.type = "CN", .value = "REHEARSAL Code signing CA"}});
  if (!name) {
    return std::move(name).error();
  }
  auto validity = years_from(today, kCertifierYears);
  if (!validity) {
    return std::move(validity).error();
  }
  ca::CertificatePlan plan;
  plan.subject = *name;
  plan.validity = *validity;
  return plan;
}

Result<Certifier> invent_certifier(const fs::path& profiles, const std::string& today) {
  auto profile = ca::load_profile(profiles, "root");
  if (!profile) {
    return std::move(profile).error();
  }
  auto plan = plan_of_certifier(today);
  if (!plan) {
    return std::move(plan).error();
  }
  auto key = ca::SoftwareKey::generate(ca::Algorithm::kP256);
  if (!key) {
    return std::move(key).error();
  }
  auto draft = ca::CertificateDraft::of_root(*profile, *plan, (*key)->public_key_info());
  if (!draft) {
    return std::move(draft).error();
  }
  auto certificate = ca::sign_certificate(*draft, **key);
  if (!certificate) {
    return std::move(certificate).error();
  }
  return Certifier{.key = std::move(key).value(), .certificate = std::move(certificate).value()};
}

}  // namespace

Result<CertifiedKey> certify_elsewhere(const ca::SigningRequest& request,
                                       const fs::path& profiles,
                                       const std::string& today) {
  auto certifier = invent_certifier(profiles, today);
  if (!certifier) {
    return std::move(certifier).error();
  }
  auto profile = ca::load_profile(profiles, "code-signing");
  if (!profile) {
    return std::move(profile).error();
  }
  auto validity = years_from(today, kCertifiedYears);
  if (!validity) {
    return std::move(validity).error();
  }
  ca::CertificatePlan plan;
  plan.validity = *validity;
  plan.policies = {"2.999.1.1"};
  auto draft = ca::CertificateDraft::of_subordinate(
      {.profile = *profile, .plan = plan, .request = request, .issuer = certifier->certificate},
      {});
  if (!draft) {
    return std::move(draft).error();
  }
  auto certificate = ca::sign_certificate(*draft, *certifier->key);
  if (!certificate) {
    return std::move(certificate).error();
  }
  const std::string root = certifier->certificate.pem();
  return CertifiedKey{.chain = certificate->pem() + root, .root = root};
}

}  // namespace ceremony::cli
