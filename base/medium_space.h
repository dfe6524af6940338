// base/medium_space.h - what a medium has room for, before anything is written on it.
//
// Source: reference faults 31 and 32.

#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace base {

struct MediumSpace {
  bool is_read_only = false;
  std::uint64_t free_bytes = 0;  // that this program may fill
};

// Of the medium that `folder` lies on. Errors: kStorageFailure, naming the folder.
Result<MediumSpace> space_on(const std::filesystem::path& folder);

// Whether a medium with this space takes `needed` bytes. Errors: kRefusedByPolicy, with the
// folder's name, and what is needed and there.
Result<void> check_space(const std::filesystem::path& folder,
                         const MediumSpace& space,
                         std::uint64_t needed);

}  // namespace base
