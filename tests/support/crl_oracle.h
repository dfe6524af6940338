// tests/support/crl_oracle.h - a CRL read as a whole by OpenSSL alone, to hold our reader against.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/revocation_list.h"

namespace support {

struct OracleEntry {
  base::Bytes serial;
  ca::Instant revoked_at;
  bool is_by_the_rule = false;
  std::optional<std::uint8_t> reason;
  bool has_critical_reason = false;
  bool has_other_extensions = false;

  friend bool operator==(const OracleEntry&, const OracleEntry&) = default;
};

struct OracleList {
  bool is_strict = false;  // OpenSSL, writing it anew, gives the same bytes
  std::vector<OracleEntry> entries;
};

inline OracleEntry oracle_entry(const X509_REVOKED& revoked, const ca::EncodedTime& revoked_at) {
  OracleEntry entry{.serial = ca::content_octets(X509_REVOKED_get0_serialNumber(&revoked)),
                    .revoked_at = revoked_at.instant,
                    .is_by_the_rule = revoked_at.is_by_the_rule,
                    .reason = {}};
  for (const auto& extension : ca::extensions_of(X509_REVOKED_get0_extensions(&revoked))) {
    const base::Result<std::uint8_t> reason = ca::decode_reason(extension.value);
    if (extension.oid != ca::oid::kReasonCode || !reason || entry.reason) {
      entry.has_other_extensions = true;
      continue;
    }
    entry.reason = *reason;
    entry.has_critical_reason = extension.criticality == ca::Criticality::kCritical;
  }
  return entry;
}

inline bool is_written_the_same(base::ByteView der, X509_CRL& crl) {
  bool is_plain = ca::is_plain_der(X509_CRL_get0_extensions(&crl));
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(&crl);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    is_plain = is_plain &&
               ca::is_plain_der(X509_REVOKED_get0_extensions(sk_X509_REVOKED_value(entries, i)));
  }
  unsigned char* out = nullptr;
  const int length = i2d_re_X509_CRL_tbs(&crl, &out);
  const ca::OpensslBlock block(out);
  const base::ByteView tbs = ca::first_value(ca::contents_of(der));
  return is_plain && length > 0 && !ca::find_der_fault(der) &&
         std::equal(out, out + length, tbs.begin(), tbs.end());
}

// Nothing where it is no CRL, or has a date that is no time of the calendar.
inline std::optional<OracleList> read_by_openssl(base::ByteView der) {
  const unsigned char* at = der.data();
  const ca::X509CrlPtr crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  ca::forget_openssl_errors();
  if (crl == nullptr || at != der.data() + der.size()) {
    return std::nullopt;
  }
  const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl.get());
  if (!ca::encoded_time(X509_CRL_get0_lastUpdate(crl.get())) ||
      (next_update != nullptr && !ca::encoded_time(next_update)) ||
      !ca::DistinguishedName::parse(ca::name_der(X509_CRL_get_issuer(crl.get())))) {
    return std::nullopt;
  }
  OracleList list;
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl.get());
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const X509_REVOKED* const revoked = sk_X509_REVOKED_value(entries, i);
    const auto revoked_at = ca::encoded_time(X509_REVOKED_get0_revocationDate(revoked));
    if (!revoked_at) {
      return std::nullopt;
    }
    list.entries.push_back(oracle_entry(*revoked, *revoked_at));
  }
  list.is_strict = is_written_the_same(der, *crl);
  ca::forget_openssl_errors();
  return list;
}

// Whether both readings of `der` agree: which bytes are a CRL, strictly and not, and what it lists.
inline bool is_read_as_by_openssl(base::ByteView der) {
  const std::optional<OracleList> expected = read_by_openssl(der);
  const auto found = ca::RevocationList::parse(der, ca::Encoding::kWhateverIsFound);
  const auto strict = ca::RevocationList::parse(der);
  if (found.ok() != expected.has_value() ||
      strict.ok() != (expected.has_value() && expected->is_strict)) {
    return false;
  }
  std::vector<OracleEntry> entries;
  if (found) {
    for (const ca::ListedRevocation& each : found->entries()) {
      entries.push_back({.serial = base::Bytes(each.serial.begin(), each.serial.end()),
                         .revoked_at = each.revoked_at.instant,
                         .is_by_the_rule = each.revoked_at.is_by_the_rule,
                         .reason = each.reason,
                         .has_critical_reason = each.has_critical_reason,
                         .has_other_extensions = each.has_other_extensions});
    }
  }
  return !found || (entries == expected->entries && entries.size() == found->entries().size());
}

}  // namespace support
