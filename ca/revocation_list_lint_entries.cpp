// The rules on the entries of a CRL.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ca/revocation_list_lint_rule.h"
#include "ca/revocation_reason.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

constexpr std::size_t kLongestSerial = 20;

// Whether any entry has a property.
template <typename Property>
bool any_entry(const ListSubject& subject, Property property) {
  return std::any_of(subject.list.entries().begin(), subject.list.entries().end(), property);
}

bool is_positive_serial(const base::Bytes& serial) {
  return serial.front() < 0x80 && serial.size() <= kLongestSerial && serial != base::Bytes{0};
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

constexpr std::string_view kEntries = "revokedCertificates";
constexpr std::string_view kEntriesSource = "RFC 5280 section 5.1.2.6";
constexpr std::string_view kReason = "reasonCode";
constexpr std::string_view kReasonSource = "RFC 5280 section 5.3.1";

constexpr std::array kEntryRules{
    ListRule{{"crl-empty-list", kError, kEntries, kEntriesSource}, check_empty_list},
    ListRule{{"crl-entry-serial", kError, kEntries, "RFC 5280 section 4.1.2.2"},
             check_entry_serials},
    ListRule{{"crl-entry-duplicate", kError, kEntries, kEntriesSource}, check_entry_duplicates},
    ListRule{{"crl-entry-of-issuer", kError, kEntries, "Conclave DESIGN 4"}, check_entry_issuer},
    ListRule{{"crl-entry-date-in-future", kError, kEntries, "Conclave DESIGN 4"},
             check_entry_dates},
    ListRule{{"crl-entry-date-encoding", kError, kEntries, kEntriesSource},
             check_entry_date_encoding},
    ListRule{{"crl-reason-unspecified", kError, kReason, kReasonSource}, check_reason_absent},
    ListRule{{"crl-reason-not-allowed", kError, kReason, kReasonSource}, check_reason_allowed},
    ListRule{{"crl-reason-critical", kError, kReason, kReasonSource}, check_reason_critical},
    ListRule{{"crl-entry-extension", kError, kEntries, "RFC 5280 section 5.3"},
             check_entry_extensions},
    ListRule{{"crl-not-as-ledger", kError, kEntries, "Conclave DESIGN 4"}, check_expected},
};

}  // namespace

std::span<const ListRule> list_entry_rules() {
  return kEntryRules;
}

}  // namespace ca
