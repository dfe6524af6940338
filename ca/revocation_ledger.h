// ca/revocation_ledger.h - what a CA has issued and revoked, as its CRLs need it.
//
// Tables of 32 octets a row, because a CA may have revoked a million certificates. Only what is of
// the CA itself stands in them: a CRL is about the certificates of its own issuer.

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "ca/distinguished_name.h"
#include "ca/revocation_reason.h"
#include "ca/serial_number.h"
#include "ca/validity.h"

namespace ca {

// A certificate that this CA has issued, as its ledger knows it.
struct IssuedCertificate {
  base::Bytes issuer;  // DER of the name
  base::Bytes serial;  // content octets
  Instant not_after;
  bool is_ca = true;  // an end entity stands in no CRL that lists CA certificates only
};

// A revocation of the ledger: by issuer and serial, never by name or key. A CA that revoked by name
// once revoked everything below its roots (Mozilla bug 2015383).
struct Revocation {
  base::Bytes issuer;  // DER of the name
  base::Bytes serial;  // content octets
  Instant revoked_at;
  RevocationReason reason = RevocationReason::kUnspecified;
};

struct IssuedRow {
  SerialNumber serial;
  bool is_ca = true;
  Instant not_after;
};

struct RevocationRow {
  SerialNumber serial;
  RevocationReason reason = RevocationReason::kUnspecified;
  Instant revoked_at;
};

// All certificates that one issuer has ever issued.
class IssuedCertificates {
 public:
  explicit IssuedCertificates(const DistinguishedName& issuer,
                              const std::vector<IssuedCertificate>& certificates = {});

  // Makes room, so that growing does not need twice the memory.
  void reserve(std::size_t rows) { rows_.reserve(rows); }

  // Leaves out what another has issued, and a serial number of more than 20 octets, which no CRL
  // can list.
  void add(const IssuedCertificate& certificate);

  // Sorts by serial number. Of one that was issued twice, one row stays: it ends with the later
  // one, and is a CA's only where both are.
  void sort();

  [[nodiscard]] std::span<const IssuedRow> rows() const { return rows_; }

 private:
  base::Bytes issuer_;
  std::vector<IssuedRow> rows_;
};

// The revocations of one issuer's certificates.
class Revocations {
 public:
  explicit Revocations(const DistinguishedName& issuer,
                       const std::vector<Revocation>& revocations = {});

  void reserve(std::size_t rows) { rows_.reserve(rows); }

  // Leaves out one of another issuer's certificate, and one whose serial number has more than 20
  // octets, and remembers that there was one: no CRL may be made from the rest then.
  void add(const Revocation& revocation);
  [[nodiscard]] bool has_foreign() const { return has_foreign_; }
  [[nodiscard]] bool has_impossible_serial() const { return has_impossible_serial_; }

  void sort();

  // Takes out the rows at which `leaves` is true. Requires: as many of these as there are rows.
  void remove(const std::vector<bool>& leaves);

  [[nodiscard]] std::span<const RevocationRow> rows() const { return rows_; }

 private:
  base::Bytes issuer_;
  std::vector<RevocationRow> rows_;
  bool has_foreign_ = false;
  bool has_impossible_serial_ = false;
};

// Finds rows by serial number; borrowed, and to be sorted by it with each but once. When it is
// asked in about that order, the next row is nearly always the one.
template <typename Row>
class RowsBySerial {
 public:
  explicit RowsBySerial(std::span<const Row> rows) : rows_(rows) {}

  // The row, or nullptr.
  const Row* find(const SerialNumber& serial) {
    if (next_ == rows_.size() || rows_[next_].serial != serial) {
      const auto found = std::ranges::lower_bound(rows_, serial, {}, &Row::serial);
      next_ = static_cast<std::size_t>(found - rows_.begin());
    }
    return next_ == rows_.size() || rows_[next_].serial != serial ? nullptr : &rows_[next_++];
  }

 private:
  std::span<const Row> rows_;
  std::size_t next_ = 0;
};

}  // namespace ca
