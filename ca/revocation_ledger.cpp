#include "ca/revocation_ledger.h"

namespace ca {

static_assert(sizeof(IssuedRow) == 32 && sizeof(RevocationRow) == 32);

IssuedCertificates::IssuedCertificates(const DistinguishedName& issuer,
                                       const std::vector<IssuedCertificate>& certificates)
    : issuer_(issuer.der()) {
  for (const IssuedCertificate& each : certificates) {
    add(each);
  }
}

void IssuedCertificates::add(const IssuedCertificate& certificate) {
  const std::optional<SerialNumber> serial = SerialNumber::of(certificate.serial);
  if (serial && certificate.issuer == issuer_) {
    rows_.push_back(
        {.serial = *serial, .is_ca = certificate.is_ca, .not_after = certificate.not_after});
  }
}

void IssuedCertificates::sort() {
  std::ranges::sort(rows_, {}, &IssuedRow::serial);
  std::size_t kept = 0;
  for (const IssuedRow& row : rows_) {
    if (kept == 0 || rows_[kept - 1].serial != row.serial) {
      rows_[kept++] = row;
      continue;
    }
    IssuedRow& before = rows_[kept - 1];
    before.not_after = std::max(before.not_after, row.not_after);
    before.is_ca = before.is_ca && row.is_ca;
  }
  rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(kept), rows_.end());
}

Revocations::Revocations(const DistinguishedName& issuer,
                         const std::vector<Revocation>& revocations)
    : issuer_(issuer.der()) {
  for (const Revocation& each : revocations) {
    add(each);
  }
}

void Revocations::add(const Revocation& revocation) {
  const std::optional<SerialNumber> serial = SerialNumber::of(revocation.serial);
  if (revocation.issuer != issuer_) {
    has_foreign_ = true;
  } else if (!serial) {
    has_impossible_serial_ = true;
  } else {
    rows_.push_back(
        {.serial = *serial, .reason = revocation.reason, .revoked_at = revocation.revoked_at});
  }
}

void Revocations::sort() {
  std::ranges::sort(rows_, {}, &RevocationRow::serial);
}

void Revocations::remove(const std::vector<bool>& leaves) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!leaves[i]) {
      rows_[kept++] = rows_[i];
    }
  }
  rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(kept), rows_.end());
}

}  // namespace ca
