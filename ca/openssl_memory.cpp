#include "ca/openssl_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "ca/openssl_error.h"

namespace ca {

namespace {

using base::ErrorCode;

// Enough for generating and using a few keys of RSA-4096 or ML-DSA-87 at once (64 KiB each, and 128
// for a signature); all of it is locked.
constexpr std::size_t kSecureHeap = std::size_t{1} << 20;
constexpr std::size_t kSmallestSecureBlock = 32;

// Each block begins with what free() is not told: its size, and where it lies. As long as the
// strictest alignment, so that what follows stays aligned.
struct alignas(std::max_align_t) BlockHeader {
  std::size_t size;
  bool is_on_secure_heap;
};

// How many OnSecureHeap live on this thread.
thread_local int secure_depth = 0;

// NOLINTBEGIN(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory): this is an allocator.
void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
  if (size > SIZE_MAX - sizeof(BlockHeader)) {
    return nullptr;
  }
  const bool is_secure = secure_depth > 0;
  void* const block = is_secure ? OPENSSL_secure_malloc(sizeof(BlockHeader) + size)
                                : std::malloc(sizeof(BlockHeader) + size);
  if (block == nullptr) {
    return nullptr;
  }
  auto* const header = static_cast<BlockHeader*>(block);
  *header = {.size = size, .is_on_secure_heap = is_secure};
  return header + 1;
}

void release(void* block, const char* /*file*/, int /*line*/) {
  if (block == nullptr) {
    return;
  }
  BlockHeader* const header = static_cast<BlockHeader*>(block) - 1;
  if (header->is_on_secure_heap) {
    OPENSSL_secure_clear_free(header, sizeof(BlockHeader) + header->size);
    return;
  }
  sodium_memzero(block, header->size);
  std::free(header);
}
// NOLINTEND(cppcoreguidelines-no-malloc, cppcoreguidelines-owning-memory)

// Always moves: realloc() would leave the old bytes behind.
void* reallocate(void* block, std::size_t size, const char* file, int line) {
  if (block == nullptr) {
    return allocate(size, file, line);
  }
  if (size == 0) {
    release(block, file, line);
    return nullptr;
  }
  void* const moved = allocate(size, file, line);
  if (moved == nullptr) {
    return nullptr;
  }
  const std::size_t old_size = (static_cast<BlockHeader*>(block) - 1)->size;
  std::copy_n(static_cast<const std::byte*>(block),
              std::min(size, old_size),
              static_cast<std::byte*>(moved));
  release(block, file, line);
  return moved;
}

base::Result<void> prepare_once() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before main(), when there is one thread
  if (setenv("OPENSSL_CONF", "/dev/null", 1) != 0) {
    return base::Error{ErrorCode::kDeviceFailure,
                       "the settings of OpenSSL could not be fixed because memory ran out; close "
                       "other programs and start again"};
  }
  if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1) {
    return base::Error{ErrorCode::kWrongState,
                       "OpenSSL was used before its memory was made safe for keys, which is a "
                       "fault of this program; do not use it for a real key and report it"};
  }
  if (CRYPTO_secure_malloc_init(kSecureHeap, kSmallestSecureBlock) != 1) {
    return openssl_error(ErrorCode::kDeviceFailure,
                         "OpenSSL could not lock memory for private keys; allow this session to "
                         "lock more memory (RLIMIT_MEMLOCK) and start again");
  }
  return {};
}

const base::Result<void>& outcome() {
  static const base::Result<void> result = prepare_once();
  return result;
}

// Runs it before main(): later, some other part of the program may have used OpenSSL already.
// NOLINTNEXTLINE(cert-err58-cpp): nothing in it throws but an exhausted memory, which ends all
[[maybe_unused]] const bool prepared_before_main = outcome().ok();

}  // namespace

base::Result<void> prepare_openssl() {
  return outcome();
}

OnSecureHeap::OnSecureHeap() {
  ++secure_depth;
}

OnSecureHeap::~OnSecureHeap() {
  --secure_depth;
}

base::Result<void> openssl_random(std::span<std::uint8_t> bytes) {
  forget_openssl_errors();
  if (bytes.size() > INT32_MAX ||
      RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return openssl_error(ErrorCode::kDeviceFailure,
                         "OpenSSL gave no random numbers, so no key may be made on this machine; "
                         "use another machine");
  }
  return {};
}

}  // namespace ca
