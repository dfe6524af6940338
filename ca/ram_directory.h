// ca/ram_directory.h - a private folder that lies in memory only, overwritten and removed at the
// end.

#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "base/posix_file.h"
#include "base/result.h"

namespace ca {

// Which file systems will do. kAny is for tests of what happens on the others.
enum class RamOnly { kYes, kAny };

class RamDirectory {
 public:
  // A new folder with a random name inside `parent`, for its owner alone (mode 0700).
  // Errors: kRefusedByPolicy where `parent` is not a RAM file system (tmpfs or ramfs; swap is
  // looked for elsewhere); kStorageFailure.
  static base::Result<std::unique_ptr<RamDirectory>> create(const std::filesystem::path& parent,
                                                            RamOnly ram_only);

  // Wipes and removes the folders in `parent` that processes of this user left behind when they
  // were killed. Those of living processes stay: each holds a lock on its own. Errors:
  // kStorageFailure where one of them could not be wiped.
  static base::Result<void> sweep(const std::filesystem::path& parent);

  // Removes what remove() has not.
  ~RamDirectory();
  RamDirectory(const RamDirectory&) = delete;
  RamDirectory& operator=(const RamDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Overwrites every file in it with zeros (in RAM, the same pages), then removes all. May be
  // called again. Errors: kStorageFailure; what could be wiped is wiped then, too.
  base::Result<void> remove();

 private:
  RamDirectory(std::filesystem::path path, base::FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;  // empty once removed
  base::FileDescriptor lock_;   // on the folder; the kernel lets go of it when the process ends
};

}  // namespace ca
