#include "ceremony/cli/data_folder.h"

#include <system_error>

namespace ceremony::cli {

base::Result<std::filesystem::path> find_data_folder() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto folder = program.parent_path().parent_path() / "share" / "conclave";
  if (failed || !std::filesystem::is_directory(folder / "scripts", failed)) {
    return base::Error{base::ErrorCode::kNotFound,
                       "Conclave's own data (share/conclave: scripts, profiles) is missing beside "
                       "the program; install it again, or build it with scripts/start"};
  }
  return folder;
}

}  // namespace ceremony::cli
