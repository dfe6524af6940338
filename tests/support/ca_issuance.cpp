#include "support/ca_issuance.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/signature_algorithm.h"

namespace support {

namespace {

// The value, or the end of the program with what went wrong: a test's own tools must work.
template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    (void)std::fprintf(stderr, "test support: %s\n", result.error().message.c_str());
    std::abort();
  }
  return std::move(result).value();
}

}  // namespace

ca::CertificateProfile profile_named(std::string_view name) {
  return must(ca::load_profile(TEST_VECTORS "/../../ca/profiles", name));
}

std::unique_ptr<ca::SoftwareKey> new_key(ca::Algorithm algorithm) {
  return must(ca::SoftwareKey::generate(algorithm));
}

bool is_here(ca::Algorithm algorithm) {
  return ca::algorithm_named(ca::name_of(algorithm)).ok();
}

std::vector<ca::Algorithm> algorithms_here() {
  const std::span<const ca::Algorithm> all = ca::all_algorithms();
  std::vector<ca::Algorithm> algorithms;
  std::copy_if(all.begin(), all.end(), std::back_inserter(algorithms), is_here);
  return algorithms;
}

std::string refusal_of(ca::Algorithm algorithm) {
  return "the algorithm " + std::string(ca::name_of(algorithm)) +
         " needs OpenSSL 3.5 or newer, and this machine has an older one; choose another algorithm "
         "or a newer system";
}

bool is_slow(ca::Algorithm algorithm) {
  return algorithm == ca::Algorithm::kSlhDsa192s || algorithm == ca::Algorithm::kSlhDsa256s;
}

ca::DistinguishedName example_name(const std::string& common_name) {
  return must(
      ca::DistinguishedName::of({{"C", "DE"}, {"O", "Example Devices"}, {"CN", common_name}}));
}

ca::Instant at(std::string_view text) {
  return must(ca::instant_of(text));
}

RequestParts request_parts(const ca::SoftwareKey& key, const std::string& common_name) {
  return {.version = ca::der_unsigned(std::uint64_t{0}),
          .subject = example_name(common_name).der(),
          .public_key_info = key.public_key_info(),
          .attributes = ca::der(ca::DerTag::kContext0Constructed, {}),
          .algorithm = ca::signature_algorithm_of(key.algorithm())};
}

base::Bytes signed_request(const RequestParts& parts, ca::SoftwareKey& key) {
  const base::Bytes tbs =
      ca::der(ca::DerTag::kSequence,
              {parts.version, parts.subject, parts.public_key_info, parts.attributes});
  return ca::assemble({.tbs = tbs, .algorithm = parts.algorithm, .signature = must(key.sign(tbs))});
}

ca::SigningRequest request_for(ca::SoftwareKey& key, const std::string& common_name) {
  return must(ca::SigningRequest::parse(signed_request(request_parts(key, common_name), key)));
}

ca::CertificatePlan root_plan() {
  ca::CertificatePlan plan;
  plan.subject = example_name("Example Root");
  plan.validity = {.not_before = at("2026-01-01T00:00:00Z"),
                   .not_after = at("2045-12-31T23:59:59Z")};
  return plan;
}

ca::Instant today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

TestRoot make_root(ca::Algorithm algorithm, const ca::CertificatePlan& plan) {
  std::unique_ptr<ca::SoftwareKey> key = new_key(algorithm);
  const ca::CertificateDraft draft =
      must(ca::CertificateDraft::of_root(profile_named("root"), plan, key->public_key_info()));
  ca::Certificate certificate = must(ca::sign_certificate(draft, *key));
  return {.key = std::move(key), .certificate = std::move(certificate)};
}

ca::CertificatePlan subordinate_plan() {
  ca::CertificatePlan plan;
  plan.validity = {.not_before = at("2026-02-01T00:00:00Z"),
                   .not_after = at("2033-12-31T23:59:59Z")};
  plan.policies = {"2.999.1.1"};
  plan.crl_uris = {"http://pki.example/root.crl"};
  plan.ca_issuer_uris = {"http://pki.example/root.der"};
  return plan;
}

std::vector<std::string> rules_of(const base::Findings& findings) {
  std::vector<std::string> rules;
  for (const base::Finding& finding : findings) {
    if (finding.severity != base::Severity::kNotice) {
      rules.push_back(finding.rule);
    }
  }
  return rules;
}

namespace {

// What a plan says for that profile.
ca::CertificatePlan plan_for(const TestRoot& issuer, const ca::CertificateProfile& profile) {
  const ca::CertificateRules& rules = profile.certificate;
  ca::CertificatePlan plan;
  plan.validity = {.not_before = today() - std::chrono::days{30},
                   .not_after = today() + std::chrono::days{300}};
  if (profile.end == ca::End::kNone) {
    plan.validity.not_after = ca::kNoEnd;
  }
  if (rules.policies != ca::Presence::kAbsent) {
    plan.policies = {"2.999.1.1"};
  }
  if (rules.ca_issuers != ca::Presence::kAbsent) {
    plan.ca_issuer_uris = {"http://pki.example/issuer.der"};
  }
  // The CRLs of a root list CA certificates only.
  if (rules.crl_distribution_points != ca::Presence::kAbsent &&
      (profile.kind == ca::ProfileKind::kSubordinate || !issuer.certificate.is_self_issued())) {
    plan.crl_uris = {"http://pki.example/issuer.crl"};
  }
  if (rules.hardware_module_name != ca::Presence::kAbsent) {
    plan.hardware_type = "2.999.7";
    plan.subject = must(
        ca::DistinguishedName::of({{"O", "Example"}, {"CN", "Device"}, {"serialNumber", "A-17"}}));
  }
  if (profile.kind == ca::ProfileKind::kSelfSigned) {
    plan.subject = example_name("Example " + profile.name);
  }
  return plan;
}

}  // namespace

ca::CertificatePlan root_plan_of_today() {
  ca::CertificatePlan plan = root_plan();
  plan.validity = {.not_before = today() - std::chrono::days{60},
                   .not_after = today() + std::chrono::days{7000}};
  return plan;
}

TestCertificate make_certificate(const TestRoot& issuer,
                                 std::string_view profile_name,
                                 ca::Algorithm algorithm) {
  const ca::CertificateProfile profile = profile_named(profile_name);
  const ca::CertificatePlan plan = plan_for(issuer, profile);
  if (profile.kind == ca::ProfileKind::kSelfSigned) {
    std::unique_ptr<ca::SoftwareKey> own = new_key(algorithm);
    const auto draft = must(ca::CertificateDraft::of_root(profile, plan, own->public_key_info()));
    ca::Certificate certificate = must(ca::sign_certificate(draft, *own));
    return {.key = std::move(own), .certificate = std::move(certificate)};
  }
  std::unique_ptr<ca::SoftwareKey> key = new_key(algorithm);
  const ca::SigningRequest request = request_for(*key, "Example " + profile.name);
  std::optional<TestRoot> other;
  std::optional<ca::Predecessor> predecessor;
  if (profile.certificate.subject_source == ca::SubjectSource::kPredecessor) {
    ca::CertificatePlan elsewhere = root_plan_of_today();
    elsewhere.subject = example_name("Another Root");
    const auto draft = must(
        ca::CertificateDraft::of_root(profile_named("root"), elsewhere, key->public_key_info()));
    other.emplace(TestRoot{.key = nullptr, .certificate = must(ca::sign_certificate(draft, *key))});
    predecessor.emplace(
        ca::Predecessor{.succession = ca::Succession::kCross, .certificate = other->certificate});
  }
  const auto draft = must(
      ca::CertificateDraft::of_subordinate({.profile = profile,
                                            .plan = plan,
                                            .request = request,
                                            .issuer = issuer.certificate,
                                            .predecessor = predecessor ? &*predecessor : nullptr},
                                           {}));
  ca::Certificate certificate = must(ca::sign_certificate(draft, *issuer.key));
  return {.key = std::move(key), .certificate = std::move(certificate)};
}

}  // namespace support
