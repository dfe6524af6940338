// base/media.h - the save layer: the only way that Conclave puts a file on a medium or reads one.
//
// Nothing here overwrites, and nothing counts as saved before it was read back from the medium.
// On FAT the usual write-rename-fsync loses files that were already acknowledged (61 of 61 when a
// stick was pulled), so a file gets its final, never-used name at once: O_EXCL, write, fsync(file),
// fsync(folder), drop the cache, read back, compare.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace base {

// What stands on the medium after a save: proven by reading it back.
struct SavedFile {
  std::filesystem::path path;
  std::uint64_t size_bytes = 0;
  std::string sha256;  // 64 lower-case hex digits
};

// Writes `bytes` to `path`, which must not exist yet, with mode 0644, and reads them back.
// After an error the path does not exist, or (where even removing failed) the message says so.
// Errors: kRefusedByPolicy where the path exists; kStorageFailure for every other refusal of the
// file system (full, read-only, pulled), naming the file and what to do.
Result<SavedFile> save_new(const std::filesystem::path& path, ByteView bytes);

// The same for bytes that must stay secret (mode 0600, no copy outside SecretBytes).
Result<SavedFile> save_new(const std::filesystem::path& path, const SecretBytes& bytes);

// As save_new(), for a step that is done again after it failed half-way: where `path` holds exactly
// these bytes already (made durable, and read back from the medium), that is a success. Where it
// holds a beginning of them, or that and zeros, the power was cut within a write: nothing is in it
// that is not in `bytes`, so it is removed and written anew. Errors: kRefusedByPolicy where it
// holds anything else.
Result<SavedFile> save_new_or_same(const std::filesystem::path& path, ByteView bytes);

// A file that is to be saved; borrowed.
struct FileToSave {
  const std::filesystem::path& path;
  ByteView bytes;
};

// As save_new_or_same() of each, for thousands of small files: all are written, their media are
// told once to make everything durable (syncfs, and fsync of the folder), and then each is read
// back from its medium. One after the other takes four times as long. After an error those that
// this call has made where there was nothing are gone again, or the message says how many are not.
// Errors: as save_new_or_same(), naming the file, or its folder.
Result<void> save_together(std::span<const FileToSave> files);

// Makes a folder that must not exist yet (mode 0755) and makes its name durable.
// Errors: kRefusedByPolicy where it exists; kStorageFailure.
Result<void> make_new_folder(const std::filesystem::path& path);

// As make_new_folder(), for a step that may be done again: a folder that is there already (or a
// link to one) stays as it is, and its name is made durable. Errors: kRefusedByPolicy where
// something else has that name; kStorageFailure.
Result<void> make_folder_where_missing(const std::filesystem::path& path);

// Whether anything has that name: a link that leads nowhere, too. Errors: kStorageFailure where the
// medium does not answer: what cannot be seen is not known to be gone.
Result<bool> lies_at(const std::filesystem::path& path);

// The whole of a regular file, at most `max_bytes`. Symbolic links in the last component and
// anything that is not a regular file are refused.
// Errors: kNotFound; kMalformed where it is larger; kRefusedByPolicy where it is no regular file;
// kStorageFailure.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// The same into secret memory; the kernel's page cache is the only other copy.
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace base
