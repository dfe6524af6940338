#include "base/medium_space.h"

#include <cerrno>
#include <string>
#include <sys/statvfs.h>

#include "base/posix_file.h"

namespace base {

namespace {

// Rounded down: what is said to be there is there.
std::string in_kib(std::uint64_t bytes) {
  return std::to_string(bytes / 1024) + " KiB";
}

}  // namespace

Result<MediumSpace> space_on(const std::filesystem::path& folder) {
  struct statvfs about {};
  if (retry_interrupted([&] { return statvfs(folder.c_str(), &about); }) != 0) {
    return storage_error({folder, "looked at", errno});
  }
  return MediumSpace{.is_read_only = (about.f_flag & ST_RDONLY) != 0,
                     .free_bytes = std::uint64_t{about.f_bavail} * about.f_frsize};
}

Result<void> check_space(const std::filesystem::path& folder,
                         const MediumSpace& space,
                         std::uint64_t needed) {
  if (space.is_read_only) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "The medium of " + in_quotes(folder) +
                     " is write-protected. Release its switch or use another medium; nothing was "
                     "written."};
  }
  if (space.free_bytes < needed) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "The medium of " + in_quotes(folder) + " has " + in_kib(space.free_bytes) +
                     " free, and " + in_kib(needed) +
                     " are needed. Use a medium with more free space; nothing was written."};
  }
  return {};
}

}  // namespace base
