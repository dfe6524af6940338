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
#include "ca/revocation_ledger.h"
#include "ca/revocation_list.h"

namespace ca {

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

// All that a CRL is made from. The first three are borrowed; the others are moved in, so that a big
// ledger is in memory only as long as it is needed.
struct RevocationListParts {
  const CertificateProfile& profile;
  const RevocationListPlan& plan;
  const Certificate& issuer;
  IssuedCertificates issued;  // all ever, by this issuer
  Revocations revocations;    // those of the previous CRL, and the new ones
  std::optional<RevocationList> previous = std::nullopt;  // the newest; absent for the first only
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

// The entries are moved in: with room behind them, all is written into their memory.
base::Bytes encode(TbsRevocationList tbs);

// The DER of revokedCertificates; empty for no entries. Has room for what encode() and seal() add.
base::Bytes encode_entries(const Revocations& entries);

// What stands behind the to-be-signed bytes; borrowed.
struct SealParts {
  base::ByteView algorithm;
  base::ByteView signature;  // empty: the unsigned form, for the lint
};

// SEQUENCE { tbs, algorithm, BIT STRING } in the memory of `tbs`; the same bytes as assemble().
base::Bytes seal(base::Bytes tbs, const SealParts& parts);

// What the CRL must list, sorted by serial: every revocation but those that stood in the previous
// CRL when their certificate had ended already (RFC 5280 section 3.3: an entry stays until it was
// on one that is later than its end). Errors: kRefusedByPolicy for a serial that was not issued
// here, the issuer's own, an end entity's where the profile lists CA certificates only, another
// issuer, one twice; or where an entry of the previous CRL would be
// lost or changed.
base::Result<Revocations> select_entries(RevocationListParts parts);

// What is to be signed, and what it must list.
struct BuiltRevocationList {
  TbsRevocationList tbs;
  Revocations entries;
};

// Errors: as select_entries(); kInvalidArgument where profile or dates do not fit, where the
// previous CRL is missing, of another issuer, not the one of the known number, or dated later;
// kInconsistent where its signature is not the issuer's.
base::Result<BuiltRevocationList> build_revocation_list(RevocationListParts parts);

}  // namespace ca
