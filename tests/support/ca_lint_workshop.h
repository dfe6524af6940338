// tests/support/ca_lint_workshop.h - good certificates of every profile, to be broken in one point.

#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "ca/certificate_lint.h"
#include "ca/der.h"
#include "ca/issuer.h"
#include "support/ca_issuance.h"

namespace lint_workshop {

using namespace ca;

// A certificate in the making, and what the lint is told about it.
struct Bench {
  TbsCertificate tbs;
  CertificateProfile profile;
  TbsCertificate issuer;  // of a subordinate; signed by the root's key again
  bool has_issuer = false;
  bool has_profile = true;
  LintStage stage = LintStage::kSigned;
  base::Bytes outer_algorithm;
  std::function<base::Bytes(base::Bytes)> afterwards;  // on the finished DER
  base::Bytes root_key_info;
  std::optional<Certificate> predecessor;
  Succession succession = Succession::kRenewal;

  Extension& extension(std::string_view oid) {
    return *std::find_if(tbs.extensions.begin(), tbs.extensions.end(), [&](const auto& each) {
      return each.oid == oid;
    });
  }
  // Another key of the subject, with its identifier.
  void set_key(base::Bytes public_key_info) {
    tbs.public_key_info = std::move(public_key_info);
    extension(oid::kSubjectKeyIdentifier).value =
        encode_key_identifier(key_identifier_of(tbs.public_key_info, KeyIdentifierMethod::kSha1));
  }
  void remove(std::string_view oid) {
    tbs.extensions.erase(std::remove_if(tbs.extensions.begin(),
                                        tbs.extensions.end(),
                                        [&](const auto& each) { return each.oid == oid; }),
                         tbs.extensions.end());
  }
  void add(std::string_view oid, base::Bytes value) {
    tbs.extensions.push_back({.oid = std::string(oid), .value = std::move(value)});
  }
};

inline Extension& extension_of(TbsCertificate& tbs, std::string_view oid) {
  return *std::find_if(tbs.extensions.begin(), tbs.extensions.end(), [&](const auto& each) {
    return each.oid == oid;
  });
}

// A profile, and whether a subordinate has issued it or the root itself.
enum class Of {
  kRoot,
  kSubordinate,
  kIntermediate,
  kCodeSigner,
  kFirmwareSigner,
  kResponder,
  kDevice,
  kCross,
  kSelfSigned,
};
inline constexpr std::array kEveryKind{Of::kRoot,
                                       Of::kSubordinate,
                                       Of::kIntermediate,
                                       Of::kCodeSigner,
                                       Of::kFirmwareSigner,
                                       Of::kResponder,
                                       Of::kDevice,
                                       Of::kCross,
                                       Of::kSelfSigned};

// Makes benches of good certificates, and lints what became of them.
class Workshop {
 public:
  Workshop()
      : root_key_(support::new_key(Algorithm::kP256)),
        sub_key_(support::new_key(Algorithm::kP384)),
        request_(support::request_for(*sub_key_, "Example TLS CA")) {}

  Bench of(Of what) {
    switch (what) {
      case Of::kRoot:
        return self_signed("root");
      case Of::kSelfSigned:
        return self_signed("self-signed-code-signing");
      case Of::kCross:
        return cross();
      case Of::kIntermediate:
        return issued("subordinate-intermediate", support::subordinate_plan());
      case Of::kCodeSigner:
        return issued("code-signing", plan_without_crl());
      case Of::kFirmwareSigner:
        return issued("firmware-signing", plan_without_crl());
      case Of::kResponder:
        return issued("ocsp-responder", plan_of_responder());
      case Of::kDevice:
        return issued("device-identity", plan_of_device());
      case Of::kSubordinate:
        break;
    }
    return issued("subordinate-tls", support::subordinate_plan());
  }

  base::Findings lint(const Bench& bench) {
    base::Bytes whole = finished_der(bench.tbs, bench.outer_algorithm);
    if (bench.afterwards) {
      whole = bench.afterwards(std::move(whole));
    }
    const base::Result<Certificate> certificate =
        Certificate::parse(whole, Encoding::kWhateverIsFound);
    REQUIRE(certificate.ok());
    CertificateLintContext context{.profile = bench.has_profile ? &bench.profile : nullptr,
                                   .stage = bench.stage};
    std::optional<Predecessor> predecessor;
    if (bench.predecessor) {
      predecessor.emplace(
          Predecessor{.succession = bench.succession, .certificate = *bench.predecessor});
      context.predecessor = &*predecessor;
    }
    std::optional<Certificate> issuer;
    if (bench.has_issuer) {
      issuer = finished(bench.issuer, bench.issuer.algorithm);
      context.issuer = &*issuer;
    }
    return lint_certificate(*certificate, context);
  }

  // The bytes of that bench, and the certificate of one that can be read.
  base::Bytes der_of(const Bench& bench) { return finished_der(bench.tbs, bench.outer_algorithm); }
  Certificate finished(const Bench& bench) { return finished(bench.tbs, bench.outer_algorithm); }

 private:
  TbsCertificate root_tbs(const std::string& profile = "root") {
    return build_root(
               support::profile_named(profile), support::root_plan(), root_key_->public_key_info())
        .value();
  }

  static CertificatePlan plan_without_crl() {
    CertificatePlan plan = support::subordinate_plan();
    plan.crl_uris.clear();  // a root's CRLs list CA certificates only
    return plan;
  }

  static CertificatePlan plan_of_responder() {
    CertificatePlan plan;
    plan.validity = {.not_before = support::at("2026-02-01T00:00:00Z"),
                     .not_after = support::at("2026-12-31T23:59:59Z")};
    return plan;
  }

  static CertificatePlan plan_of_device() {
    CertificatePlan plan = plan_without_crl();
    plan.validity.not_after = kNoEnd;
    plan.subject = DistinguishedName::of({{"O", "Example"}, {"serialNumber", "A-0001"}}).value();
    plan.hardware_type = "2.999.7";
    return plan;
  }

  Bench self_signed(const std::string& profile) {
    Bench bench;
    bench.profile = support::profile_named(profile);
    bench.tbs = root_tbs(profile);
    bench.outer_algorithm = bench.tbs.algorithm;
    return bench;
  }

  Bench issued(const std::string& profile, const CertificatePlan& plan) {
    return issued(profile, plan, nullptr);
  }

  Bench issued(const std::string& profile,
               const CertificatePlan& plan,
               const Predecessor* predecessor) {
    Bench bench;
    bench.profile = support::profile_named(profile);
    bench.issuer = root_tbs();
    bench.has_issuer = true;
    const Certificate issuer = finished(bench.issuer, bench.issuer.algorithm);
    bench.tbs = build_subordinate({.profile = bench.profile,
                                   .plan = plan,
                                   .request = request_,
                                   .issuer = issuer,
                                   .predecessor = predecessor})
                    .value();
    bench.outer_algorithm = bench.tbs.algorithm;
    bench.root_key_info = root_key_->public_key_info();
    return bench;
  }

  // The certificate that another root has made for itself, certified by ours.
  Bench cross() {
    CertificatePlan plan = support::root_plan();
    plan.subject = support::example_name("Another Root");
    CertificateProfile profile = support::profile_named("root");
    profile.certificate.key_identifier = KeyIdentifierMethod::kRfc7093;
    const CertificateDraft draft =
        CertificateDraft::of_root(profile, plan, sub_key_->public_key_info()).value();
    const Certificate other = sign_certificate(draft, *sub_key_).value();
    const Predecessor predecessor{.succession = Succession::kCross, .certificate = other};
    Bench bench = issued("cross-certificate", support::subordinate_plan(), &predecessor);
    bench.predecessor = other;
    bench.succession = Succession::kCross;
    return bench;
  }

  base::Bytes finished_der(const TbsCertificate& tbs, const base::Bytes& algorithm) {
    const base::Bytes bytes = encode(tbs);
    return assemble(
        {.tbs = bytes, .algorithm = algorithm, .signature = root_key_->sign(bytes).value()});
  }

  Certificate finished(const TbsCertificate& tbs, const base::Bytes& algorithm) {
    return Certificate::parse(finished_der(tbs, algorithm)).value();
  }

  std::unique_ptr<SoftwareKey> root_key_;
  std::unique_ptr<SoftwareKey> sub_key_;
  SigningRequest request_;
};

struct Mutant {
  std::string rule;
  Of of;
  std::function<void(Bench&)> breaks;
};

inline base::Bytes usage_of(std::initializer_list<KeyUsageBit> bits) {
  KeyUsage usage;
  for (const KeyUsageBit bit : bits) {
    usage.set(bit);
  }
  return encode_key_usage(usage);
}

inline base::Bytes dates(const char* from, const char* through) {
  return encode(Validity{.not_before = support::at(from), .not_after = support::at(through)});
}

// Mutants of the profiles beyond roots and subordinates.
std::vector<Mutant> end_entity_mutants();
std::vector<Mutant> device_mutants();
std::vector<Mutant> succession_mutants();

}  // namespace lint_workshop
