// ceremony/own_outputs.h - files that a ceremony may have to write anew: the blob and the shares of
// a split that was cut off, and the full seal.
//
// Their bytes are random, so what an interrupted attempt left cannot be completed; and nothing is
// ever overwritten. The journal says which files are this ceremony's own, and only those give way.
// One that the power cut off within its write has no digest that anybody knows: it is set aside,
// under another name, whole.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// Notes the digest of `bytes` in the journal and saves them. A file that is there already and whose
// digest an earlier attempt of this ceremony has noted under this name is removed first, and the
// journal says so
// ("voided"). One that such an attempt has begun under this name and not finished is moved to
// NAME.torn-SHA256 ("set-aside"). Errors: kRefusedByPolicy where another file is there; nothing is
// noted then. Else as base::save_new().
base::Result<void> save_own(const Workplace& work,
                            const std::filesystem::path& path,
                            base::ByteView bytes);

// Notes the digest of a file that this ceremony is about to write, so that it can be made void.
// Errors: as Journal::append().
base::Result<void> note_output(const Workplace& work,
                               const std::filesystem::path& path,
                               base::ByteView bytes);

// A file that is about to be written; its bytes are borrowed.
struct OutputFile {
  std::filesystem::path path;
  base::ByteView bytes;
};

// The same of many, a hundred in one entry: a batch has thousands.
base::Result<void> note_outputs(const Workplace& work, const std::vector<OutputFile>& files);

// Whether this ceremony has noted that digest (64 hex digits) as that of something it has written.
bool has_noted(const Journal& journal, const std::string& sha256);

// Removes every file in this room (sites, holders' sticks, transfer out) whose digest this ceremony
// has noted, or that stands empty or all zeros under a name that it has noted, and says so in the
// journal. Files of others stay. Errors: kStorageFailure.
base::Result<void> remove_own_outputs(const Workplace& work);

}  // namespace ceremony
