#include "base/digest.h"

#include <algorithm>

#include <sodium.h>

#include "base/posix_file.h"
#include "base/text_encoding.h"

namespace base {

namespace {
constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
}  // namespace

struct Sha256::State {
  crypto_hash_sha256_state inner;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  crypto_hash_sha256_init(&state_->inner);
}

Sha256::~Sha256() {
  sodium_memzero(state_.get(), sizeof(State));
}

void Sha256::update(ByteView bytes) {
  if (!bytes.empty()) {
    crypto_hash_sha256_update(&state_->inner, bytes.data(), bytes.size());
  }
}

Digest Sha256::finish() {
  Digest digest{};
  crypto_hash_sha256_final(&state_->inner, digest.data());
  return digest;
}

Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string sha256_hex(ByteView bytes) {
  return digest_hex(sha256(bytes));
}

Result<Digest> sha256_of_file(const std::filesystem::path& path) {
  const Result<OpenedFile> opened = open_regular_file(path);
  if (!opened) {
    return opened.error();
  }
  Sha256 hash;
  Bytes chunk(kChunkBytes);
  while (true) {
    const std::ptrdiff_t count = read_up_to(opened->file.number(), chunk);
    if (count < 0) {
      return storage_error({path, "read", errno});
    }
    hash.update(ByteView(chunk).first(static_cast<std::size_t>(count)));
    if (static_cast<std::size_t>(count) < chunk.size()) {
      return hash.finish();
    }
  }
}

std::string digest_hex(const Digest& digest) {
  return to_hex(digest);
}

Result<Digest> parse_digest_hex(std::string_view text) {
  const Result<Bytes> bytes = from_hex(text);
  if (!bytes || bytes->size() != Digest{}.size()) {
    return Error{ErrorCode::kMalformed,
                 "A digest is 64 digits from 0 to 9 and a to f, and this is not. Copy it again."};
  }
  Digest digest{};
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

}  // namespace base
