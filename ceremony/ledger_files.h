// ceremony/ledger_files.h - a site's ledger on its medium: records read and copied.
//
// Media are only added to: nothing is overwritten, moved or removed. Where another branch has a
// record or CRL of the same name, the copy gets the first digits of its own digest behind the name.
// docs/formats/ledger.md.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/ledger.h"

namespace ceremony {

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

// What stands in a folder of records that were cut off, and may be completed.
enum class CutOff {
  kRefused,  // they are named as an error
  kLeftOut,  // only whole records count
};

// The facts of the closed record in a folder; its name is the folder's.
// Errors: kMalformed; kInconsistent for one that is damaged or was cut off, named.
base::Result<LedgerRecord> read_ledger_record(const std::filesystem::path& folder);

// The records in the folder `ledger`, sorted by name; none where it is missing. What a copy left
// behind that was cut off, and is whole under another name, does not count. Errors: as
// read_ledger_record().
base::Result<std::vector<LedgerRecord>> read_records(const std::filesystem::path& ledger,
                                                     CutOff cut_off);

// Copies the closed record in `from` (a folder of files, no subfolders) to `to`; each file is read
// back. A copy that was cut off is completed; the seal comes last, so a record with a seal is
// whole. Errors: as base::save_new_or_same().
base::Result<void> copy_record(const FromTo& folders);

// Copies the closed record in `from` into the ledger `to` (made where it is missing), under its own
// name or, where that holds anything else, with the first digits of its head behind it. A record
// that is there already stays. Errors: as copy_record().
base::Result<void> add_to_ledger(const FromTo& folders);

// Copies ca/ and crl/ of `home` to `other`, and of reserve/ what stands by the state of `ledger`:
// nothing where it is forked. What the records name is copied before them, so that a ledger never
// knows more than its site has. Errors: kInconsistent where `other` has
// another file of one name that is no CRL of a record in `ledger`; as base::save_new().
base::Result<void> copy_certificates_and_crls(const TwoSites& sites, const Ledger& ledger);

// Brings a site up to date: copies what `home` has and `other` lacks of ca/, crl/, the reserve
// CRLs that stand, the vault of the live share set (live_vault.h), and ledger/.
// Errors: kInconsistent where `other` has a record that `home` does not have (both sites acted:
// nothing was copied); as copy_certificates_and_crls() and copy_record().
base::Result<void> bring_up_to_date(const TwoSites& sites);

// The CRL with that number and SHA-256 of a site: NUMBER.crl, or NUMBER-DIGITS.crl where another
// branch has used the number. Errors: kNotFound; kInconsistent where only others are there.
base::Result<base::Bytes> read_site_crl(const std::filesystem::path& site,
                                        std::uint64_t number,
                                        const std::string& sha256);

}  // namespace ceremony
