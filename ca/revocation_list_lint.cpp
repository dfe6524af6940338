#include "ca/revocation_list_lint.h"

#include <algorithm>
#include <array>
#include <set>

#include "ca/revocation_list_lint_rule.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

constexpr std::size_t kLongestNumber = 20;

bool is_critical(const ListSubject& subject, std::string_view oid) {
  const Extension* const extension = subject.list.find(oid);
  return extension != nullptr && extension->criticality == Criticality::kCritical;
}

Complaint check_der(const ListSubject& subject) {
  if (subject.list.is_strict()) {
    return std::nullopt;
  }
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
  return complain_if(usage && !usage->has(KeyUsageBit::kCrlSign),
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

constexpr std::string_view kAlgorithm = "signature";
constexpr std::string_view kNumber = "cRLNumber";
constexpr std::string_view kNumberSource = "RFC 5280 section 5.2.3";
constexpr std::string_view kKey = "authorityKeyIdentifier";
constexpr std::string_view kKeySource = "RFC 5280 section 5.2.1";
constexpr std::string_view kPoint = "issuingDistributionPoint";
constexpr std::string_view kPointSource = "RFC 5280 section 5.2.5";

constexpr std::array kListRules{
    ListRule{{"crl-not-der", kError, "crl", "RFC 5280 section 5.1"}, check_der},
    ListRule{{"crl-version", kError, "version", "RFC 5280 section 5.1.2.1"}, check_version},
    ListRule{{"crl-signature-algorithms-differ", kError, kAlgorithm, "RFC 5280 section 5.1.1.2"},
             check_algorithms_agree},
    ListRule{{"crl-signature-algorithm-refused", kError, kAlgorithm, "BR 7.1.3.2"},
             check_algorithm_accepted},
    ListRule{{"crl-signature-algorithm-not-of-key", kError, kAlgorithm, "BR 7.1.3.2"},
             check_algorithm_of_key},
    ListRule{{kCrlSignatureInvalid, kError, "signatureValue", "RFC 5280 section 5.1.1.3"},
             check_signature},
    ListRule{{"crl-issuer-bytes-differ", kError, "issuer", "RFC 5280 section 5.1.2.3"},
             check_issuer_bytes},
    ListRule{{"crl-issuer-may-not-sign", kError, "issuer", "RFC 5280 section 6.3.3"},
             check_issuer_may_sign},
    ListRule{{"crl-date-encoding", kError, "thisUpdate, nextUpdate", "RFC 5280 section 5.1.2.4"},
             check_dates_encoding},
    ListRule{{"crl-next-update-missing", kError, "nextUpdate", "RFC 5280 section 5.1.2.5"},
             check_next_update},
    ListRule{{"crl-dates-reversed", kError, "nextUpdate", "RFC 5280 section 5.1.2.5"},
             check_dates_order},
    ListRule{{"crl-too-long", kError, "nextUpdate", "BR 4.9.7"}, check_length},
    ListRule{{"crl-outside-issuer", kError, "thisUpdate, nextUpdate", "Conclave DESIGN 4"},
             check_dates_in_issuer},
    ListRule{{"crl-extension-duplicate", kError, "crlExtensions", "RFC 5280 section 4.2"},
             check_extension_duplicates},
    ListRule{{"crl-extension-malformed", kError, "crlExtensions", "RFC 5280 section 5.2"},
             check_extension_malformed},
    ListRule{{"crl-extension-not-in-profile", kError, "crlExtensions", "Conclave DESIGN 4"},
             check_extensions_in_profile},
    ListRule{{"crl-number-missing", kError, kNumber, kNumberSource}, check_number},
    ListRule{{"crl-number-critical", kError, kNumber, kNumberSource}, check_number_critical},
    ListRule{{"crl-number-form", kError, kNumber, kNumberSource}, check_number_form},
    ListRule{{"crl-number-not-rising", kError, kNumber, kNumberSource}, check_number_rises},
    ListRule{{"crl-authority-key-identifier-missing", kError, kKey, kKeySource},
             check_authority_key},
    ListRule{{"crl-authority-key-identifier-critical", kError, kKey, kKeySource},
             check_authority_key_critical},
    ListRule{{"crl-authority-key-identifier-form", kWarning, kKey, kKeySource},
             check_authority_key_form},
    ListRule{{"crl-authority-key-identifier-wrong", kError, kKey, kKeySource},
             check_authority_key_value},
    ListRule{{"crl-distribution-point-missing", kError, kPoint, "Conclave DESIGN 4"}, check_point},
    ListRule{{"crl-distribution-point-not-critical", kError, kPoint, kPointSource},
             check_point_critical},
    ListRule{{"crl-distribution-point-wrong", kError, kPoint, kPointSource}, check_point_value},
    ListRule{{"crl-delta", kError, "deltaCRLIndicator", "Conclave DESIGN 4"}, check_delta},
};

void apply(std::span<const ListRule> rules, const ListSubject& subject, base::Findings& findings) {
  for (const ListRule& row : rules) {
    if (std::optional<std::string> message = row.check(subject)) {
      findings.push_back({.rule = std::string(row.rule.name),
                          .severity = row.rule.severity,
                          .field = std::string(row.rule.field),
                          .source = std::string(row.rule.source),
                          .message = std::move(*message)});
    }
  }
}

}  // namespace

base::Findings lint_revocation_list(const RevocationList& list,
                                    const RevocationListLintContext& context) {
  const ListSubject subject{
      .list = list, .context = context, .entries = entry_facts(list, context)};
  base::Findings findings;
  apply(kListRules, subject, findings);
  apply(list_entry_rules(), subject, findings);
  return findings;
}

std::vector<LintRule> revocation_list_rules() {
  std::vector<LintRule> rules;
  for (const std::span<const ListRule> part :
       {std::span<const ListRule>(kListRules), list_entry_rules()}) {
    for (const ListRule& row : part) {
      rules.push_back(row.rule);
    }
  }
  return rules;
}

}  // namespace ca
