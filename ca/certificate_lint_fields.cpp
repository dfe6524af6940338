// The rules on the fields of a certificate that are not extensions.

#include <algorithm>
#include <array>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint_rule.h"
#include "ca/der.h"
#include "ca/serial_number.h"
#include "ca/signature_algorithm.h"
#include "ca/weak_key.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;
using base::Severity;

constexpr std::size_t kLongestSerial = 20;
constexpr std::size_t kShortestSerial = 8;  // 64 bits

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

Complaint check_der(const LintSubject& subject) {
  if (subject.certificate.is_strict()) {
    return std::nullopt;
  }
  const base::Result<Certificate> strict = Certificate::parse(subject.certificate.der());
  return strict
             ? std::nullopt
             : Complaint("The certificate is not written in DER: " + strict.error().message + ".");
}

Complaint check_version(const LintSubject& subject) {
  return complain_if(subject.certificate.version() != 3,
                     "The certificate is not of version 3, the only one with extensions; have it "
                     "issued again.");
}

Complaint check_serial_positive(const LintSubject& subject) {
  const base::Bytes& serial = subject.certificate.serial();
  const bool is_zero = std::all_of(serial.begin(), serial.end(), [](auto b) { return b == 0; });
  return complain_if(is_zero || serial.front() >= 0x80,
                     "The serial number is zero or negative; it must be positive.");
}

Complaint check_serial_length(const LintSubject& subject) {
  return complain_if(subject.certificate.serial().size() > kLongestSerial,
                     "The serial number has more than 20 octets; it must be shorter.");
}

Complaint check_serial_randomness(const LintSubject& subject) {
  const base::Bytes& serial = subject.certificate.serial();
  return complain_if(subject.profile == nullptr && serial.size() < kShortestSerial &&
                         serial.front() < 0x80 && serial != base::Bytes{0},
                     "The serial number has less than 64 bits, so it can be guessed; serial "
                     "numbers must be random.");
}

Complaint check_serial_form(const LintSubject& subject) {
  const base::Bytes& serial = subject.certificate.serial();
  const bool reported_elsewhere =
      serial.size() > kLongestSerial || serial.front() >= 0x80 || serial == base::Bytes{0};
  return complain_if(
      subject.profile != nullptr && !reported_elsewhere && !is_own_serial_number(serial),
      "The serial number is not 0x01 followed by 128 random bits, the form of all serial numbers "
      "made here.");
}

// Eight bytes alike in a row: in random ones once in 2^60 times, in those that count nearly always.
Complaint check_serial_random(const LintSubject& subject) {
  constexpr int kLongestRun = 7;
  const base::Bytes& serial = subject.certificate.serial();
  int run = 0;
  for (std::size_t i = 1; i < serial.size() && run < kLongestRun; ++i) {
    run = serial[i] == serial[i - 1] ? run + 1 : 0;
  }
  return complain_if(
      subject.profile != nullptr && is_own_serial_number(serial) && run >= kLongestRun,
      "The serial number is not random: it looks like one of a sequence, and whoever can guess the "
      "next one can prepare a forgery; draw another.");
}

Complaint check_algorithms_agree(const LintSubject& subject) {
  return complain_if(
      subject.certificate.inner_algorithm() != subject.certificate.outer_algorithm(),
      "The signature algorithm inside the signed part is another than the one beside the "
      "signature; both must be the same.");
}

Complaint check_algorithm_accepted(const LintSubject& subject) {
  return complain_if(!is_accepted_signature_algorithm(subject.certificate.inner_algorithm()),
                     "The certificate is signed with " +
                         name_of_signature_algorithm(subject.certificate.inner_algorithm()) +
                         ", which is not accepted; use SHA-256 or better with RSA or ECDSA, "
                         "Ed25519, ML-DSA or SLH-DSA.");
}

Complaint check_algorithm_of_key(const LintSubject& subject) {
  const base::Bytes* const key = subject.signing_key();
  if (subject.profile == nullptr || key == nullptr ||
      !is_accepted_signature_algorithm(subject.certificate.inner_algorithm())) {
    return std::nullopt;
  }
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(*key);
  return complain_if(
      !algorithm || signature_algorithm_of(*algorithm) != subject.certificate.inner_algorithm(),
      "The signature algorithm is not the one that belongs to the issuer's key (SHA-256 for "
      "RSA-3072 and P-256, SHA-384 for RSA-4096 and P-384, SHA-512 for P-521).");
}

Complaint check_signature(const LintSubject& subject) {
  const base::Bytes* const key = subject.signing_key();
  const bool reported_elsewhere =
      subject.certificate.inner_algorithm() != subject.certificate.outer_algorithm();
  if (subject.stage == LintStage::kDraft || key == nullptr || reported_elsewhere) {
    return std::nullopt;
  }
  return complain_if(!subject.certificate.verify_with(*key),
                     "The signature was not made by the issuer's key over this certificate; do not "
                     "use it.");
}

Complaint check_issuer_name(const LintSubject& subject) {
  return complain_if(subject.certificate.issuer().empty(),
                     "The name of the issuer is empty; every certificate must name its issuer.");
}

Complaint check_issuer_bytes(const LintSubject& subject) {
  return complain_if(subject.issuer != nullptr && !subject.certificate.issuer().empty() &&
                         subject.certificate.issuer() != subject.issuer->subject(),
                     "The name of the issuer is not byte for byte the subject of the issuer's "
                     "certificate, so programs will not find it; copy the bytes.");
}

Complaint check_issuer_may_issue(const LintSubject& subject) {
  if (subject.issuer == nullptr || subject.certificate.is_self_issued()) {
    return std::nullopt;  // what a root lacks itself is reported as its own
  }
  const KnownExtensions& issuer = subject.issuer->known();
  const bool is_ca = issuer.basic_constraints && issuer.basic_constraints->is_ca;
  // RFC 5280 section 4.2.1.3: without keyUsage, a key may be used for everything.
  const bool may_sign = !issuer.key_usage || issuer.key_usage->has(KeyUsageBit::kKeyCertSign);
  return complain_if(!is_ca || !may_sign,
                     "The issuer's certificate does not allow it to issue certificates (CA:TRUE "
                     "and keyCertSign); use another issuer.");
}

Complaint check_validity_order(const LintSubject& subject) {
  const Validity validity = subject.certificate.validity();
  return complain_if(validity.not_after < validity.not_before,
                     "The certificate ends (" + text_of(validity.not_after) +
                         ") before it begins (" + text_of(validity.not_before) +
                         "); correct the dates.");
}

Complaint check_validity_encoding(const LintSubject& subject) {
  return complain_if(!subject.certificate.not_before().is_by_the_rule ||
                         !subject.certificate.not_after().is_by_the_rule,
                     "A date is not written as UTCTime through 2049 and GeneralizedTime from 2050 "
                     "on, with seconds and Z; have it issued again.");
}

Complaint check_validity_in_issuer(const LintSubject& subject) {
  if (subject.issuer == nullptr) {
    return std::nullopt;
  }
  const Validity own = subject.certificate.validity();
  const Validity issuer = subject.issuer->validity();
  if (own.not_after < own.not_before) {
    return std::nullopt;  // reported by its own rule
  }
  // One without an end outlives every issuer: a rule of its own says so.
  const bool has_end = !may_outlive_issuer(subject);
  return complain_if(
      own.not_before < issuer.not_before || (has_end && own.not_after > issuer.not_after),
      "The certificate would be valid from " + text_of(own.not_before) + " through " +
          text_of(own.not_after) + ", and its issuer is valid from " + text_of(issuer.not_before) +
          " through " + text_of(issuer.not_after) + "; choose dates inside these.");
}

Complaint check_validity_length(const LintSubject& subject) {
  if (subject.profile == nullptr || subject.profile->end == End::kNone) {
    return std::nullopt;
  }
  const Validity validity = subject.certificate.validity();
  return complain_if(length_of(validity) > subject.profile->longest,
                     "The certificate would be valid for " + text_of(length_of(validity)) + " (" +
                         text_of(validity.not_before) + " through " + text_of(validity.not_after) +
                         ", both included), and the profile allows " +
                         text_of(std::chrono::seconds(subject.profile->longest)) +
                         "; choose an earlier end.");
}

Complaint check_subject_required(const LintSubject& subject) {
  if (subject.profile == nullptr || subject.certificate.subject().empty()) {
    return std::nullopt;
  }
  for (const std::string& type : subject.profile->certificate.subject_required) {
    if (!subject.certificate.subject().value_of(type)) {
      return "The subject has no " + type + ", which the profile requires; complete the subject.";
    }
  }
  return std::nullopt;
}

Complaint check_subject_allowed(const LintSubject& subject) {
  if (subject.profile == nullptr) {
    return std::nullopt;
  }
  for (const NameAttribute& attribute : subject.certificate.subject().attributes()) {
    if (!contains(subject.profile->certificate.subject_allowed, attribute.type)) {
      return "The subject has the attribute " + attribute.type +
             ", which the profile does not allow; give the subject in the plan without it.";
    }
  }
  return std::nullopt;
}

Complaint check_subject_is_issuer(const LintSubject& subject) {
  return complain_if(!subject.certificate.is_self_issued(),
                     "Issuer and subject are not byte for byte the same; what signs itself names "
                     "itself.");
}

Complaint check_subject_is_not_issuer(const LintSubject& subject) {
  return complain_if(subject.certificate.is_self_issued(),
                     "The certificate has the same name as its issuer, so programs would take it "
                     "for a root; give it a name of its own.");
}

Complaint check_unique_identifiers(const LintSubject& subject) {
  return complain_if(subject.certificate.has_unique_identifiers(),
                     "The certificate has issuer or subject unique identifiers, which no CA may "
                     "write; have it issued again.");
}

Complaint check_key_kind(const LintSubject& subject) {
  if (subject.profile == nullptr) {
    return std::nullopt;
  }
  const base::Bytes& key = subject.certificate.public_key_info();
  const std::string kind = key_kind_of(key);
  return complain_if(
      !contains(subject.profile->certificate.key_kinds, kind) && find_key_faults(key).empty(),
      "The key is of the kind " + kind +
          ", which the profile does not allow; use another kind of key.");
}

Complaint check_key_is_not_issuers(const LintSubject& subject) {
  if (subject.issuer == nullptr) {
    return std::nullopt;
  }
  const base::Result<bool> same =
      is_same_public_key(subject.certificate.public_key_info(), subject.issuer->public_key_info());
  return complain_if(
      same && *same && !subject.certificate.is_self_issued(),
      "The key is that of the issuer itself; every certificate needs a key of its own.");
}

constexpr std::array kFieldRules{
    CertificateRule{
        {"certificate-not-der", Severity::kError, "certificate", "RFC 5280 section 4.1"},
        kForAll,
        check_der},
    CertificateRule{
        {"certificate-version", Severity::kError, "version", "RFC 5280 section 4.1.2.1"},
        kForAll,
        check_version},
    CertificateRule{
        {"serial-not-positive", Severity::kError, "serialNumber", "RFC 5280 section 4.1.2.2"},
        kForAll,
        check_serial_positive},
    CertificateRule{
        {"serial-too-long", Severity::kError, "serialNumber", "RFC 5280 section 4.1.2.2"},
        kForAll,
        check_serial_length},
    CertificateRule{{"serial-too-short", Severity::kWarning, "serialNumber", "BR 7.1"},
                    kForAll,
                    check_serial_randomness},
    CertificateRule{{"serial-form", Severity::kError, "serialNumber", "Conclave DESIGN 4"},
                    kForAll,
                    check_serial_form},
    CertificateRule{{"serial-not-random", Severity::kError, "serialNumber", "BR 7.1"},
                    kForOurs,
                    check_serial_random},
    CertificateRule{
        {"signature-algorithms-differ", Severity::kError, "signature", "RFC 5280 section 4.1.1.2"},
        kForAll,
        check_algorithms_agree},
    CertificateRule{{"signature-algorithm-refused", Severity::kError, "signature", "BR 7.1.3.2"},
                    kForAll,
                    check_algorithm_accepted},
    CertificateRule{{"signature-algorithm-not-of-key", Severity::kError, "signature", "BR 7.1.3.2"},
                    kForAll,
                    check_algorithm_of_key},
    CertificateRule{
        {kSignatureInvalid, Severity::kError, "signatureValue", "RFC 5280 section 4.1.1.3"},
        kForAll,
        check_signature},
    CertificateRule{{"issuer-empty", Severity::kError, "issuer", "RFC 5280 section 4.1.2.4"},
                    kForAll,
                    check_issuer_name},
    CertificateRule{{"issuer-bytes-differ", Severity::kError, "issuer", "BR 7.1.4.1"},
                    kForAll,
                    check_issuer_bytes},
    CertificateRule{{"issuer-may-not-issue", Severity::kError, "issuer", "RFC 5280 section 6.1.4"},
                    kForAll,
                    check_issuer_may_issue},
    CertificateRule{{"validity-reversed", Severity::kError, "validity", "RFC 5280 section 4.1.2.5"},
                    kForAll,
                    check_validity_order},
    CertificateRule{{"validity-encoding", Severity::kError, "validity", "RFC 5280 section 4.1.2.5"},
                    kForAll,
                    check_validity_encoding},
    CertificateRule{{"validity-outside-issuer", Severity::kError, "validity", "Conclave DESIGN 4"},
                    kForAll,
                    check_validity_in_issuer},
    CertificateRule{{"validity-too-long", Severity::kError, "validity", "BR 6.3.2"},
                    kForAll,
                    check_validity_length},
    CertificateRule{{"subject-attribute-missing", Severity::kError, "subject", "BR 7.1.2.10.2"},
                    kForOurs,
                    check_subject_required},
    CertificateRule{
        {"subject-attribute-not-in-profile", Severity::kError, "subject", "Conclave DESIGN 4"},
        kForOurs,
        check_subject_allowed},
    CertificateRule{{"root-not-self-issued", Severity::kError, "issuer", "RFC 5280 section 3.2"},
                    kForSelfIssued,
                    check_subject_is_issuer},
    CertificateRule{{"subject-is-issuer", Severity::kError, "subject", "RFC 5280 section 4.1.2.6"},
                    kForIssued,
                    check_subject_is_not_issuer},
    CertificateRule{{"unique-identifiers",
                     Severity::kError,
                     "issuerUniqueID, subjectUniqueID",
                     "RFC 5280 section 4.1.2.8"},
                    kForAll,
                    check_unique_identifiers},
    CertificateRule{
        {"key-kind-not-in-profile", Severity::kError, "subjectPublicKeyInfo", "BR 6.1.5"},
        kForOurs,
        check_key_kind},
    CertificateRule{
        {"key-of-issuer", Severity::kError, "subjectPublicKeyInfo", "Conclave DESIGN 4"},
        kForAll,
        check_key_is_not_issuers},
};

}  // namespace

std::span<const CertificateRule> certificate_field_rules() {
  return kFieldRules;
}

}  // namespace ca
