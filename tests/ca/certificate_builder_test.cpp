#include "ca/certificate_builder.h"

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/pem.h"
#include "support/ca_issuance.h"

namespace {

using namespace ca;

struct Bench {
  support::TestRoot root = support::make_root(Algorithm::kP256);
  std::unique_ptr<SoftwareKey> key = support::new_key(Algorithm::kP256);
  SigningRequest request = support::request_for(*key, "Example CA");
  CertificateProfile profile = support::profile_named("subordinate-tls");
  CertificatePlan plan = support::subordinate_plan();

  base::Result<TbsCertificate> build() {
    return build_subordinate(
        {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate});
  }
  std::string message() {
    const base::Result<TbsCertificate> tbs = build();
    return tbs ? "" : tbs.error().message;
  }
};

}  // namespace

TEST_CASE("builder: issuer, subject and key are the bytes they came from") {
  Bench bench;
  const base::Result<TbsCertificate> tbs = bench.build();
  REQUIRE(tbs.ok());
  CHECK(tbs->issuer == bench.root.certificate.subject().der());
  CHECK(tbs->subject == bench.request.subject().der());
  CHECK(tbs->public_key_info == bench.request.public_key_info());
  CHECK(tbs->serial != bench.build()->serial);
}

TEST_CASE("builder: the plan's subject goes before the request's") {
  Bench bench;
  bench.plan.subject = support::example_name("Decided CA");
  CHECK(bench.build()->subject == bench.plan.subject->der());
  bench.plan.subject.reset();
  bench.profile.certificate.subject_source = SubjectSource::kPlan;
  CHECK(bench.message() ==
        "the plan gives no subject, and the profile does not take it from the request; complete "
        "the plan");
}

TEST_CASE("builder: what profile and plan do not agree on is refused") {
  Bench bench;
  SUBCASE("another CA without its certificate") {
    bench.profile = support::profile_named("cross-certificate");
    CHECK(bench.message() ==
          "the profile takes the name from the other CA's own certificate, and the plan names none "
          "that the new one follows; add it to the plan");
  }
  SUBCASE("a policy is required") {
    bench.plan.policies.clear();
    CHECK(bench.message() ==
          "the plan gives no certificate policy, and the profile requires it; complete the plan");
  }
  SUBCASE("a CRL address is not in the profile") {
    bench.profile.certificate.crl_distribution_points = Presence::kAbsent;
    CHECK(bench.message() ==
          "the plan gives a CRL address, and the profile has none; correct the plan or choose "
          "another profile");
  }
  SUBCASE("an address by https") {
    bench.plan.ca_issuer_uris = {"https://pki.example/root.der"};
    CHECK(bench.message().find("does not begin with http://") != std::string::npos);
  }
  SUBCASE("a policy that is no object identifier") {
    bench.plan.policies = {"our policy"};
    CHECK(bench.message() ==
          "a certificate policy of the plan is not an object identifier such as 2.999.1; correct "
          "it");
  }
  SUBCASE("a profile of another kind") {
    bench.profile = support::profile_named("root");
    CHECK(bench.message() ==
          "a request needs a profile of the kind subordinate or end-entity; correct the plan");
  }
}

TEST_CASE("builder: a root needs a root's profile, a subject, and nothing else") {
  const auto key = support::new_key(Algorithm::kP256);
  const CertificateProfile profile = support::profile_named("root");
  CertificatePlan plan = support::root_plan();
  const auto message = [&](const CertificateProfile& with) {
    const base::Result<TbsCertificate> tbs = build_root(with, plan, key->public_key_info());
    return tbs ? "" : tbs.error().message;
  };
  CHECK(message(profile) == "");
  CHECK(message(support::profile_named("subordinate-tls")) ==
        "a certificate that signs itself needs a profile of the kind root or self-signed; correct "
        "the "
        "plan");
  plan.policies = {"2.999.1"};
  CHECK(message(profile) ==
        "the plan gives a certificate policy, and the profile has none; correct the plan or choose "
        "another profile");
  plan.policies.clear();
  plan.subject.reset();
  CHECK(message(profile) ==
        "the plan gives no subject for the root certificate; complete the plan");
}

TEST_CASE("builder: both methods give 20 octets of key identifier") {
  const auto key = support::new_key(Algorithm::kP256);
  const base::Bytes one = key_identifier_of(key->public_key_info(), KeyIdentifierMethod::kSha1);
  const base::Bytes other =
      key_identifier_of(key->public_key_info(), KeyIdentifierMethod::kRfc7093);
  CHECK(one.size() == 20);
  CHECK(other.size() == 20);
  CHECK(one != other);
}

TEST_CASE("certificate: a chain is one PEM text of both, in order") {
  Bench bench;
  const base::Result<CertificateDraft> draft =
      CertificateDraft::of_subordinate({.profile = bench.profile,
                                        .plan = bench.plan,
                                        .request = bench.request,
                                        .issuer = bench.root.certificate},
                                       {});
  REQUIRE(draft.ok());
  const Certificate subordinate = sign_certificate(*draft, *bench.root.key).value();
  const std::string chain = chain_pem({subordinate, bench.root.certificate});
  const base::Result<std::vector<EncodedObject>> objects = read_objects(base::bytes_of(chain));
  REQUIRE(objects.ok());
  REQUIRE(objects->size() == 2);
  CHECK((*objects)[0].der == subordinate.der());
  CHECK((*objects)[1].der == bench.root.certificate.der());
  CHECK((*objects)[0].label == "CERTIFICATE");
}

TEST_CASE("certificate: 9999 and 2050 are written and read") {
  const auto key = support::new_key(Algorithm::kP256);
  CertificateProfile profile = support::profile_named("root");
  profile.longest = std::chrono::days{3'000'000};
  CertificatePlan plan = support::root_plan();
  for (const Instant end :
       {kNoEnd, support::at("2050-01-01T00:00:00Z"), support::at("2049-12-31T23:59:59Z")}) {
    plan.validity.not_after = end;
    const base::Result<CertificateDraft> draft =
        CertificateDraft::of_root(profile, plan, key->public_key_info());
    REQUIRE(draft.ok());
    const base::Result<Certificate> root = sign_certificate(*draft, *key);
    REQUIRE(root.ok());
    CHECK(root->not_after().instant == end);
    CHECK(root->not_after().is_by_the_rule);
  }
}

TEST_CASE("certificate: bytes that are cut, longer or none are refused") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  const base::Bytes& der = root.certificate.der();
  for (std::size_t size = 0; size < der.size(); size += 7) {
    CHECK_FALSE(Certificate::parse(base::ByteView(der).first(size)).ok());
    CHECK_FALSE(
        Certificate::parse(base::ByteView(der).first(size), Encoding::kWhateverIsFound).ok());
  }
  base::Bytes longer = der;
  longer.push_back(0);
  CHECK_FALSE(Certificate::parse(longer).ok());
  CHECK_FALSE(Certificate::parse(longer, Encoding::kWhateverIsFound).ok());
  CHECK(Certificate::parse(der)->fingerprint() == root.certificate.fingerprint());
}

namespace {

// A request for a device that asks for a subjectAltName.
SigningRequest request_asking_for(SoftwareKey& key, const Extension& extension) {
  support::RequestParts parts = support::request_parts(key, "Device");
  const base::Bytes list = encode(std::vector<Extension>{extension});
  const base::Bytes attribute =
      der(DerTag::kSequence,
          {der_object_identifier("1.2.840.113549.1.9.14"), der(DerTag::kSet, {list})});
  parts.attributes = der(DerTag::kContext0Constructed, {attribute});
  return SigningRequest::parse(support::signed_request(parts, key)).value();
}

// A device of the root itself.
Bench device_bench() {
  Bench bench;
  bench.profile = support::profile_named("device-identity");
  bench.plan.validity.not_after = kNoEnd;
  bench.plan.crl_uris.clear();
  bench.plan.subject =
      DistinguishedName::of({{"O", "Example"}, {"serialNumber", "A-0001"}}).value();
  return bench;
}

const Extension* alternative_name_of(const TbsCertificate& tbs) {
  for (const Extension& extension : tbs.extensions) {
    if (extension.oid == oid::kSubjectAlternativeName) {
      return &extension;
    }
  }
  return nullptr;
}

HardwareModuleName some_module() {
  return {.type = "2.999.7", .serial = {0x41, 0x00, 0xff}};
}

}  // namespace

TEST_CASE("builder: a device's hardware is named with the serial number of its subject") {
  Bench bench = device_bench();
  bench.plan.hardware_type = "2.999.7";
  const auto tbs = bench.build();
  REQUIRE(tbs.ok());
  const Extension* const found = alternative_name_of(*tbs);
  REQUIRE(found != nullptr);
  const auto name = decode_hardware_module_name(found->value);
  REQUIRE(name.ok());
  CHECK(name->type == "2.999.7");
  CHECK(base::text_of(name->serial) == "A-0001");
}

TEST_CASE("builder: of a request only a hardware module name is taken, and only by a profile") {
  Bench bench = device_bench();
  const Extension asked{.oid = std::string(oid::kSubjectAlternativeName),
                        .value = encode_hardware_module_name(some_module())};
  bench.request = request_asking_for(*bench.key, asked);
  REQUIRE(bench.build().ok());
  CHECK(*alternative_name_of(*bench.build()) == asked);
  const base::Findings told = bench.request.check({});
  REQUIRE(told.size() == 1);
  CHECK(told[0].rule == "request-extension-by-profile");
  bench.plan.hardware_type = "2.999.8";  // the plan decides
  CHECK(decode_hardware_module_name(alternative_name_of(*bench.build())->value)->type == "2.999.8");
  bench.plan.hardware_type.clear();
  Extension critical = asked;
  critical.criticality = Criticality::kCritical;
  bench.request = request_asking_for(*bench.key, critical);
  CHECK(alternative_name_of(*bench.build()) == nullptr);
  const Extension host{
      .oid = std::string(oid::kSubjectAlternativeName),
      .value = der(DerTag::kSequence, {der(DerTag::kContext2, {base::bytes_of("a.example")})})};
  bench.request = request_asking_for(*bench.key, host);
  CHECK(alternative_name_of(*bench.build()) == nullptr);
  bench.request = request_asking_for(*bench.key, asked);
  bench.profile.certificate.hardware_module_name = Presence::kAbsent;
  CHECK(alternative_name_of(*bench.build()) == nullptr);
}

TEST_CASE("builder: a type of hardware that does not fit is refused") {
  const char* const message =
      "the plan gives a type of hardware, and the profile has none, or it is no object identifier, "
      "or the subject has no serialNumber to go with it; correct the plan";
  Bench bench = device_bench();
  bench.plan.hardware_type = "our boards";
  CHECK(bench.message() == message);
  bench.plan.hardware_type = "2.999.7";
  bench.plan.subject = support::example_name("Device");
  CHECK(bench.message() == message);
  bench = Bench();
  bench.plan.hardware_type = "2.999.7";
  CHECK(bench.message() == message);
}

TEST_CASE("extensions: a hardware module name is read exactly, and nothing that is nearly one") {
  const base::Bytes good = encode_hardware_module_name(some_module());
  CHECK(decode_hardware_module_name(good).value() == some_module());
  for (std::size_t i = 0; i < good.size(); ++i) {
    base::Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK_FALSE(decode_hardware_module_name(cut).ok());
    base::Bytes flipped = good;
    flipped[i] ^= 0x20U;
    const auto read = decode_hardware_module_name(flipped);
    CHECK((!read.ok() || encode_hardware_module_name(*read) == flipped));
  }
  const base::Bytes inner(good.begin() + 2, good.end());
  CHECK_FALSE(decode_hardware_module_name(der(DerTag::kSequence, {inner, inner})).ok());
  CHECK_FALSE(decode_hardware_module_name(der(DerTag::kSequence, {})).ok());
}
