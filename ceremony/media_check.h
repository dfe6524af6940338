// ceremony/media_check.h - the media of a room before a ceremony is opened: different ones, with
// room to write.

#pragma once

#include <cstdint>
#include <filesystem>

#include "base/medium_space.h"
#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony {

// What must be free on each medium: many times what a ceremony writes, whoever holds it.
inline constexpr std::uint64_t kFreeBytesNeeded = std::uint64_t{8} * 1024 * 1024;

using SpaceOn = base::Result<base::MediumSpace> (*)(const std::filesystem::path& folder);

// That no two sites are one place. Errors: kRefusedByPolicy, naming both.
base::Result<void> check_distinct_sites(const client::OpenRequest& room);

// That the sites, the folders of the records and the way out can be written, and have room. Folders
// that are not there are left to the step that needs them. The holders' sticks come one after the
// other, and a signing only reads them: the step that writes on one says what is wrong with it.
// Errors: kRefusedByPolicy, naming the medium; kStorageFailure where it cannot be looked at.
base::Result<void> check_media(const client::OpenRequest& room, SpaceOn space_on);

}  // namespace ceremony
