// ceremony/published.h - what was published and is brought to a ceremony, so that a site cannot
// overlook what another has done.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/ledger.h"

namespace ceremony {

struct PublishedCrl {
  std::uint64_t number = 0;
  std::string sha256;
  base::Bytes der;
};

// What lies in published/ of the transfer stick: any number of records and CRLs.
struct Published {
  std::vector<LedgerRecord> records;
  std::optional<PublishedCrl> newest_crl;
};

// Reads and verifies the folder; one that is missing holds nothing. `public_key_info` is the
// root's. Errors: kMalformed, kInconsistent for a record or CRL that does not hold, named.
base::Result<Published> read_published(const std::filesystem::path& folder,
                                       base::ByteView public_key_info);

// What is done about a published CRL that the records do not know.
enum class NewerCrl {
  kRefused,
  kTaken,  // the plan has decided that its record is lost
};

// Whether the ledger knows of everything that was published. Errors: as check_presented();
// kInconsistent for a CRL that is newer than the records, or of a number that they know with other
// bytes (both sites acted).
base::Result<void> check_published(const Ledger& ledger,
                                   const LedgerState& state,
                                   const Published& published,
                                   NewerCrl newer);

}  // namespace ceremony
