// base/posix_file.h - file descriptors, and sentences for what the kernel refused.
//
// Shared by media, append_log and digest; other layers use those.

#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace base {

// Owns one file descriptor. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

  // Gives the number away; the caller closes it.
  [[nodiscard]] int release();

  // Closes now. Gives 0, or the errno of close(2); the descriptor is gone in both cases.
  [[nodiscard]] int close_now();

 private:
  int number_ = -1;
};

// Calls again while a signal came in between (EINTR). Only for calls that did nothing by then.
template <typename Call>
auto retry_interrupted(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) {
    outcome = call();
  }
  return outcome;
}

// What the kernel refused: `act` completes "could not be ..." ("written", "read back").
struct StorageFault {
  const std::filesystem::path& path;
  std::string_view act;
  int error_number = 0;  // errno; 0: the file ended early
};

// "The file "PATH" could not be ACT: the medium is full. Use one with ..." (kStorageFailure).
Error storage_error(const StorageFault& fault);

// One line of text as a terminal may show it: what it would obey or turn around (control and
// bidirectional characters), what nobody sees, and bytes that are no UTF-8 are '?'.
std::string fit_for_terminal(std::string_view line);

// The path in quotation marks, fit for a terminal.
std::string in_quotes(const std::filesystem::path& path);

// The folder that `path` lies in, opened, and the last component of `path`.
struct ParentFolder {
  FileDescriptor folder;
  std::string name;
};

// Errors: kInvalidArgument where `path` ends in no name; kStorageFailure.
Result<ParentFolder> open_parent(const std::filesystem::path& path);

// A regular file, opened for reading, never through a symbolic link.
struct OpenedFile {
  FileDescriptor file;
  std::uint64_t size_bytes = 0;
};

// Errors: kNotFound; kRefusedByPolicy where it is a link or no regular file; kStorageFailure.
Result<OpenedFile> open_regular_file(const std::filesystem::path& path);

// Writes all of `bytes`, in as many calls as it takes. Gives 0 or errno.
int write_all(int number, ByteView bytes);

// Fills `target` as far as the file goes. Gives the count, or -1 with errno set.
std::ptrdiff_t read_up_to(int number, std::span<std::uint8_t> target);

// Lets go of what the kernel remembers of the file, so that the next read asks the medium. What is
// not on the medium yet stays: fsync first. Gives 0 or an errno.
int forget_cached(int number);

// Makes the file and its name in its folder durable. Errors: kStorageFailure.
Result<void> make_durable(const FileDescriptor& file,
                          const ParentFolder& parent,
                          const std::filesystem::path& path);

// From here on reading gives what stands on the medium. A program that was killed may have left
// bytes in the kernel's memory only: they go to the medium first. After an fsync that failed that
// memory holds bytes that never got there, and the kernel takes them for written: it lets go of
// them. Errors: kStorageFailure.
Result<void> settle(const FileDescriptor& file, const std::filesystem::path& path);

// Takes an unfinished file away again, so that nobody finds half of one. Gives `error`, which says
// so where even that failed.
Error removed_after(const ParentFolder& parent, Error error);

// What save_new() does, with a mode (0644, 0600) and a caller's buffer for the read-back.
struct NewFile {
  const std::filesystem::path& path;
  unsigned mode = 0;
};

// A name in a folder that is open; both are borrowed.
struct PlaceInFolder {
  const FileDescriptor& folder;
  const std::string& name;
};

// Opens a file that must not exist yet, for writing. The path in `target` is for messages alone.
// Errors: kRefusedByPolicy where it exists; kStorageFailure.
Result<FileDescriptor> open_new(const PlaceInFolder& place, const NewFile& target);

// Whether the medium gives back what was written and made durable; `scratch` is the buffer for it.
// Errors: kStorageFailure where it does not.
Result<void> read_back(const PlaceInFolder& place,
                       const NewFile& target,
                       ByteView bytes,
                       std::span<std::uint8_t> scratch);

// What stands on the medium afterwards is proven by reading it back; gives its SHA-256.
Result<std::string> save_exclusive(const NewFile& target,
                                   ByteView bytes,
                                   std::span<std::uint8_t> scratch);

}  // namespace base
