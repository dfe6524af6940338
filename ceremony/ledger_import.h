// ceremony/ledger_import.h - records of the other site, or published ones, come into a ledger.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/ledger_files.h"
#include "ceremony/roster.h"

namespace ceremony {

// What came in.
struct Imported {
  std::size_t records = 0;
  std::vector<std::string> tips;  // heads; more than one: the ledger is forked now
};

// The records in `from` (another site, a folder of records, or the folder of one; none where there
// are none), each verified, against `paper` where the signers' keys are given.
// Errors: kMalformed; kInconsistent, naming a record that does not hold.
base::Result<std::vector<LedgerRecord>> verified_records(
    const std::filesystem::path& from, const std::optional<std::vector<PaperSigner>>& paper);

// Copies every record of `from` into the ledger of the site `to`, with ca/, crl/ and the vault of
// the live share set where `from` has them. The ledger may then be forked: that is how both
// branches come together. `from` is another site, a folder of records, or the folder of one. Each
// record is verified first, against `paper` where the signers' keys are given. Repeating it after a
// cut completes it. Errors: kNotFound; kInconsistent, naming a record that does not hold, whose
// predecessors are missing, or that is another CA's: nothing was copied; as copy_record().
base::Result<Imported> import_records(const FromTo& folders,
                                      const std::optional<std::vector<PaperSigner>>& paper);

}  // namespace ceremony
