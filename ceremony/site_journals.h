// ceremony/site_journals.h - the confidential journals that a site keeps beside its ledger.
//
// A site that is left alone must be able to end a share set, destroy the key or answer for the
// past, and that stands in the journals only. SITE/confidential/NNNN-TYPE-DIGITS.journal, DIGITS
// being the first of the journal's first hash, so that no two journals share a name.
// docs/formats/record.md, "Copies of the journal".

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/journal_keys.h"
#include "ceremony/ledger_files.h"

namespace ceremony {

// Writes this ceremony's journal, as far as its last public entry, to every site in the room; what
// an earlier attempt of this ceremony has left there gives way. Not that of a drill, which is in
// the clear. Errors: as save_own().
base::Result<void> keep_journal(const Workplace& work);

// What one site has of the journals of other ceremonies than this one and the other lacks is
// copied, both ways. Where both have a file of one name, and one was damaged, both stay as they
// are: the next drill finds it. Errors: kStorageFailure.
base::Result<void> exchange_journals(const Workplace& work, const TwoSites& sites);

// Whether a journal at a site wants a record keeper's key, by the clear first lines alone: nothing
// is opened. A file that is no journal, or cannot be read, wants none.
bool has_sealed_journals(const std::filesystem::path& site);

// What a site has of the journals of the records in its ledger.
struct SiteJournals {
  std::size_t opened = 0;
  std::vector<std::string> unopened;  // file or record names, each with why
};

// Opens every journal at a site, and looks for the one of each record in its ledger, which names a
// line of it. Errors: kRefusedByPolicy where a key was given and is none of a journal's keepers';
// as read_records().
base::Result<SiteJournals> open_site_journals(const std::filesystem::path& site,
                                              const KeySource& source);

}  // namespace ceremony
