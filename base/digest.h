// base/digest.h - SHA-256 (FIPS 180-4), the one hash that files and log lines are named by.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace base {

using Digest = std::array<std::uint8_t, 32>;

// Hashes in pieces. What it holds is wiped on destruction, so secrets may pass through.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView bytes);

  // The hash of all that was given. Call once; the object takes nothing more.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest sha256(ByteView bytes);

// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(ByteView bytes);

// Of a regular file of any size. Errors: kNotFound, kRefusedByPolicy, kStorageFailure (media.h).
Result<Digest> sha256_of_file(const std::filesystem::path& path);

// 64 lower-case hex digits.
[[nodiscard]] std::string digest_hex(const Digest& digest);

// Exactly 64 lower-case hex digits. Errors: kMalformed.
Result<Digest> parse_digest_hex(std::string_view text);

}  // namespace base
