// ceremony/cli/data_folder.h - where scripts, profiles and verify.py lie.

#pragma once

#include <filesystem>

#include "base/result.h"

namespace ceremony::cli {

// ../share/conclave beside the folder of the running program: in the build folder and after an
// install alike. Errors: kNotFound.
base::Result<std::filesystem::path> find_data_folder();

}  // namespace ceremony::cli
