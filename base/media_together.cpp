// Many files at once: base::save_together().

#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/media.h"
#include "base/posix_file.h"

namespace base {

namespace {

constexpr std::size_t kTogetherReadBackBytes = std::size_t{64} * 1024;
constexpr unsigned kTogetherMode = 0644;

// The files of one call, and which of them it has made.
class Together {
 public:
  explicit Together(std::span<const FileToSave> files) : files_(files) {}

  // Writes what is not there yet; what is there must be the same, and is made durable and read
  // back.
  Result<void> write() {
    for (const FileToSave& file : files_) {
      if (auto written = write(file); !written) {
        return written;
      }
    }
    return {};
  }

  Result<void> make_durable() const {
    for (const Folder& folder : folders_) {
      if (syncfs(folder.opened.number()) != 0) {
        return storage_error({folder.path, "made durable", errno});
      }
    }
    return {};
  }

  Result<void> read_back() const {
    Bytes scratch(kTogetherReadBackBytes);
    for (const FileToSave* const file : made_) {
      const Result<ParentFolder> parent = open_parent(file->path);
      auto same = parent
                      ? base::read_back(*parent, {file->path, kTogetherMode}, file->bytes, scratch)
                      : Result<void>(parent.error());
      if (!same) {
        return same;
      }
    }
    return {};
  }

  // Takes away what this call has made.
  Error undone(Error error) const {
    for (const FileToSave* const file : made_) {
      const Result<ParentFolder> parent = open_parent(file->path);
      if (!parent ||
          (unlinkat(parent->folder.number(), parent->name.c_str(), 0) != 0 && errno != ENOENT)) {
        error.message += " The unfinished file " + in_quotes(file->path) + " could not be removed.";
        break;
      }
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

  // The folder's file system is told to make durable what it has.
  Result<void> remember_folder(const std::filesystem::path& file) {
    const std::filesystem::path path = file.parent_path();
    if (!folders_.empty() && folders_.back().path == path) {
      return {};
    }
    Result<ParentFolder> parent = open_parent(file);
    if (!parent) {
      return parent.error();
    }
    folders_.push_back({.path = path, .opened = std::move(parent->folder)});
    return {};
  }

  Result<void> write(const FileToSave& file) {
    if (auto remembered = remember_folder(file.path); !remembered) {
      return remembered;
    }
    const Result<ParentFolder> parent = open_parent(file.path);
    if (!parent) {
      return parent.error();
    }
    Result<FileDescriptor> opened = open_new(*parent, {file.path, kTogetherMode});
    if (!opened && opened.error().code == ErrorCode::kRefusedByPolicy) {
      const auto same = save_new_or_same(file.path, file.bytes);
      return same ? Result<void>() : Result<void>(same.error());
    }
    if (!opened) {
      return opened.error();
    }
    made_.push_back(&file);
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
  std::vector<const FileToSave*> made_;
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
