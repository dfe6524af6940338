// Mutants of end entities, devices, and certificates that follow another one.

#include "ca/extension.h"
#include "support/ca_lint_workshop.h"

namespace lint_workshop {

namespace {

using support::at;

constexpr auto kSign = KeyUsageBit::kKeyCertSign;
constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kCodeSigning = "1.3.6.1.5.5.7.3.3";

base::Bytes another_key() {
  return support::new_key(Algorithm::kP384)->public_key_info();
}

}  // namespace

std::vector<Mutant> end_entity_mutants() {
  return {
      {"end-entity-is-ca",
       Of::kCodeSigner,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = {}});
       }},
      {"end-entity-key-usage",
       Of::kCodeSigner,
       [](Bench& b) {
         b.extension(oid::kKeyUsage).value =
             usage_of({KeyUsageBit::kDigitalSignature, KeyUsageBit::kKeyEncipherment});
       }},
      {"end-entity-key-usage",
       Of::kCodeSigner,
       [](Bench& b) { b.extension(oid::kKeyUsage).value = usage_of({kSign}); }},
      {"key-usage-beyond-signing-key",
       Of::kCodeSigner,
       [](Bench& b) {
         b.has_profile = false;
         b.set_key(support::new_key(Algorithm::kEd25519)->public_key_info());
         b.extension(oid::kKeyUsage).value =
             usage_of({KeyUsageBit::kDigitalSignature, KeyUsageBit::kKeyEncipherment});
       }},
      {"extended-key-usage-not-in-profile",
       Of::kCodeSigner,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value = encode_extended_key_usage({kServerAuth});
       }},
      {"extended-key-usage-any",
       Of::kCodeSigner,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({std::string(oid::kAnyExtendedKeyUsage)});
       }},
      {"authority-key-identifier-missing",
       Of::kCodeSigner,
       [](Bench& b) { b.remove(oid::kAuthorityKeyIdentifier); }},
      {"key-usage-missing", Of::kCodeSigner, [](Bench& b) { b.remove(oid::kKeyUsage); }},
      {"extended-key-usage-missing",
       Of::kCodeSigner,
       [](Bench& b) { b.remove(oid::kExtendedKeyUsage); }},
      {"ocsp-no-check-missing", Of::kResponder, [](Bench& b) { b.remove(oid::kOcspNoCheck); }},
      {"ocsp-no-check-missing",
       Of::kResponder,
       [](Bench& b) {
         b.has_profile = false;
         b.remove(oid::kOcspNoCheck);
       }},
      {"ocsp-no-check-form",
       Of::kResponder,
       [](Bench& b) { b.extension(oid::kOcspNoCheck).criticality = Criticality::kCritical; }},
      {"ocsp-no-check-form",
       Of::kResponder,
       [](Bench& b) {
         b.extension(oid::kOcspNoCheck).value = {0x01, 0x01, 0xFF};
       }},
      {"extension-not-in-profile",
       Of::kCodeSigner,
       [](Bench& b) { b.add(oid::kOcspNoCheck, encode_null()); }},
      {"extended-key-usage-not-in-profile",
       Of::kResponder,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({std::string(oid::kOcspSigning), kServerAuth});
       }},
      {"extended-key-usage-not-in-profile",
       Of::kResponder,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value = encode_extended_key_usage({kServerAuth});
       }},
      {"extended-key-usage-ocsp-signing",
       Of::kCodeSigner,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({std::string(oid::kOcspSigning)});
       }},
      {"validity-too-long",
       Of::kResponder,
       [](Bench& b) {  // 397 days and one second
         b.tbs.validity = encode(Validity{.not_before = at("2026-02-01T00:00:00Z"),
                                          .not_after = at("2027-03-05T00:00:00Z")});
       }},
  };
}

std::vector<Mutant> device_mutants() {
  return {
      {"validity-has-end",
       Of::kDevice,
       [](Bench& b) { b.tbs.validity = dates("2026-02-01T00:00:00Z", "2040-12-31T23:59:59Z"); }},
      {"no-rev-avail-missing",
       Of::kDevice,
       [](Bench& b) { b.remove(oid::kNoRevocationAvailable); }},
      {"no-rev-avail-missing",
       Of::kFirmwareSigner,
       [](Bench& b) { b.remove(oid::kNoRevocationAvailable); }},
      {"no-rev-avail-form",
       Of::kDevice,
       [](Bench& b) {
         b.extension(oid::kNoRevocationAvailable).criticality = Criticality::kCritical;
       }},
      {"no-rev-avail-form",
       Of::kDevice,
       [](Bench& b) {
         b.extension(oid::kNoRevocationAvailable).value = {0x01, 0x01, 0xFF};
       }},
      {"no-rev-avail-contradicted",
       Of::kDevice,
       [](Bench& b) {
         b.has_profile = false;
         b.add(oid::kCrlDistributionPoints, encode_distribution_points({"http://a.example/c"}));
       }},
      {"extension-not-in-profile",
       Of::kFirmwareSigner,
       [](Bench& b) {
         b.add(oid::kCrlDistributionPoints, encode_distribution_points({"http://a.example/c"}));
         b.remove(oid::kNoRevocationAvailable);
         b.profile.certificate.no_revocation = Presence::kAbsent;
       }},
      {"extension-not-in-profile",
       Of::kDevice,
       [](Bench& b) {
         b.add(oid::kSubjectKeyIdentifier,
               encode_key_identifier(
                   key_identifier_of(b.tbs.public_key_info, KeyIdentifierMethod::kSha1)));
       }},
      {"extension-not-in-profile",
       Of::kCodeSigner,
       [](Bench& b) {
         b.add(oid::kSubjectAlternativeName,
               encode_hardware_module_name({.type = "2.999.7", .serial = {0x41}}));
       }},
      {"hardware-module-name-missing",
       Of::kDevice,
       [](Bench& b) {
         b.profile.certificate.hardware_module_name = Presence::kRequired;
         b.remove(oid::kSubjectAlternativeName);
       }},
      {"hardware-module-name-form",
       Of::kDevice,
       [](Bench& b) {
         b.extension(oid::kSubjectAlternativeName).criticality = Criticality::kCritical;
       }},
      {"hardware-module-name-form",
       Of::kDevice,
       [](Bench& b) {  // an address, as servers have one
         const base::Bytes host = der(DerTag::kContext2, {base::bytes_of("device.example")});
         b.extension(oid::kSubjectAlternativeName).value = der(DerTag::kSequence, {host});
       }},
      {"subject-attribute-missing",
       Of::kDevice,
       [](Bench& b) { b.tbs.subject = support::example_name("Device").der(); }},
  };
}

std::vector<Mutant> succession_mutants() {
  return {
      {"predecessor-missing",
       Of::kCross,
       [](Bench& b) {
         b.predecessor.reset();
         b.profile.certificate.key_identifier = KeyIdentifierMethod::kRfc7093;
       }},
      {"predecessor-missing", Of::kCross, [](Bench& b) { b.succession = Succession::kRenewal; }},
      {"predecessor-name-differs",
       Of::kCross,
       [](Bench& b) { b.tbs.subject = support::example_name("Another root").der(); }},
      {"predecessor-name-differs",
       Of::kCross,
       [](Bench& b) {  // the same text, and one string of it as another type
         auto utf8 = std::find(b.tbs.subject.begin(), b.tbs.subject.end(), 0x0c);
         REQUIRE(utf8 != b.tbs.subject.end());
         *utf8 = 0x13;
       }},
      {"predecessor-key-differs",
       Of::kCross,
       [](Bench& b) { b.tbs.public_key_info = another_key(); }},
      {"predecessor-key-same",
       Of::kCross,
       [](Bench& b) {
         b.succession = Succession::kRekey;
         b.profile.certificate.subject_source = SubjectSource::kPlanOrRequest;
         b.profile.certificate.key_identifier = KeyIdentifierMethod::kRfc7093;
       }},
      {"predecessor-key-identifier-differs",
       Of::kCross,
       [](Bench& b) {
         b.extension(oid::kSubjectKeyIdentifier).value = encode_key_identifier(
             key_identifier_of(b.tbs.public_key_info, KeyIdentifierMethod::kSha1));
       }},
      {"predecessor-begins-later",
       Of::kCross,
       [](Bench& b) {
         b.tbs.validity = dates("2025-12-31T23:59:59Z", "2033-12-31T23:59:59Z");
         b.issuer.validity = dates("2025-01-01T00:00:00Z", "2045-12-31T23:59:59Z");
       }},
      {"predecessor-of-another-kind",
       Of::kCodeSigner,
       [](Bench& b) {
         const Certificate other = Workshop().finished(Workshop().of(Of::kRoot));
         b.predecessor = other;
         b.succession = Succession::kRekey;
         b.tbs.subject = other.subject().der();
         b.issuer.subject = support::example_name("Issuer").der();
         b.tbs.issuer = b.issuer.subject;
       }},
      {"root-not-self-issued",
       Of::kSelfSigned,
       [](Bench& b) { b.tbs.subject = support::example_name("Somebody").der(); }},
      {"root-authority-key-identifier",
       Of::kSelfSigned,
       [](Bench& b) {
         b.extension(oid::kAuthorityKeyIdentifier).value =
             encode_authority_key_identifier(base::Bytes(20, 1));
       }},
      {"authority-key-identifier-missing",
       Of::kSelfSigned,
       [](Bench& b) { b.remove(oid::kAuthorityKeyIdentifier); }},
      {"end-entity-is-ca",
       Of::kSelfSigned,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = {}});
       }},
      {"end-entity-key-usage",
       Of::kSelfSigned,
       [](Bench& b) { b.extension(oid::kKeyUsage).value = usage_of({kSign}); }},
      {"extended-key-usage-missing",
       Of::kSelfSigned,
       [](Bench& b) { b.remove(oid::kExtendedKeyUsage); }},
      {"extended-key-usage-not-in-profile",
       Of::kSelfSigned,
       [](Bench& b) {
         b.extension(oid::kExtendedKeyUsage).value =
             encode_extended_key_usage({kCodeSigning, kServerAuth});
       }},
      {"extension-not-in-profile",
       Of::kSelfSigned,
       [](Bench& b) { b.add(oid::kCertificatePolicies, encode_policies({"2.999.1"})); }},
      {"path-length-not-in-profile",
       Of::kIntermediate,
       [](Bench& b) {
         b.extension(oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = 0});
       }},
      {"path-length-beyond-issuer",
       Of::kIntermediate,
       [](Bench& b) {
         extension_of(b.issuer, oid::kBasicConstraints).value =
             encode_basic_constraints({.is_ca = true, .path_length = 1});
       }},
  };
}

}  // namespace lint_workshop
