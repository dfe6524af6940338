#include "base/media.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/digest.h"
#include "base/posix_file.h"

namespace base {

namespace {

constexpr std::size_t kReadBackBytes = std::size_t{64} * 1024;
constexpr std::size_t kSecretReadBackBytes = 4096;  // locked memory is scarce
constexpr unsigned kPublicMode = 0644;
constexpr unsigned kSecretMode = 0600;

Error too_large(const std::filesystem::path& path, std::size_t max_bytes) {
  return Error{ErrorCode::kMalformed,
               "The file " + in_quotes(path) + " is larger than " + std::to_string(max_bytes) +
                   " bytes, so it is not what is expected here. Check that it is the right one."};
}

Error changed_while_read(const std::filesystem::path& path) {
  return Error{ErrorCode::kStorageFailure,
               "The file " + in_quotes(path) +
                   " changed while it was being read. Close every other program that uses the "
                   "medium and do this step again."};
}

Error holds_others(const std::filesystem::path& path) {
  return Error{
      ErrorCode::kRefusedByPolicy,
      "The file " + in_quotes(path) +
          " already exists and holds something else, and nothing is ever overwritten. Move "
          "it to another folder, keep it, and do this step again."};
}

// Whether a write of `bytes` that the power cut off can have left `there`: a beginning of them, and
// zeros where the file system had made room already. It holds nothing that `bytes` do not.
bool is_unfinished(ByteView there, ByteView bytes) {
  if (there.size() > bytes.size()) {
    return false;
  }
  const auto differs = std::mismatch(there.begin(), there.end(), bytes.begin()).first;
  return std::all_of(differs, there.end(), [](std::uint8_t byte) { return byte == 0; });
}

Result<void> remove_durably(const std::filesystem::path& path) {
  const Result<ParentFolder> parent = open_parent(path);
  if (!parent) {
    return parent.error();
  }
  if (unlinkat(parent->folder.number(), parent->name.c_str(), 0) != 0 ||
      fsync(parent->folder.number()) != 0) {
    return storage_error({path, "removed", errno});
  }
  return {};
}

Result<OpenedFile> open_bounded(const std::filesystem::path& path, std::size_t max_bytes) {
  Result<OpenedFile> opened = open_regular_file(path);
  if (opened && opened->size_bytes > max_bytes) {
    return too_large(path, max_bytes);
  }
  return opened;
}

// Fills `target`, of the size that the file had when it was opened, and sees that it ends there.
Result<void> read_exactly(const std::filesystem::path& path,
                          int number,
                          std::span<std::uint8_t> target) {
  const std::ptrdiff_t count = read_up_to(number, target);
  if (count < 0) {
    return storage_error({path, "read", errno});
  }
  if (std::cmp_not_equal(count, target.size())) {
    return changed_while_read(path);
  }
  struct stat about {};
  if (fstat(number, &about) != 0) {
    return storage_error({path, "read", errno});
  }
  if (std::cmp_not_equal(about.st_size, target.size())) {
    return changed_while_read(path);
  }
  return {};
}

// Whether a link may stand for the folder.
enum class Links { kRefused = O_NOFOLLOW, kFollowed = 0 };

Result<void> make_folder_durable(const ParentFolder& parent,
                                 const std::filesystem::path& path,
                                 Links links) {
  const FileDescriptor folder(retry_interrupted([&] {
    return openat(parent.folder.number(),
                  parent.name.c_str(),
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC | static_cast<int>(links));
  }));
  if (!folder.is_open() || fsync(folder.number()) != 0 || fsync(parent.folder.number()) != 0) {
    return storage_error({path, "made durable", errno});
  }
  return {};
}

}  // namespace

Result<SavedFile> save_new(const std::filesystem::path& path, ByteView bytes) {
  Bytes scratch(kReadBackBytes);
  const Result<std::string> sha256 = save_exclusive({path, kPublicMode}, bytes, scratch);
  if (!sha256) {
    return sha256.error();
  }
  return SavedFile{.path = path, .size_bytes = bytes.size(), .sha256 = *sha256};
}

Result<SavedFile> save_new(const std::filesystem::path& path, const SecretBytes& bytes) {
  Result<SecretBytes> scratch = SecretBytes::make(kSecretReadBackBytes);
  if (!scratch) {
    return scratch.error();
  }
  const SecretBytes::Reader reader = bytes.read();
  const SecretBytes::Writer scratch_writer = scratch->write();
  const Result<std::string> sha256 =
      save_exclusive({path, kSecretMode}, reader.bytes(), scratch_writer.bytes());
  if (!sha256) {
    return sha256.error();
  }
  return SavedFile{.path = path, .size_bytes = bytes.size(), .sha256 = *sha256};
}

Result<SavedFile> save_new_or_same(const std::filesystem::path& path, ByteView bytes) {
  auto saved = save_new(path, bytes);
  if (saved || saved.error().code != ErrorCode::kRefusedByPolicy) {
    return saved;
  }
  const Result<OpenedFile> there = open_regular_file(path);
  if (!there && there.error().code == ErrorCode::kStorageFailure) {
    return there.error();  // what it holds nobody knows
  }
  if (!there || there->size_bytes > bytes.size()) {
    return holds_others(path);
  }
  // The attempt before may have been killed when the bytes stood in the kernel's memory only.
  if (const auto settled = settle(there->file, path); !settled) {
    return settled.error();
  }
  Bytes content(static_cast<std::size_t>(there->size_bytes));
  if (const auto done = read_exactly(path, there->file.number(), content); !done) {
    return done.error();
  }
  if (std::ranges::equal(content, bytes)) {
    return SavedFile{.path = path, .size_bytes = bytes.size(), .sha256 = sha256_hex(bytes)};
  }
  if (!is_unfinished(content, bytes)) {
    return holds_others(path);
  }
  const auto removed = remove_durably(path);
  return removed ? save_new(path, bytes) : Result<SavedFile>(removed.error());
}

Result<void> make_new_folder(const std::filesystem::path& path) {
  const Result<ParentFolder> parent = open_parent(path);
  if (!parent) {
    return parent.error();
  }
  if (mkdirat(parent->folder.number(), parent->name.c_str(), 0755) != 0) {
    if (errno == EEXIST) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "The folder " + in_quotes(path) +
                       " already exists, and nothing is ever mixed with what was there before. "
                       "Choose another name."};
    }
    return storage_error({path, "made", errno});
  }
  Result<void> durable = make_folder_durable(*parent, path, Links::kRefused);
  if (!durable) {
    static_cast<void>(unlinkat(parent->folder.number(), parent->name.c_str(), AT_REMOVEDIR));
  }
  return durable;
}

Result<bool> lies_at(const std::filesystem::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) {
    return true;
  }
  if (errno == ENOENT || errno == ENOTDIR) {
    return false;
  }
  return storage_error({path, "found", errno});
}

Result<void> make_folder_where_missing(const std::filesystem::path& path) {
  const Result<ParentFolder> parent = open_parent(path);
  if (!parent) {
    return parent.error();
  }
  if (mkdirat(parent->folder.number(), parent->name.c_str(), 0755) != 0 && errno != EEXIST) {
    return storage_error({path, "made", errno});
  }
  struct stat about {};
  if (fstatat(parent->folder.number(), parent->name.c_str(), &about, 0) != 0) {
    return storage_error({path, "looked at", errno});
  }
  if (!S_ISDIR(about.st_mode)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 in_quotes(path) +
                     " should be a folder and is something else, and nothing is ever put in the "
                     "place of what was there before. Move it away, and do this step again."};
  }
  return make_folder_durable(*parent, path, Links::kFollowed);
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Result<OpenedFile> opened = open_bounded(path, max_bytes);
  if (!opened) {
    return opened.error();
  }
  Bytes bytes(static_cast<std::size_t>(opened->size_bytes));
  if (const auto done = read_exactly(path, opened->file.number(), bytes); !done) {
    return done.error();
  }
  return bytes;
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Result<OpenedFile> opened = open_bounded(path, max_bytes);
  if (!opened) {
    return opened.error();
  }
  Result<SecretBytes> secret = SecretBytes::make(static_cast<std::size_t>(opened->size_bytes));
  if (!secret) {
    return secret;
  }
  {
    const SecretBytes::Writer writer = secret->write();
    const auto done = read_exactly(path, opened->file.number(), writer.bytes());
    if (!done) {
      return done.error();
    }
  }
  // Advice only: the page cache is the kernel's, and init_on_free wipes what it gives back.
  static_cast<void>(posix_fadvise(opened->file.number(), 0, 0, POSIX_FADV_DONTNEED));
  return secret;
}

}  // namespace base
