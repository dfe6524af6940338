// Many files at once: base::save_together().

#include <algorithm>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/media.h"
#include "base/posix_file.h"

namespace base {

namespace {

constexpr std::size_t kTogetherReadBackBytes = std::size_t{64} * 1024;
constexpr unsigned kTogetherMode = 0644;

// The files of one call, and which of them it has made. A folder is opened once, and its files are
// reached through it alone: another medium may come to stand at its path.
class Together {
 public:
  explicit Together(std::span<const FileToSave> files) : files_(files) {}

  // Writes what is not there yet; what is there must be the same, and is made durable and read
  // back.
  Result<void> write() {
    for (const FileToSave& file : files_) {
      const Result<std::size_t> folder = folder_of(file.path);
      auto written = folder ? write(file, *folder) : Result<void>(folder.error());
      if (!written) {
        return written;
      }
    }
    return {};
  }

  // On FAT syncfs() leaves it to the medium when it writes what it has taken; fsync() does not.
  [[nodiscard]] Result<void> make_durable() const {
    for (const Folder& folder : folders_) {
      if (syncfs(folder.opened.number()) != 0 || fsync(folder.opened.number()) != 0) {
        return storage_error({folder.path, "made durable", errno});
      }
    }
    return {};
  }

  [[nodiscard]] Result<void> read_back() const {
    Bytes scratch(kTogetherReadBackBytes);
    for (const Made& made : made_) {
      auto same = base::read_back(
          place_of(made), {made.file->path, kTogetherMode}, made.file->bytes, scratch);
      if (!same) {
        return same;
      }
    }
    return {};
  }

  // Takes away what this call has made.
  [[nodiscard]] Error undone(Error error) const {
    std::size_t left = 0;
    for (const Made& made : made_) {
      const int removed = unlinkat(place_of(made).folder.number(), made.name.c_str(), 0);
      left += removed != 0 && errno != ENOENT ? 1U : 0U;
    }
    if (left != 0) {
      error.message += " " + std::to_string(left) +
                       " unfinished files could not be removed: do not use this medium.";
    }
    // Where this fails a name may come back after a power cut; reading would show what it holds.
    for (const Folder& folder : folders_) {
      static_cast<void>(fsync(folder.opened.number()));
    }
    return error;
  }

 private:
  struct Folder {
    std::filesystem::path path;
    FileDescriptor opened;  // before the first byte is written: a failure from then on is told
  };
  struct Made {
    const FileToSave* file;
    std::size_t folder;
    std::string name;
  };

  [[nodiscard]] PlaceInFolder place_of(const Made& made) const {
    return {folders_[made.folder].opened, made.name};
  }

  // Which of the folders the file lies in.
  Result<std::size_t> folder_of(const std::filesystem::path& file) {
    const std::filesystem::path path = file.parent_path();
    const auto found = std::ranges::find(folders_, path, &Folder::path);
    if (found != folders_.end()) {
      return static_cast<std::size_t>(found - folders_.begin());
    }
    Result<ParentFolder> parent = open_parent(file);
    if (!parent) {
      return parent.error();
    }
    folders_.push_back({.path = path, .opened = std::move(parent->folder)});
    return folders_.size() - 1;
  }

  Result<void> write(const FileToSave& file, std::size_t folder) {
    Made made{.file = &file, .folder = folder, .name = file.path.filename().string()};
    Result<FileDescriptor> opened = open_new(place_of(made), {file.path, kTogetherMode});
    if (!opened && opened.error().code == ErrorCode::kRefusedByPolicy) {
      const auto same = save_new_or_same(file.path, file.bytes);
      return same ? Result<void>() : Result<void>(same.error());
    }
    if (!opened) {
      return opened.error();
    }
    made_.push_back(std::move(made));
    if (const int error = write_all(opened->number(), file.bytes); error != 0) {
      return storage_error({file.path, "written", error});
    }
    if (const int error = opened->close_now(); error != 0) {
      return storage_error({file.path, "closed", error});
    }
    return {};
  }

  std::span<const FileToSave> files_;
  std::vector<Folder> folders_;
  std::vector<Made> made_;
};

}  // namespace

Result<void> save_together(std::span<const FileToSave> files) {
  Together together(files);
  Result<void> saved = together.write();
  saved = saved ? together.make_durable() : saved;
  saved = saved ? together.read_back() : saved;
  return saved ? saved : Result<void>(together.undone(saved.error()));
}

}  // namespace base
