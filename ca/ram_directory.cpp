#include "ca/ram_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

// From statfs(2).
constexpr std::uint64_t kTmpfs = 0x01021994;
constexpr std::uint64_t kRamfs = 0x858458f6;

bool lies_in_memory(const std::filesystem::path& folder) {
  struct statfs facts {};
  if (statfs(folder.c_str(), &facts) != 0) {
    return false;
  }
  const auto type = static_cast<std::uint32_t>(facts.f_type);
  return type == kTmpfs || type == kRamfs;
}

// Zeros over the whole length of one file. False where that failed.
bool overwrite(const std::filesystem::path& file) {
  const int opened = ::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0) {
    return false;
  }
  struct stat facts {};
  bool good = fstat(opened, &facts) == 0;
  const std::array<char, 4096> zeros{};
  off_t done = 0;
  while (good && done < facts.st_size) {
    const auto piece =
        std::min<std::size_t>(zeros.size(), static_cast<std::size_t>(facts.st_size - done));
    const ssize_t written = pwrite(opened, zeros.data(), piece, done);
    good = written > 0;
    done += good ? written : 0;
  }
  return (::close(opened) == 0) && good;
}

bool overwrite_all(const std::filesystem::path& folder) {
  bool good = true;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  while (!error && entry != std::filesystem::recursive_directory_iterator()) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == std::filesystem::file_type::regular) {
      good = overwrite(entry->path()) && good;
    }
    entry.increment(error);
  }
  return good && !error;
}

}  // namespace

base::Result<std::unique_ptr<RamDirectory>> RamDirectory::create(
    const std::filesystem::path& parent, RamOnly ram_only) {
  if (ram_only == RamOnly::kYes && !lies_in_memory(parent)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the folder " + parent.string() +
                     " does not lie in memory (tmpfs), so a key there could stay on a disk; use "
                     "/dev/shm or another folder in memory"};
  }
  std::string pattern = (parent / "conclave-token-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return Error{ErrorCode::kStorageFailure,
                 "no folder could be made in " + parent.string() + " (" +
                     std::generic_category().message(errno) +
                     "), and the token needs one; free memory or its permissions and begin again"};
  }
  return std::unique_ptr<RamDirectory>(new RamDirectory(pattern));
}

RamDirectory::~RamDirectory() {
  // Nobody is left to hear of a failure; whoever must know calls remove() before.
  (void)remove().ok();
}

base::Result<void> RamDirectory::remove() {
  if (path_.empty()) {
    return {};
  }
  const bool wiped = overwrite_all(path_);
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (!wiped || error) {
    return Error{ErrorCode::kStorageFailure,
                 "the token's folder in memory could not be wiped and removed; turn this machine "
                 "off now, so that its memory is lost, and record it"};
  }
  path_.clear();
  return {};
}

}  // namespace ca
