// ceremony/journal_copy.h - a journal as a site keeps it: one file that tells nothing without a
// key.
//
// docs/formats/record.md, "Copies of the journal". In PRODUCTION the number and the lengths of the
// lines would tell how many people came, so they lie in one box, filled up to a whole number of
// kJournalCopyStep bytes. Else the copy is the journal's beginning as it stands.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/journal_keys.h"

namespace ceremony {

// More than the journal of any ceremony of ours has, in bytes; so all copies are equally long.
inline constexpr std::size_t kJournalCopyStep = std::size_t{256} << 10U;

// No copy is longer, in bytes.
inline constexpr std::size_t kLargestJournalCopy = std::size_t{64} << 20U;

// The copy of the first `lines` lines (at least one) of a stored journal; `key`: the journal key,
// or nullptr outside PRODUCTION. Errors: kInconsistent where the journal has fewer whole lines.
base::Result<std::string> make_journal_copy(std::string_view stored,
                                            std::size_t lines,
                                            const base::SecretBytes* key);

// The journal's lines as they were stored, out of a copy; a copy in the clear is given back as it
// is. Errors: kMalformed, kInconsistent for what is no copy or was altered; as find_journal_key().
base::Result<std::string> lines_of_journal_copy(std::string_view copy, const KeySource& source);

}  // namespace ceremony
