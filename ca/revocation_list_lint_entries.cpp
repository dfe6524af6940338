// The rules on the entries of a CRL.

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <vector>

#include "ca/revocation_list_lint_rule.h"
#include "ca/revocation_reason.h"

namespace ca {

namespace {

using Complaint = std::optional<std::string>;

constexpr std::size_t kLongestSerial = 20;

bool is_positive_serial(base::ByteView serial) {
  return serial.front() < 0x80 && serial.size() <= kLongestSerial &&
         (serial.size() > 1 || serial.front() != 0);
}

bool is_reason_of_ours(std::uint8_t reason) {
  return std::ranges::any_of(kRevocationReasons, [&](const auto& row) {
    return static_cast<std::uint8_t>(row.reason) == reason;
  });
}

// What is true of one entry alone.
void note_entry(const ListedRevocation& entry, Instant this_update, EntryFacts& facts) {
  facts.has_odd_serial |= !is_positive_serial(entry.serial);
  facts.has_future_date |= entry.revoked_at.instant > this_update;
  facts.has_odd_date |= !entry.revoked_at.is_by_the_rule;
  facts.has_written_unspecified |= entry.reason == 0;
  facts.has_other_reason |= entry.reason && !is_reason_of_ours(*entry.reason);
  facts.has_critical_reason |= entry.has_critical_reason;
  facts.has_other_extensions |= entry.has_other_extensions;
}

bool is_shorter_or_smaller(base::ByteView one, base::ByteView other) {
  return one.size() != other.size() ? one.size() < other.size()
                                    : std::ranges::lexicographical_compare(one, other);
}

bool has_duplicate(const ListedRevocations& entries) {
  std::vector<base::ByteView> serials;
  serials.reserve(entries.size());
  for (const ListedRevocation& entry : entries) {
    serials.push_back(entry.serial);
  }
  std::ranges::sort(serials, is_shorter_or_smaller);
  return std::ranges::adjacent_find(serials, [](base::ByteView one, base::ByteView other) {
           return std::ranges::equal(one, other);
         }) != serials.end();
}

bool is_as_expected(const ListedRevocation& entry, const RevocationRow& row) {
  return std::ranges::equal(entry.serial, row.serial.octets()) &&
         entry.revoked_at.instant == row.revoked_at &&
         entry.reason.value_or(0) == static_cast<std::uint8_t>(row.reason);
}

// Whether the entries are those expected when each list is put in order, and how they differ.
Complaint difference(const ListedRevocations& entries, const Revocations& expected_entries) {
  using Row = std::pair<Instant, std::uint8_t>;
  std::map<base::Bytes, Row> expected;
  for (const RevocationRow& each : expected_entries.rows()) {
    const base::ByteView serial = each.serial.octets();
    expected.emplace(base::Bytes(serial.begin(), serial.end()),
                     Row{each.revoked_at, static_cast<std::uint8_t>(each.reason)});
  }
  std::map<base::Bytes, Row> found;
  for (const ListedRevocation& each : entries) {
    found.emplace(base::Bytes(each.serial.begin(), each.serial.end()),
                  Row{each.revoked_at.instant, each.reason.value_or(0)});
  }
  return complain_if(
      expected != found,
      "The CRL does not list exactly what the ledger has revoked: " + std::to_string(found.size()) +
          " against " + std::to_string(expected.size()) + " certificates.");
}

// The rows of a table, or none.
std::span<const RevocationRow> rows_of(const Revocations* table) {
  return table == nullptr ? std::span<const RevocationRow>() : table->rows();
}

Complaint check_empty_list(const ListSubject& subject) {
  return complain_if(subject.list.has_empty_list(),
                     "The CRL has an empty list of revoked certificates; with none, the list must "
                     "be absent.");
}

Complaint check_entry_serials(const ListSubject& subject) {
  return complain_if(subject.entries.has_odd_serial,
                     "An entry of the CRL has a serial number that is zero, negative or longer "
                     "than 20 octets.");
}

Complaint check_entry_duplicates(const ListSubject& subject) {
  return complain_if(subject.entries.has_duplicate, "One serial number stands in the CRL twice.");
}

Complaint check_entry_issuer(const ListSubject& subject) {
  return complain_if(subject.entries.has_issuer,
                     "The CRL revokes the root that signs it, which no CRL can do.");
}

Complaint check_entry_dates(const ListSubject& subject) {
  return complain_if(subject.entries.has_future_date,
                     "An entry of the CRL is dated after the CRL itself.");
}

Complaint check_entry_date_encoding(const ListSubject& subject) {
  return complain_if(
      subject.entries.has_odd_date,
      "A date of an entry is not written as UTCTime through 2049 and GeneralizedTime from 2050 "
      "on.");
}

Complaint check_reason_absent(const ListSubject& subject) {
  return complain_if(subject.entries.has_written_unspecified,
                     "An entry of the CRL gives the reason \"unspecified\", which is written by "
                     "giving none.");
}

Complaint check_reason_allowed(const ListSubject& subject) {
  return complain_if(
      subject.entries.has_other_reason,
      "An entry of the CRL gives a reason that is not allowed: a revocation is for good.");
}

Complaint check_reason_critical(const ListSubject& subject) {
  return complain_if(subject.entries.has_critical_reason,
                     "A reason in the CRL is critical; it must not be.");
}

Complaint check_entry_extensions(const ListSubject& subject) {
  return complain_if(subject.entries.has_other_extensions,
                     "An entry of the CRL has extensions beside its reason (another issuer, for "
                     "example); a CRL of ours has none.");
}

Complaint check_expected(const ListSubject& subject) {
  return subject.entries.difference;
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

EntryFacts entry_facts(const RevocationList& list, const RevocationListLintContext& context) {
  EntryFacts facts;
  const Instant this_update = list.this_update().instant;
  const bool has_own_serial = context.issuer != nullptr && context.issuer->is_self_issued();
  const base::ByteView own = has_own_serial ? context.issuer->serial() : base::ByteView();
  const std::span<const RevocationRow> expected = rows_of(context.expected);
  bool is_rising = true;
  bool is_expected = expected.size() == list.entries().size();
  base::ByteView before;
  std::size_t number = 0;
  for (const ListedRevocation& entry : list.entries()) {
    note_entry(entry, this_update, facts);
    facts.has_issuer |= has_own_serial && std::ranges::equal(entry.serial, own);
    is_rising = is_rising && is_shorter_or_smaller(before, entry.serial);
    is_expected = is_expected && is_as_expected(entry, expected[number]);
    before = entry.serial;
    ++number;
  }
  facts.has_duplicate = !is_rising && has_duplicate(list.entries());
  if (context.expected != nullptr && !is_expected) {
    facts.difference = difference(list.entries(), *context.expected);
  }
  return facts;
}

std::span<const ListRule> list_entry_rules() {
  return kEntryRules;
}

}  // namespace ca
