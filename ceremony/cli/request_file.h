// ceremony/cli/request_file.h - a certificate signing request from a file, checked.

#pragma once

#include <string>

#include "base/result.h"
#include "ca/signing_request.h"

namespace ceremony::cli {

struct ReadRequest {
  std::string file_sha256;  // 64 hex digits; "" where the file is too large to be one
  ca::RequestCheck check;
};

// Everything that is wrong with the request in `file` (PEM or DER, of any size), given the keys
// `seen` before. Errors: kNotFound and the like where it cannot be read.
base::Result<ReadRequest> check_request_file(const std::string& file, const ca::KeyRegistry& seen);

}  // namespace ceremony::cli
