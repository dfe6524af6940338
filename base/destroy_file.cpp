#include "base/destroy_file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "base/media.h"
#include "base/posix_file.h"
#include "base/random.h"

namespace base {

namespace {

constexpr std::size_t kLargest = 64U << 20U;  // bytes

// In place: the blocks that hold the secret are written, not others.
Result<void> overwrite(const std::filesystem::path& path, ByteView noise) {
  auto parent = open_parent(path);
  if (!parent) {
    return std::move(parent).error();
  }
  const FileDescriptor file(retry_interrupted([&] {
    return openat(parent->folder.number(), parent->name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  }));
  if (!file.is_open()) {
    return storage_error({path, "overwritten", errno});
  }
  if (const int error = write_all(file.number(), noise); error != 0) {
    return storage_error({path, "overwritten", error});
  }
  if (auto durable = make_durable(file, *parent, path); !durable) {
    return durable;
  }
  return settle(file, path);
}

Result<void> remove_name(const std::filesystem::path& path) {
  auto parent = open_parent(path);
  if (!parent) {
    return std::move(parent).error();
  }
  if (unlinkat(parent->folder.number(), parent->name.c_str(), 0) != 0 ||
      fsync(parent->folder.number()) != 0) {
    return storage_error({path, "removed", errno});
  }
  return {};
}

}  // namespace

Result<void> overwrite_file(const std::filesystem::path& path) {
  auto opened = open_regular_file(path);
  if (!opened) {
    return std::move(opened).error();
  }
  if (opened->size_bytes > kLargest) {
    return Error{ErrorCode::kMalformed,
                 "The file " + in_quotes(path) +
                     " is far larger than it can be, so it is another one; nothing was destroyed. "
                     "Look at the medium, and move that file elsewhere."};
  }
  const Bytes noise = random_bytes(opened->size_bytes);
  if (auto done = overwrite(path, noise); !done) {
    return done;
  }
  auto there = read_file(path, kLargest);
  if (!there) {
    return std::move(there).error();
  }
  if (*there != noise) {
    return Error{ErrorCode::kStorageFailure,
                 "The file " + in_quotes(path) +
                     " did not take what was written over it, so it counts as being there still. "
                     "Do this step again; where that fails, crush the medium and raise an "
                     "exception that says so."};
  }
  return {};
}

Result<void> destroy_file(const std::filesystem::path& path) {
  auto overwritten = overwrite_file(path);
  return overwritten ? remove_name(path) : overwritten;
}

Result<void> destroy_file_where_it_lies(const std::filesystem::path& path) {
  auto is_there = lies_at(path);
  if (!is_there) {
    return std::move(is_there).error();
  }
  return *is_there ? destroy_file(path) : Result<void>();
}

}  // namespace base
