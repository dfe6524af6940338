#include "ceremony/cli/input_file.h"

#include <filesystem>
#include <system_error>

#include "base/media.h"

namespace ceremony::cli {

base::Result<base::Bytes> read_input(const std::string& path, std::size_t max_bytes) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(path, failed);
  return base::read_file(failed ? std::filesystem::path(path) : real, max_bytes);
}

}  // namespace ceremony::cli
