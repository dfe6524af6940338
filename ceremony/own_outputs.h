// ceremony/own_outputs.h - files that a ceremony may have to write anew: the blob and the shares of
// a split that was cut off.
//
// Their bytes are random, so what an interrupted attempt left cannot be completed; and nothing is
// ever overwritten. The journal says which files are this ceremony's own, and only those give way.

#pragma once

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// Notes the digest of `bytes` in the journal and saves them. A file that is there already and whose
// digest an earlier attempt of this ceremony has noted is removed first, and the journal says so.
// Errors: as base::save_new(), so kRefusedByPolicy where another file is there; kStorageFailure.
base::Result<void> save_own(const Workplace& work,
                            const std::filesystem::path& path,
                            base::ByteView bytes);

}  // namespace ceremony
