// ca/revocation_list_builder.h - the to-be-signed bytes of a CRL from the ledger of revocations.
//
// Source: RFC 5280 section 5.1. The DER is written directly, so that what is linted can be data
// that no key has signed yet.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/revocation_list.h"

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

// How far the number rises above the highest that is known.
enum class NumberStep : std::uint8_t {
  kNext = 1,               // in the ordinary course
  kAfterActivation = 100,  // a backup site went live and may not know the newest
};

// What the reviewed plan says about one CRL. All dates come from here, never from a clock.
struct RevocationListPlan {
  std::uint64_t known_number = 0;  // the highest of all branches; 0: there was none
  std::uint64_t void_number = 0;   // the highest that was signed and then made void; 0: none
  NumberStep step = NumberStep::kNext;
  Instant this_update;
  Instant next_update;
  std::vector<std::string> accepted;  // names of lint rules whose warnings are meant
};

// All that a CRL is made from; borrowed.
struct RevocationListParts {
  const CertificateProfile& profile;
  const RevocationListPlan& plan;
  const Certificate& issuer;
  const std::vector<IssuedCertificate>& issued;  // all ever
  const std::vector<Revocation>& revocations;    // those of the previous CRL, and the new ones
  const RevocationList* previous = nullptr;      // the newest; absent only for the first
};

// TBSCertList by its parts, each as DER with its header; empty: absent.
struct TbsRevocationList {
  base::Bytes version;
  base::Bytes algorithm;
  base::Bytes issuer;
  base::Bytes this_update;
  base::Bytes next_update;
  base::Bytes entries;
  std::vector<Extension> extensions;
};

base::Bytes encode(const TbsRevocationList& tbs);

// The DER of revokedCertificates; empty for no entries.
base::Bytes encode_entries(const std::vector<Revocation>& entries);

// What the CRL must list, sorted by serial: every revocation but those that stood in the previous
// CRL when their certificate had ended already (RFC 5280 section 3.3: an entry stays until it was
// on one that is later than its end). Errors: kRefusedByPolicy for a serial that was not issued
// here, the issuer's own, an end entity's where the profile lists CA certificates only, another
// issuer, one twice; or where an entry of the previous CRL would be
// lost or changed.
base::Result<std::vector<Revocation>> select_entries(const RevocationListParts& parts);

// Errors: as select_entries(); kInvalidArgument where profile or dates do not fit, where the
// previous CRL is missing, of another issuer, not the one of the known number, or dated later;
// kInconsistent where its signature is not the issuer's.
base::Result<TbsRevocationList> build_revocation_list(const RevocationListParts& parts);

}  // namespace ca
