// ceremony/blob_destruction.h - an encrypted key is destroyed once, however often the power fails.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/old_set.h"

namespace ceremony {

// Whether there is a blob of that generation to destroy at a site, or to see the end of: one that
// the set is known to have there, one that lies there all the same, or one that was begun. Where an
// earlier ceremony has destroyed it, there is none. Errors: as base::lies_at().
base::Result<bool> has_blob_to_destroy(const Workplace& work,
                                       const OldSet& old,
                                       const std::filesystem::path& site,
                                       std::uint32_t generation);

// What the room is told when all was gone through: which blobs were destroyed, and which not.
std::string destruction_note(const Workplace& work);

// Overwrites, reads back and removes the blob of that generation at a site, and notes in the
// journal that it begins and that it was seen to be done. What was begun before is done again; what
// is gone by then is seen to be gone. A blob that is missing or is not the one that its header
// names is not touched, and noted as left ("blob-unseen"): nobody destroys a dummy for a blob.
// Errors: kNotFound where the medium of what was begun is not here; as base::destroy_file().
base::Result<void> destroy_blob(const Workplace& work,
                                const std::filesystem::path& site,
                                std::uint32_t generation);

}  // namespace ceremony
