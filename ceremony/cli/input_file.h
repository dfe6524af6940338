// ceremony/cli/input_file.h - reads a public file that somebody named on the command line.

#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace ceremony::cli {

// The whole file, at most `max_bytes`; a link to a file is the file.
// Errors: kNotFound; kMalformed where it is larger; kStorageFailure.
base::Result<base::Bytes> read_input(const std::string& path, std::size_t max_bytes);

}  // namespace ceremony::cli
