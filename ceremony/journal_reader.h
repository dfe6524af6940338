// ceremony/journal_reader.h - a stored journal read by those who hold a key; nothing is changed.

#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/journal.h"
#include "ceremony/journal_keys.h"

namespace ceremony {

// The first entry of a stored journal, always in the clear: `mode`, and in PRODUCTION the keepers.
// Only the first line of `content` is looked at. Errors: kMalformed, kInconsistent.
base::Result<JournalEntry> read_journal_header(std::string_view content);

// The entries of a journal.log, oldest first, in the clear. A torn end is left out: whoever opens
// the ceremony again cuts it off. Outside PRODUCTION no key is needed.
// Errors: kMalformed or kInconsistent, naming the first bad entry; as find_journal_key().
base::Result<std::vector<JournalEntry>> read_stored_journal(std::string_view content,
                                                            const KeySource& source);

}  // namespace ceremony
