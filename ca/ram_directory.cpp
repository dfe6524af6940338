#include "ca/ram_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
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

// A folder has the first name until its lock is held, so that no sweep can come in between.
constexpr std::string_view kMakingPrefix = "conclave-making-";
constexpr std::string_view kPrefix = "conclave-ram-";

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

// Overwrites and removes. Errors: kStorageFailure.
base::Result<void> wipe(const std::filesystem::path& folder) {
  const bool wiped = overwrite_all(folder);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!wiped || error) {
    return Error{ErrorCode::kStorageFailure,
                 "the token's folder in memory could not be wiped and removed; turn this machine "
                 "off now, so that its memory is lost, and record it"};
  }
  return {};
}

// The lock on a folder of this user's; closed where it is none, or where somebody else has it.
base::FileDescriptor lock_on(const std::filesystem::path& folder) {
  base::FileDescriptor opened(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!opened.is_open() || fstat(opened.number(), &facts) != 0 || facts.st_uid != geteuid() ||
      flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
    return {};
  }
  return opened;
}

Error not_made(const std::filesystem::path& parent) {
  return Error{ErrorCode::kStorageFailure,
               "no folder could be made in " + parent.string() + " (" +
                   std::generic_category().message(errno) +
                   "), and the token needs one; free memory or its permissions and begin again"};
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
  std::string pattern = (parent / (std::string(kMakingPrefix) + "XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return not_made(parent);
  }
  const std::filesystem::path making(pattern);
  const std::string tag = making.filename().string().substr(kMakingPrefix.size());
  const std::filesystem::path made = parent / (std::string(kPrefix) + tag);
  base::FileDescriptor lock = lock_on(making);
  if (!lock.is_open() || ::rename(making.c_str(), made.c_str()) != 0) {
    const Error error = not_made(parent);
    ::rmdir(making.c_str());
    return error;
  }
  return std::unique_ptr<RamDirectory>(new RamDirectory(made, std::move(lock)));
}

base::Result<void> RamDirectory::sweep(const std::filesystem::path& parent) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(parent, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    if (entry->path().filename().string().starts_with(kPrefix)) {
      found.push_back(entry->path());
    }
    entry.increment(error);
  }
  base::Result<void> result;
  for (const std::filesystem::path& folder : found) {
    const base::FileDescriptor lock = lock_on(folder);
    if (!lock.is_open()) {
      continue;
    }
    if (base::Result<void> wiped = wipe(folder); !wiped) {
      result = std::move(wiped);
    }
  }
  return result;
}

RamDirectory::~RamDirectory() {
  // Nobody is left to hear of a failure; whoever must know calls remove() before.
  (void)remove().ok();
}

base::Result<void> RamDirectory::remove() {
  if (path_.empty()) {
    return {};
  }
  if (base::Result<void> wiped = wipe(path_); !wiped) {
    return wiped;
  }
  path_.clear();
  lock_ = {};
  return {};
}

}  // namespace ca
