// base/destroy_file.h - makes the content of one file useless: overwritten, checked, removed.
//
// What lay under the file may survive on media that level their wear (sticks, SSDs), so the medium
// is crushed as well where that matters; this is what a machine can do, and prove, about it.

#pragma once

#include <filesystem>

#include "base/result.h"

namespace base {

// The same but for the name, which stays: whoever notes on another medium that the content is gone
// does so before the name goes, since a name that is missing proves nothing. Errors: the same.
Result<void> overwrite_file(const std::filesystem::path& path);

// Overwrites a regular file from its first to its last byte with random bytes, makes them durable,
// reads them back from the medium, and only then removes the name. A file that an earlier attempt
// has overwritten in part is overwritten again. Errors: kNotFound where there is none;
// kRefusedByPolicy for a link or what is no regular file; kMalformed above 64 MiB; kStorageFailure:
// it may still be there.
Result<void> destroy_file(const std::filesystem::path& path);

// The same for what may be gone already. Errors: as lies_at() (media.h) and destroy_file().
Result<void> destroy_file_where_it_lies(const std::filesystem::path& path);

}  // namespace base
