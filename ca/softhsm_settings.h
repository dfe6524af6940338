// ca/softhsm_settings.h - tells SoftHSM in which folder its tokens lie.

#pragma once

#include <filesystem>

#include "base/result.h"

namespace ca {

// `settings` exists and gets the file softhsm2.conf(5), which holds no secret; `tokens` is what it
// points to, and is made where it is missing.
struct SofthsmFolders {
  std::filesystem::path settings;
  std::filesystem::path tokens;
};

// Writes the settings and names them in this process' environment, where SoftHSM looks for them
// when it is initialised. Errors: kStorageFailure, also where the file is there already.
base::Result<void> point_softhsm_to(const SofthsmFolders& folders);

// Takes the name out of the environment again.
void forget_softhsm_settings();

}  // namespace ca
