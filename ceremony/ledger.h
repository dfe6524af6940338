// ceremony/ledger.h - the state of a CA: the fold over its closed public records, and no database.
//
// A site keeps a copy of every record in its ledger/ folder. Each record names the head of the one
// before it, so a record that is missing, altered or from another CA is found here.

#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/transcript.h"

namespace ceremony {

// A certificate that this root issued, as the record tells.
struct IssuedCertificate {
  std::string serial;       // hex
  std::string certificate;  // SHA-256 of the DER, 64 hex digits
  std::string public_key;   // SHA-256 of the SubjectPublicKeyInfo, 64 hex digits
  std::string subject;
  std::string profile;
  std::string not_after;
};

struct LedgerState {
  std::uint64_t sequence = 0;    // of the last record; 0: there is none
  std::string head;              // of the last record; 64 zeros where there is none
  std::uint64_t epoch = 1;       // who is live: rises with every activation
  std::uint64_t crl_number = 0;  // highest known; 0: no CRL yet
  std::string crl_sha256;        // of the CRL with that number
  std::uint32_t generation = 0;  // of the share set
  std::string root_public_key;   // SHA-256 of the SubjectPublicKeyInfo
  std::string root_certificate;  // SHA-256 of the DER
  std::vector<IssuedCertificate> issued;
  std::vector<std::string> records;  // names of the folders, in order
};

// Reads every record below `ledger` (a folder that may be missing: then the state before the first
// ceremony). Records of mode DRILL count for the chain alone.
// Errors: kMalformed, kInconsistent: a record that is damaged, missing or out of its place, named.
base::Result<LedgerState> read_ledger(const std::filesystem::path& ledger);

// Takes one more record into account. Errors: kInconsistent where it does not follow, or goes back
// to a lower CRL number or an earlier epoch; `state` is then no longer to be used.
base::Result<void> fold_record(const Transcript& record, LedgerState& state);

// Where something is copied from, and where to.
struct FromTo {
  const std::filesystem::path& from;
  const std::filesystem::path& to;
};

// Two sites: the one of this ceremony, and one that may be behind it.
struct TwoSites {
  const std::filesystem::path& home;
  const std::filesystem::path& other;
};

// Copies the closed record in `from` (a folder of files, no subfolders) to `to`; each file is read
// back. A copy that was cut off is completed; the seal comes last, so a record with a seal is
// whole. Errors: as base::save_new_or_same().
base::Result<void> copy_record(const FromTo& folders);

// Brings a site up to date: copies what `home` has and `other` lacks of ca/, crl/ and ledger/.
// Errors: kInconsistent where `other` has a record that `home` does not have, or has otherwise
// (both sites acted: nothing was copied), or another file of the same name; as copy_record().
base::Result<void> bring_up_to_date(const TwoSites& sites);

}  // namespace ceremony
