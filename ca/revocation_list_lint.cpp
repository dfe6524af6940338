#include "ca/revocation_list_lint.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ca/certificate_lint_rule.h"
#include "ca/der.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;
using base::Severity;

// What a check looks at.
struct ListSubject {
  const RevocationList& list;
  const RevocationListLintContext& context;
};

struct ListRule {
  LintRule rule;
  Complaint (*check)(const ListSubject& subject);
};

constexpr std::size_t kLongestNumber = 20;

bool is_critical(const ListSubject& subject, std::string_view oid) {
  const Extension* const extension = subject.list.find(oid);
  return extension != nullptr && extension->criticality == Criticality::kCritical;
}

// Whether any entry has a property.
template <typename Property>
bool any_entry(const ListSubject& subject, Property property) {
  return std::any_of(subject.list.entries().begin(), subject.list.entries().end(), property);
}

bool is_positive_serial(const base::Bytes& serial) {
  return serial.front() < 0x80 && serial.size() <= kLongestNumber && serial != base::Bytes{0};
}

Complaint check_der(const ListSubject& subject) {
  const base::Result<RevocationList> strict = RevocationList::parse(subject.list.der());
  return strict ? std::nullopt
                : Complaint("The CRL is not written in DER: " + strict.error().message + ".");
}

Complaint check_version(const ListSubject& subject) {
  return complain_if(subject.list.version() != 2, "The CRL is not of version 2.");
}

Complaint check_algorithms_agree(const ListSubject& subject) {
  return complain_if(subject.list.inner_algorithm() != subject.list.outer_algorithm(),
                     "The signature algorithm inside the signed part is another than the one "
                     "beside the signature.");
}

Complaint check_algorithm_accepted(const ListSubject& subject) {
  return complain_if(!is_accepted_signature_algorithm(subject.list.inner_algorithm()),
                     "The CRL is signed with " +
                         name_of_signature_algorithm(subject.list.inner_algorithm()) +
                         ", which is not accepted.");
}

Complaint check_algorithm_of_key(const ListSubject& subject) {
  if (subject.context.profile == nullptr || subject.context.issuer == nullptr ||
      !is_accepted_signature_algorithm(subject.list.inner_algorithm())) {
    return std::nullopt;
  }
  const base::Result<Algorithm> algorithm =
      algorithm_of_public_key(subject.context.issuer->public_key_info());
  return complain_if(
      !algorithm || signature_algorithm_of(*algorithm) != subject.list.inner_algorithm(),
      "The signature algorithm is not the one that belongs to the issuer's key.");
}

Complaint check_signature(const ListSubject& subject) {
  const bool waits = subject.context.stage == LintStage::kDraft ||
                     subject.context.issuer == nullptr ||
                     subject.list.inner_algorithm() != subject.list.outer_algorithm();
  return complain_if(!waits && !subject.list.verify_with(subject.context.issuer->public_key_info()),
                     "The signature was not made by the issuer's key over this CRL; do not use "
                     "it.");
}

Complaint check_issuer_bytes(const ListSubject& subject) {
  return complain_if(subject.context.issuer != nullptr &&
                         subject.list.issuer() != subject.context.issuer->subject(),
                     "The issuer is not byte for byte the subject of the issuer's certificate, so "
                     "programs will not find the CRL.");
}

Complaint check_issuer_may_sign(const ListSubject& subject) {
  if (subject.context.issuer == nullptr) {
    return std::nullopt;
  }
  const std::optional<KeyUsage>& usage = subject.context.issuer->known().key_usage;
  return complain_if(!usage || !usage->has(KeyUsageBit::kCrlSign),
                     "The issuer's certificate does not allow it to sign CRLs (cRLSign).");
}

Complaint check_dates_encoding(const ListSubject& subject) {
  const std::optional<EncodedTime>& next = subject.list.next_update();
  return complain_if(!subject.list.this_update().is_by_the_rule || (next && !next->is_by_the_rule),
                     "A date of the CRL is not written as UTCTime through 2049 and "
                     "GeneralizedTime from 2050 on, with seconds and Z.");
}

Complaint check_next_update(const ListSubject& subject) {
  return complain_if(!subject.list.next_update(),
                     "The CRL does not say until when it counts (nextUpdate).");
}

Complaint check_dates_order(const ListSubject& subject) {
  const std::optional<EncodedTime>& next = subject.list.next_update();
  return complain_if(next && next->instant <= subject.list.this_update().instant,
                     "The CRL ends before it begins; correct the dates.");
}

Complaint check_length(const ListSubject& subject) {
  const std::optional<EncodedTime>& next = subject.list.next_update();
  if (subject.context.profile == nullptr || !next) {
    return std::nullopt;
  }
  const std::chrono::seconds length =
      length_of({.not_before = subject.list.this_update().instant, .not_after = next->instant});
  return complain_if(length > subject.context.profile->longest,
                     "The CRL would count for " + text_of(length) + " (" +
                         text_of(subject.list.this_update().instant) + " through " +
                         text_of(next->instant) + ", both included), and the profile allows " +
                         text_of(std::chrono::seconds(subject.context.profile->longest)) + ".");
}

Complaint check_dates_in_issuer(const ListSubject& subject) {
  if (subject.context.issuer == nullptr) {
    return std::nullopt;
  }
  const Validity issuer = subject.context.issuer->validity();
  const Instant begin = subject.list.this_update().instant;
  const Instant end = subject.list.next_update() ? subject.list.next_update()->instant : begin;
  return complain_if(begin < issuer.not_before || std::max(begin, end) > issuer.not_after,
                     "The CRL would count from " + text_of(begin) + " through " + text_of(end) +
                         ", and its issuer is valid from " + text_of(issuer.not_before) +
                         " through " + text_of(issuer.not_after) + ".");
}

Complaint check_extension_duplicates(const ListSubject& subject) {
  std::set<std::string> seen;
  for (const Extension& extension : subject.list.extensions()) {
    if (!seen.insert(extension.oid).second) {
      return "The extension " + name_of_oid(extension.oid) + " stands in the CRL twice.";
    }
  }
  return std::nullopt;
}

Complaint check_extension_malformed(const ListSubject& subject) {
  const std::vector<std::string>& malformed = subject.list.known().malformed;
  return malformed.empty() ? std::nullopt
                           : Complaint("The extension " + name_of_oid(malformed.front()) +
                                       " of the CRL does not hold what its name says.");
}

Complaint check_extensions_in_profile(const ListSubject& subject) {
  if (subject.context.profile == nullptr) {
    return std::nullopt;
  }
  for (const Extension& extension : subject.list.extensions()) {
    // The delta indicator has a rule of its own, which says why.
    if (extension.oid != oid::kAuthorityKeyIdentifier && extension.oid != oid::kCrlNumber &&
        extension.oid != oid::kDeltaCrlIndicator &&
        (extension.oid != oid::kIssuingDistributionPoint ||
         subject.context.profile->list.only_ca_certificates == Presence::kAbsent)) {
      return "The extension " + name_of_oid(extension.oid) + " of the CRL is not in the profile.";
    }
  }
  return std::nullopt;
}

Complaint check_number(const ListSubject& subject) {
  return complain_if(subject.list.find(oid::kCrlNumber) == nullptr, "The CRL has no number.");
}

Complaint check_number_critical(const ListSubject& subject) {
  return complain_if(is_critical(subject, oid::kCrlNumber),
                     "The number of the CRL is critical; it must not be.");
}

Complaint check_number_form(const ListSubject& subject) {
  const std::optional<base::Bytes>& number = subject.list.known().number;
  return complain_if(number && (number->front() >= 0x80 || number->size() > kLongestNumber),
                     "The number of the CRL is negative or has more than 20 octets.");
}

Complaint check_number_rises(const ListSubject& subject) {
  const std::optional<base::Bytes>& octets = subject.list.known().number;
  if (!subject.context.known_number || !octets || octets->front() >= 0x80) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> number = subject.list.number();
  return complain_if(number && *number <= *subject.context.known_number,
                     "The number of the CRL does not rise above that of the last one, so programs "
                     "would keep the old CRL.");
}

Complaint check_authority_key(const ListSubject& subject) {
  return complain_if(subject.list.find(oid::kAuthorityKeyIdentifier) == nullptr,
                     "The CRL has no authorityKeyIdentifier.");
}

Complaint check_authority_key_critical(const ListSubject& subject) {
  return complain_if(is_critical(subject, oid::kAuthorityKeyIdentifier),
                     "The authorityKeyIdentifier of the CRL is critical; it must not be.");
}

Complaint check_authority_key_form(const ListSubject& subject) {
  const std::optional<AuthorityKeyIdentifier>& found =
      subject.list.known().authority_key_identifier;
  return complain_if(found && (found->names_issuer_and_serial || found->key_identifier.empty()),
                     "The authorityKeyIdentifier of the CRL must hold the key identifier and "
                     "nothing else.");
}

Complaint check_authority_key_value(const ListSubject& subject) {
  const std::optional<AuthorityKeyIdentifier>& found =
      subject.list.known().authority_key_identifier;
  if (subject.context.issuer == nullptr || !found || found->key_identifier.empty()) {
    return std::nullopt;
  }
  return complain_if(
      subject.context.issuer->known().subject_key_identifier != found->key_identifier,
      "The authorityKeyIdentifier of the CRL is not the subjectKeyIdentifier of the issuer.");
}

Complaint check_point(const ListSubject& subject) {
  return complain_if(
      subject.context.profile != nullptr &&
          subject.context.profile->list.only_ca_certificates == Presence::kRequired &&
          subject.list.find(oid::kIssuingDistributionPoint) == nullptr,
      "The CRL does not say that it is for CA certificates only (issuingDistributionPoint).");
}

Complaint check_point_critical(const ListSubject& subject) {
  return complain_if(subject.list.find(oid::kIssuingDistributionPoint) != nullptr &&
                         !is_critical(subject, oid::kIssuingDistributionPoint),
                     "The issuingDistributionPoint of the CRL is not critical; it must be.");
}

Complaint check_point_value(const ListSubject& subject) {
  const std::optional<IssuingDistributionPoint>& point =
      subject.list.known().issuing_distribution_point;
  return complain_if(
      subject.context.profile != nullptr && point &&
          (!point->only_ca_certificates || point->has_others),
      "The issuingDistributionPoint of the CRL must say onlyContainsCACerts and nothing else.");
}

Complaint check_delta(const ListSubject& subject) {
  return complain_if(subject.list.find(oid::kDeltaCrlIndicator) != nullptr,
                     "The CRL lists only changes (a delta CRL); a root's CRL is complete.");
}

Complaint check_empty_list(const ListSubject& subject) {
  return complain_if(subject.list.has_empty_list(),
                     "The CRL has an empty list of revoked certificates; with none, the list must "
                     "be absent.");
}

Complaint check_entry_serials(const ListSubject& subject) {
  return complain_if(
      any_entry(subject, [](const auto& e) { return !is_positive_serial(e.serial); }),
      "An entry of the CRL has a serial number that is zero, negative or longer "
      "than 20 octets.");
}

Complaint check_entry_duplicates(const ListSubject& subject) {
  std::set<base::Bytes> seen;
  return complain_if(
      any_entry(subject, [&](const auto& e) { return !seen.insert(e.serial).second; }),
      "One serial number stands in the CRL twice.");
}

Complaint check_entry_issuer(const ListSubject& subject) {
  if (subject.context.issuer == nullptr || !subject.context.issuer->is_self_issued()) {
    return std::nullopt;
  }
  const base::Bytes& own = subject.context.issuer->serial();
  return complain_if(any_entry(subject, [&](const auto& e) { return e.serial == own; }),
                     "The CRL revokes the root that signs it, which no CRL can do.");
}

Complaint check_entry_dates(const ListSubject& subject) {
  const Instant now = subject.list.this_update().instant;
  return complain_if(any_entry(subject, [&](const auto& e) { return e.revoked_at.instant > now; }),
                     "An entry of the CRL is dated after the CRL itself.");
}

Complaint check_entry_date_encoding(const ListSubject& subject) {
  return complain_if(
      any_entry(subject, [](const auto& e) { return !e.revoked_at.is_by_the_rule; }),
      "A date of an entry is not written as UTCTime through 2049 and GeneralizedTime from 2050 "
      "on.");
}

Complaint check_reason_absent(const ListSubject& subject) {
  return complain_if(any_entry(subject, [](const auto& e) { return e.reason == 0; }),
                     "An entry of the CRL gives the reason \"unspecified\", which is written by "
                     "giving none.");
}

Complaint check_reason_allowed(const ListSubject& subject) {
  const auto is_ours = [](std::uint8_t reason) {
    return std::any_of(kRevocationReasons.begin(), kRevocationReasons.end(), [&](const auto& row) {
      return static_cast<std::uint8_t>(row.reason) == reason;
    });
  };
  return complain_if(
      any_entry(subject, [&](const auto& e) { return e.reason && !is_ours(*e.reason); }),
      "An entry of the CRL gives a reason that is not allowed: a revocation is for good.");
}

Complaint check_reason_critical(const ListSubject& subject) {
  return complain_if(any_entry(subject, [](const auto& e) { return e.has_critical_reason; }),
                     "A reason in the CRL is critical; it must not be.");
}

Complaint check_entry_extensions(const ListSubject& subject) {
  return complain_if(any_entry(subject, [](const auto& e) { return e.has_other_extensions; }),
                     "An entry of the CRL has extensions beside its reason (another issuer, for "
                     "example); a CRL of ours has none.");
}

Complaint check_expected(const ListSubject& subject) {
  if (subject.context.expected == nullptr) {
    return std::nullopt;
  }
  using Row = std::pair<Instant, std::uint8_t>;
  std::map<base::Bytes, Row> expected;
  for (const Revocation& each : *subject.context.expected) {
    expected.emplace(each.serial, Row{each.revoked_at, static_cast<std::uint8_t>(each.reason)});
  }
  std::map<base::Bytes, Row> found;
  for (const ListedRevocation& each : subject.list.entries()) {
    found.emplace(each.serial, Row{each.revoked_at.instant, each.reason.value_or(0)});
  }
  return complain_if(
      expected != found,
      "The CRL does not list exactly what the ledger has revoked: " + std::to_string(found.size()) +
          " against " + std::to_string(expected.size()) + " certificates.");
}

constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;
constexpr std::string_view kAlgorithm = "signature";
constexpr std::string_view kNumber = "cRLNumber";
constexpr std::string_view kNumberSource = "RFC 5280 section 5.2.3";
constexpr std::string_view kKey = "authorityKeyIdentifier";
constexpr std::string_view kKeySource = "RFC 5280 section 5.2.1";
constexpr std::string_view kPoint = "issuingDistributionPoint";
constexpr std::string_view kPointSource = "RFC 5280 section 5.2.5";
constexpr std::string_view kEntries = "revokedCertificates";
constexpr std::string_view kEntriesSource = "RFC 5280 section 5.1.2.6";
constexpr std::string_view kReason = "reasonCode";
constexpr std::string_view kReasonSource = "RFC 5280 section 5.3.1";

// clang-format off
constexpr std::array kRules{
    ListRule{{"crl-not-der", kError, "crl", "RFC 5280 section 5.1"}, check_der},
    ListRule{{"crl-version", kError, "version", "RFC 5280 section 5.1.2.1"}, check_version},
    ListRule{{"crl-signature-algorithms-differ", kError, kAlgorithm, "RFC 5280 section 5.1.1.2"}, check_algorithms_agree},
    ListRule{{"crl-signature-algorithm-refused", kError, kAlgorithm, "BR 7.1.3.2"}, check_algorithm_accepted},
    ListRule{{"crl-signature-algorithm-not-of-key", kError, kAlgorithm, "BR 7.1.3.2"}, check_algorithm_of_key},
    ListRule{{"crl-signature-invalid", kError, "signatureValue", "RFC 5280 section 5.1.1.3"}, check_signature},
    ListRule{{"crl-issuer-bytes-differ", kError, "issuer", "RFC 5280 section 5.1.2.3"}, check_issuer_bytes},
    ListRule{{"crl-issuer-may-not-sign", kError, "issuer", "RFC 5280 section 6.3.3"}, check_issuer_may_sign},
    ListRule{{"crl-date-encoding", kError, "thisUpdate, nextUpdate", "RFC 5280 section 5.1.2.4"}, check_dates_encoding},
    ListRule{{"crl-next-update-missing", kError, "nextUpdate", "RFC 5280 section 5.1.2.5"}, check_next_update},
    ListRule{{"crl-dates-reversed", kError, "nextUpdate", "RFC 5280 section 5.1.2.5"}, check_dates_order},
    ListRule{{"crl-too-long", kError, "nextUpdate", "BR 4.9.7"}, check_length},
    ListRule{{"crl-outside-issuer", kError, "thisUpdate, nextUpdate", "Conclave DESIGN 4"}, check_dates_in_issuer},
    ListRule{{"crl-extension-duplicate", kError, "crlExtensions", "RFC 5280 section 4.2"}, check_extension_duplicates},
    ListRule{{"crl-extension-malformed", kError, "crlExtensions", "RFC 5280 section 5.2"}, check_extension_malformed},
    ListRule{{"crl-extension-not-in-profile", kError, "crlExtensions", "Conclave DESIGN 4"}, check_extensions_in_profile},
    ListRule{{"crl-number-missing", kError, kNumber, kNumberSource}, check_number},
    ListRule{{"crl-number-critical", kError, kNumber, kNumberSource}, check_number_critical},
    ListRule{{"crl-number-form", kError, kNumber, kNumberSource}, check_number_form},
    ListRule{{"crl-number-not-rising", kError, kNumber, kNumberSource}, check_number_rises},
    ListRule{{"crl-authority-key-identifier-missing", kError, kKey, kKeySource}, check_authority_key},
    ListRule{{"crl-authority-key-identifier-critical", kError, kKey, kKeySource}, check_authority_key_critical},
    ListRule{{"crl-authority-key-identifier-form", kWarning, kKey, kKeySource}, check_authority_key_form},
    ListRule{{"crl-authority-key-identifier-wrong", kError, kKey, kKeySource}, check_authority_key_value},
    ListRule{{"crl-distribution-point-missing", kError, kPoint, "Conclave DESIGN 4"}, check_point},
    ListRule{{"crl-distribution-point-not-critical", kError, kPoint, kPointSource}, check_point_critical},
    ListRule{{"crl-distribution-point-wrong", kError, kPoint, kPointSource}, check_point_value},
    ListRule{{"crl-delta", kError, "deltaCRLIndicator", "Conclave DESIGN 4"}, check_delta},
    ListRule{{"crl-empty-list", kError, kEntries, kEntriesSource}, check_empty_list},
    ListRule{{"crl-entry-serial", kError, kEntries, "RFC 5280 section 4.1.2.2"}, check_entry_serials},
    ListRule{{"crl-entry-duplicate", kError, kEntries, kEntriesSource}, check_entry_duplicates},
    ListRule{{"crl-entry-of-issuer", kError, kEntries, "Conclave DESIGN 4"}, check_entry_issuer},
    ListRule{{"crl-entry-date-in-future", kError, kEntries, "Conclave DESIGN 4"}, check_entry_dates},
    ListRule{{"crl-entry-date-encoding", kError, kEntries, kEntriesSource}, check_entry_date_encoding},
    ListRule{{"crl-reason-unspecified", kError, kReason, kReasonSource}, check_reason_absent},
    ListRule{{"crl-reason-not-allowed", kError, kReason, kReasonSource}, check_reason_allowed},
    ListRule{{"crl-reason-critical", kError, kReason, kReasonSource}, check_reason_critical},
    ListRule{{"crl-entry-extension", kError, kEntries, "RFC 5280 section 5.3"}, check_entry_extensions},
    ListRule{{"crl-not-as-ledger", kError, kEntries, "Conclave DESIGN 4"}, check_expected},
};
// clang-format on

}  // namespace

base::Findings lint_revocation_list(const RevocationList& list,
                                    const RevocationListLintContext& context) {
  const ListSubject subject{.list = list, .context = context};
  base::Findings findings;
  for (const ListRule& row : kRules) {
    if (std::optional<std::string> message = row.check(subject)) {
      findings.push_back({.rule = std::string(row.rule.name),
                          .severity = row.rule.severity,
                          .field = std::string(row.rule.field),
                          .source = std::string(row.rule.source),
                          .message = std::move(*message)});
    }
  }
  return findings;
}

std::vector<LintRule> revocation_list_rules() {
  std::vector<LintRule> rules;
  for (const ListRule& row : kRules) {
    rules.push_back(row.rule);
  }
  return rules;
}

}  // namespace ca
