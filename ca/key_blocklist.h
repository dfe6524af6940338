// ca/key_blocklist.h - a list of public keys whose private halves everybody can have.
//
// The file `blocklist.dat` of badkeys (some 60 MB: the keys of Debian's fault CVE-2008-0166, keys
// that lie in firmware, in standards, in test suites). It is searched where it lies. Records of 16
// bytes, sorted: the first 15 bytes of the SHA-256 of one number of the key, without leading zeros,
// then the number of the list that the key comes from. The number is N for RSA, the x coordinate
// for the curves, and the key itself for Ed25519 (as a number) ML-DSA and SLH-DSA (as bytes).
// Source: badkeys, docs/BLOCKLISTFORMAT.md ("BKHASH120").

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/finding.h"
#include "base/posix_file.h"
#include "base/result.h"

namespace ca {

using BlocklistName = std::array<std::uint8_t, 15>;

// The first 15 bytes by which a blocklist knows the key. Nothing for a key that cannot be read, or
// of a kind that no blocklist has.
std::optional<BlocklistName> blocklist_name_of(base::ByteView public_key_info);

class KeyBlocklist {
 public:
  // Opens the file and reads through it once: size, order, digest. Errors: kNotFound,
  // kRefusedByPolicy (no regular file), kStorageFailure; kMalformed where its size is no multiple
  // of 16 bytes, it is empty, or it is not in order (so a search could miss a key).
  static base::Result<KeyBlocklist> open(const std::filesystem::path& path);

  // SHA-256 of the file: what says in a record which list was asked.
  [[nodiscard]] const base::Digest& digest() const { return digest_; }
  [[nodiscard]] std::uint64_t size() const { return records_; }  // keys

  // The finding "key-blocklisted" where the key is on the list, by reading some 22 records.
  // Errors: kStorageFailure where the file can no longer be read.
  [[nodiscard]] base::Result<base::Findings> look_up(base::ByteView public_key_info) const;

 private:
  KeyBlocklist(std::filesystem::path path, base::OpenedFile opened)
      : path_(std::move(path)), file_(std::move(opened.file)) {}

  [[nodiscard]] base::Result<void> read_through();

  std::filesystem::path path_;
  base::FileDescriptor file_;
  std::uint64_t records_ = 0;
  base::Digest digest_{};
};

}  // namespace ca
