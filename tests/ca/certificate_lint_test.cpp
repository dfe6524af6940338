// One mutant for each rule: a good certificate broken in one point, and exactly that rule reports.

#include "ca/certificate_lint.h"

#include <algorithm>
#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/signature_algorithm.h"
#include "support/ca_issuance.h"
#include "support/ca_lint_workshop.h"

namespace {

using namespace lint_workshop;
using support::at;

base::Bytes view_copy(base::ByteView view) {
  return {view.begin(), view.end()};
}

base::Bytes algorithm_identifier(const char* oid) {
  return der(DerTag::kSequence, {der_object_identifier(oid)});
}

base::Bytes serial_of(std::size_t size) {
  base::Bytes octets(size, 0x5a);
  for (std::size_t i = 0; i < size; i += 3) {
    octets[i] = 0x01;
  }
  return der(DerTag::kInteger, {octets});
}

base::Bytes name_of_attributes(const std::vector<NameAttribute>& attributes) {
  return DistinguishedName::of(attributes).value().der();
}

base::Bytes with_longer_length(base::Bytes whole) {
  // 30 82 LL LL becomes 30 83 00 LL LL: the same value, in BER only.
  REQUIRE(whole[1] == 0x82);
  whole[1] = 0x83;
  whole.insert(whole.begin() + 2, 0x00);
  return whole;
}

constexpr auto kSign = KeyUsageBit::kKeyCertSign;
constexpr auto kCrl = KeyUsageBit::kCrlSign;
constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";

std::vector<Mutant> field_mutants() {
  return {
      {"certificate-not-der",
       Of::kSubordinate,
       [](Bench& b) { b.afterwards = with_longer_length; }},
      {"certificate-not-der",
       Of::kSubordinate,
       [](Bench& b) {  // DEFAULT FALSE written out: well-formed, and still not DER
         b.afterwards = nullptr;
         b.tbs.unique_identifiers = {};
         const base::Bytes falsity = der(DerTag::kBoolean, {base::Bytes{0x00}});
         Extension& extension = b.extension(oid::kSubjectKeyIdentifier);
         const base::Bytes plain = encode(extension);
         const base::Bytes id = der_object_identifier(extension.oid);
         const base::Bytes value = der(DerTag::kOctetString, {extension.value});
         const base::Bytes written_out = der(DerTag::kSequence, {id, falsity, value});
         base::Bytes all;
         for (const Extension& each : b.tbs.extensions) {
           append(all, each.oid == extension.oid ? written_out : encode(each));
         }
         b.tbs.unique_identifiers =
             der(DerTag::kContext3Constructed, {der(DerTag::kSequence, {all})});
         b.tbs.extensions.clear();
       }},
      {"certificate-version",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.version = der(DerTag::kContext0Constructed, {der_unsigned(std::uint64_t{1})});
       }},
      {"serial-not-positive",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.serial = der(DerTag::kInteger, {base::Bytes{0x00}}); }},
      {"serial-not-positive",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.serial = der(DerTag::kInteger, {base::Bytes(17, 0x81)}); }},
      {"serial-too-long", Of::kSubordinate, [](Bench& b) { b.tbs.serial = serial_of(21); }},
      {"serial-too-short",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.serial = serial_of(7);
         b.has_profile = false;
       }},
      {"serial-form", Of::kSubordinate, [](Bench& b) { b.tbs.serial = serial_of(16); }},
      {"serial-not-random",  // 42, the next one of a sequence
       Of::kSubordinate,
       [](Bench& b) {
         base::Bytes octets(17, 0x00);
         octets.front() = 0x01;
         octets.back() = 42;
         b.tbs.serial = der(DerTag::kInteger, {octets});
       }},
      {"serial-form", Of::kRoot, [](Bench& b) { b.tbs.serial = serial_of(18); }},
      {"signature-algorithms-differ",
       Of::kSubordinate,
       [](Bench& b) { b.outer_algorithm = signature_algorithm_of(Algorithm::kP384); }},
      {"signature-algorithm-refused",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.algorithm = b.outer_algorithm = algorithm_identifier("1.2.840.10045.4.1");
         b.stage = LintStage::kDraft;
       }},
      {"signature-algorithm-not-of-key",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.algorithm = b.outer_algorithm = signature_algorithm_of(Algorithm::kP521);
         b.stage = LintStage::kDraft;
       }},
      {"signature-invalid",
       Of::kSubordinate,
       [](Bench& b) {
         b.afterwards = [](base::Bytes whole) {
           whole.back() ^= 1U;
           return whole;
         };
       }},
      {"issuer-empty",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.issuer = der(DerTag::kSequence, {}); }},
      {"issuer-bytes-differ",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.issuer = support::example_name("Example root").der(); }},
      {"issuer-may-not-issue",
       Of::kSubordinate,
       [](Bench& b) { extension_of(b.issuer, oid::kKeyUsage).value = usage_of({kCrl}); }},
      {"validity-reversed",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.validity = dates("2027-01-01T00:00:00Z", "2026-12-31T23:59:59Z"); }},
      {"validity-encoding",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.validity = der(DerTag::kSequence,
                              {der_time(at("2026-02-01T00:00:00Z")),
                               der(DerTag::kGeneralizedTime, {base::bytes_of("20331231235959Z")})});
       }},
      {"validity-outside-issuer",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.validity = dates("2025-12-31T23:59:59Z", "2030-01-01T00:00:00Z"); }},
      {"validity-outside-issuer",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.validity = dates("2040-01-01T00:00:00Z", "2046-01-01T00:00:00Z"); }},
      {"validity-too-long",
       Of::kSubordinate,
       [](Bench& b) {
         const Instant from = at("2026-02-01T00:00:00Z");
         b.tbs.validity =
             encode(Validity{.not_before = from, .not_after = from + std::chrono::days{2920}});
       }},
      {"subject-attribute-missing",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.subject = name_of_attributes({{"O", "Example"}});
       }},
      {"subject-attribute-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.subject = name_of_attributes({{"CN", "Example"}, {"title", "Director"}});
       }},
      {"root-not-self-issued",
       Of::kRoot,
       [](Bench& b) { b.tbs.issuer = support::example_name("Another Root").der(); }},
      {"subject-is-issuer", Of::kSubordinate, [](Bench& b) { b.tbs.subject = b.tbs.issuer; }},
      {"unique-identifiers",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.unique_identifiers = der(DerTag::kContext1, {base::Bytes{0x00, 0x5a}});
       }},
      {"key-kind-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) { b.profile.certificate.key_kinds = {"rsa-4096"}; }},
      {"key-of-issuer",
       Of::kSubordinate,
       [](Bench& b) {
         b.tbs.public_key_info = b.root_key_info;
         b.extension(oid::kSubjectKeyIdentifier).value =
             encode_key_identifier(key_identifier_of(b.root_key_info, KeyIdentifierMethod::kSha1));
       }},
  };
}

std::vector<Mutant> constraint_mutants() {
  return {
      {"extension-duplicate",
       Of::kSubordinate,
       [](Bench& b) { b.tbs.extensions.push_back(b.extension(oid::kKeyUsage)); }},
      {"extension-malformed",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value = {0x30, 0x00};
       }},
      {"extension-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.add("2.5.29.17", base::Bytes{0x30, 0x03, 0x82, 0x01, 'a'});
       }},
      {"extension-unknown-critical",
       Of::kSubordinate,
       [](Bench& b) {
         b.has_profile = false;
         b.add("1.2.3.4", base::Bytes{0x05, 0x00});
         b.tbs.extensions.back().criticality = Criticality::kCritical;
       }},
      {"basic-constraints-missing",
       Of::kSubordinate,
       [](Bench& b) { b.remove(oid::kBasicConstraints); }},
      {"basic-constraints-not-critical",
       Of::kRoot,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).criticality = Criticality::kNotCritical;
       }},
      {"basic-constraints-not-ca",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value = {0x30, 0x00};
       }},
      {"root-path-length",
       Of::kRoot,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = 3});
       }},
      {"path-length-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = std::nullopt});
       }},
      {"path-length-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.has_profile = false;
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = std::nullopt});
       }},
      {"path-length-beyond-issuer",
       Of::kSubordinate,
       [](Bench& b) {
         extension_of(b.issuer, oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = 0});
       }},
      {"key-usage-missing", Of::kSubordinate, [](Bench& b) { b.remove(oid::kKeyUsage); }},
      {"key-usage-not-critical",
       Of::kSubordinate,
       [](Bench& b) { b.extension(oid::kKeyUsage).criticality = Criticality::kNotCritical; }},
      {"key-usage-cert-sign-missing",
       Of::kRoot,
       [](Bench& b) { b.extension(oid::kKeyUsage).value = usage_of({kCrl}); }},
      {"key-usage-crl-sign-missing",
       Of::kRoot,
       [](Bench& b) { b.extension(oid::kKeyUsage).value = usage_of({kSign}); }},
      {"key-usage-beyond-ca",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kKeyUsage).value = usage_of({kSign, kCrl, KeyUsageBit::kKeyEncipherment});
       }},
      {"key-usage-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kKeyUsage).value =
             usage_of({kSign, kCrl, KeyUsageBit::kDigitalSignature});
       }},
      {"root-extended-key-usage",
       Of::kRoot,
       [](Bench& b) { b.add(oid::kExtendedKeyUsage, encode_extended_key_usage({kServerAuth})); }},
      {"extended-key-usage-missing",
       Of::kSubordinate,
       [](Bench& b) { b.remove(oid::kExtendedKeyUsage); }},
      {"extended-key-usage-any",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({std::string(oid::kAnyExtendedKeyUsage)});
       }},
      {"extended-key-usage-ocsp-signing",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({kServerAuth, kClientAuth, std::string(oid::kOcspSigning)});
       }},
      {"extended-key-usage-not-in-profile",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value = encode_extended_key_usage({kServerAuth});
       }},
  };
}

std::vector<Mutant> identifier_mutants() {
  return {
      {"subject-key-identifier-missing",
       Of::kSubordinate,
       [](Bench& b) { b.remove(oid::kSubjectKeyIdentifier); }},
      {"subject-key-identifier-critical",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kSubjectKeyIdentifier).criticality = Criticality::kCritical;
       }},
      {"subject-key-identifier-wrong",
       Of::kSubordinate,
       [](Bench& b) { b.extension(oid::kSubjectKeyIdentifier).value.back() ^= 1U; }},
      {"authority-key-identifier-missing",
       Of::kSubordinate,
       [](Bench& b) { b.remove(oid::kAuthorityKeyIdentifier); }},
      {"authority-key-identifier-critical",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kAuthorityKeyIdentifier).criticality = Criticality::kCritical;
       }},
      {"authority-key-identifier-form",
       Of::kSubordinate,
       [](Bench& b) {
         Extension& extension = b.extension(oid::kAuthorityKeyIdentifier);
         const base::Bytes identifier = view_copy(contents_of(extension.value));
         const base::Bytes serial{0x82, 0x01, 0x05};
         extension.value = der(DerTag::kSequence, {identifier, serial});
       }},
      {"authority-key-identifier-wrong",
       Of::kSubordinate,
       [](Bench& b) { b.extension(oid::kAuthorityKeyIdentifier).value.back() ^= 1U; }},
      {"root-authority-key-identifier",
       Of::kRoot,
       [](Bench& b) {
         b.add(oid::kAuthorityKeyIdentifier,
               encode_authority_key_identifier(base::Bytes(20, 0x5a)));
       }},
      {"root-policies",
       Of::kRoot,
       [](Bench& b) { b.add(oid::kCertificatePolicies, encode_policies({"2.999.1"})); }},
      {"policies-missing", Of::kSubordinate, [](Bench& b) { b.remove(oid::kCertificatePolicies); }},
      {"policies-any",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kCertificatePolicies).value =
             encode_policies({std::string(oid::kAnyPolicy)});
       }},
      {"root-crl-distribution-points",
       Of::kRoot,
       [](Bench& b) {
         b.add(oid::kCrlDistributionPoints, encode_distribution_points({"http://a.example/c"}));
       }},
      {"crl-distribution-points-missing",
       Of::kSubordinate,
       [](Bench& b) {
         b.profile.certificate.crl_distribution_points = Presence::kRequired;
         b.remove(oid::kCrlDistributionPoints);
       }},
      {"crl-distribution-points-critical",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kCrlDistributionPoints).criticality = Criticality::kCritical;
       }},
      {"crl-distribution-points-not-http",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kCrlDistributionPoints).value =
             encode_distribution_points({"https://a.example/c"});
       }},
      {"root-authority-info-access",
       Of::kRoot,
       [](Bench& b) {
         b.add(oid::kAuthorityInformationAccess, encode_ca_issuers({"http://a.example/c"}));
       }},
      {"ca-issuers-missing",
       Of::kSubordinate,
       [](Bench& b) {
         b.profile.certificate.ca_issuers = Presence::kRequired;
         b.remove(oid::kAuthorityInformationAccess);
       }},
      {"authority-info-access-critical",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kAuthorityInformationAccess).criticality = Criticality::kCritical;
       }},
      {"authority-info-access-not-http",
       Of::kSubordinate,
       [](Bench& b) {
         b.extension(oid::kAuthorityInformationAccess).value =
             encode_ca_issuers({"ldap://a.example/c"});
       }},
  };
}

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> all = field_mutants();
  for (const auto& more : {constraint_mutants(),
                           identifier_mutants(),
                           lint_workshop::end_entity_mutants(),
                           lint_workshop::device_mutants(),
                           lint_workshop::succession_mutants()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace

TEST_CASE("certificate lint: good certificates have no finding, with and without a profile") {
  Workshop workshop;
  for (const Of what : kEveryKind) {
    Bench bench = workshop.of(what);
    CAPTURE(bench.profile.name);
    CHECK(support::rules_of(workshop.lint(bench)).empty());
    bench.has_profile = false;
    CHECK(support::rules_of(workshop.lint(bench)).empty());
    bench.stage = LintStage::kDraft;
    CHECK(support::rules_of(workshop.lint(bench)).empty());
  }
}

TEST_CASE("certificate lint: each mutant is refused by exactly the rule it breaks") {
  Workshop workshop;
  std::set<std::string> broken;
  const std::vector<Mutant> mutants = all_mutants();
  for (const Mutant& mutant : mutants) {
    CAPTURE(mutant.rule);
    Bench bench = workshop.of(mutant.of);
    mutant.breaks(bench);
    const base::Findings findings = workshop.lint(bench);
    const std::vector<std::string> found = support::rules_of(findings);
    CAPTURE(found.size());
    CHECK((found.empty() ? "nothing" : found.back()) == mutant.rule);
    CHECK(found.size() == 1);
    broken.insert(mutant.rule);
    for (const base::Finding& finding : findings) {
      if (finding.severity == base::Severity::kNotice) {  // says what is so, and refuses nothing
        broken.insert(finding.rule);
      }
    }
  }
  std::set<std::string> rules;
  for (const LintRule& rule : certificate_rules()) {
    rules.emplace(rule.name);
    CHECK_FALSE(rule.source.empty());
    CHECK_FALSE(rule.field.empty());
  }
  CHECK(rules == broken);
  MESSAGE(rules.size(),
          " rules for certificates, ",
          mutants.size(),
          " mutants, ",
          100 * broken.size() / rules.size(),
          " % of the rules broken and reported");
}

TEST_CASE("certificate lint: whoever outlives the issuer is told so, and may") {
  Workshop workshop;
  Bench bench = workshop.of(Of::kDevice);
  const base::Findings findings = workshop.lint(bench);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == base::Severity::kNotice);
  CHECK(findings[0].message ==
        "The certificate outlives its issuer, which ends 2045-12-31T23:59:59Z; whoever verifies it "
        "after that must still trust the issuer.");
  bench.issuer.validity = dates("2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z");
  CHECK(workshop.lint(bench).empty());
}

TEST_CASE("certificate lint: a good certificate fits its own profile and no other") {
  Workshop workshop;
  const auto profiles = load_profiles(TEST_VECTORS "/../../ca/profiles");
  REQUIRE(profiles.ok());
  std::set<std::string> met;
  for (const Of what : kEveryKind) {
    Bench bench = workshop.of(what);
    const std::string own = bench.profile.name;
    for (const auto& other : *profiles) {
      if (other.second.kind == ProfileKind::kRevocationList) {
        continue;
      }
      CAPTURE(own);
      CAPTURE(other.first);
      bench.profile = other.second;
      CHECK(support::rules_of(workshop.lint(bench)).empty() == (other.first == own));
    }
    met.insert(own);
  }
  CHECK(met.size() == kEveryKind.size());
}

TEST_CASE("certificate lint: weak keys and bad names are reported, too") {
  Workshop workshop;
  Bench bench = workshop.of(Of::kSubordinate);
  const base::Bytes low = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  base::Bytes zeros = low;
  zeros.resize(low.size() + 32);
  bench.set_key(std::move(zeros));
  CHECK(support::rules_of(workshop.lint(bench)) == std::vector<std::string>{"key-ed25519-point"});
  bench = workshop.of(Of::kSubordinate);
  bench.tbs.subject = der(DerTag::kSequence, {});
  CHECK(support::rules_of(workshop.lint(bench)) == std::vector<std::string>{"name-empty"});
}

TEST_CASE("certificate lint: a name that is no UTF-8 is refused before anything is linted") {
  Workshop workshop;
  Bench bench = workshop.of(Of::kSubordinate);
  const std::string_view text = "TLS";
  const auto letter =
      std::search(bench.tbs.subject.begin(), bench.tbs.subject.end(), text.begin(), text.end());
  REQUIRE(letter != bench.tbs.subject.end());
  *letter = 0xff;
  const auto read = Certificate::parse(workshop.der_of(bench), Encoding::kWhateverIsFound);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().code == base::ErrorCode::kMalformed);
}

TEST_CASE("certificate lint: one second decides about the length of life") {
  Workshop workshop;
  Bench bench = workshop.of(Of::kSubordinate);
  const Instant from = at("2026-02-01T00:00:00Z");
  const auto with_length = [&](std::chrono::seconds length) {
    bench.tbs.validity =
        encode(Validity{.not_before = from, .not_after = from + length - std::chrono::seconds{1}});
    return workshop.lint(bench);
  };
  CHECK(with_length(std::chrono::days{2920}).empty());
  CHECK(with_length(std::chrono::days{2920} - std::chrono::seconds{1}).empty());
  const base::Findings findings = with_length(std::chrono::days{2920} + std::chrono::seconds{1});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].message ==
        "The certificate would be valid for 2920 days and 1 second (2026-02-01T00:00:00Z through "
        "2034-01-30T00:00:00Z, both included), and the profile allows 2920 days; choose an "
        "earlier end.");
}
