#include "ca/key_blocklist.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>
#include <utility>

#include <openssl/core_names.h>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"

namespace ca {

namespace {

constexpr std::size_t kRecordBytes = 16;
constexpr std::size_t kPieceBytes = kRecordBytes * 64 * 1024;

using BlocklistRecord = std::array<std::uint8_t, kRecordBytes>;

base::Error unusable(const std::filesystem::path& path, const char* what) {
  return base::Error{base::ErrorCode::kMalformed,
                     "the blocklist " + base::in_quotes(path) + " " + what +
                         "; fetch blocklist.dat of badkeys again, and unpack it"};
}

// Whether the records are in order behind `last`, which becomes the last of them.
bool follow_each_other(base::ByteView records, BlocklistRecord& last) {
  for (; records.size() >= kRecordBytes; records = records.subspan(kRecordBytes)) {
    BlocklistRecord record{};
    std::copy_n(records.begin(), record.size(), record.begin());
    if (record < last) {
      return false;
    }
    last = record;
  }
  return true;
}

// The number's bytes without leading zeros; nothing where the key has no such number.
base::Bytes number_bytes(const EVP_PKEY& key, const char* parameter) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(&key, parameter, &number);
  const BignumPtr owned(number);
  base::Bytes bytes;
  if (owned != nullptr) {
    bytes.resize(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
  }
  return bytes;
}

base::Bytes raw_key_bytes(const EVP_PKEY& key) {
  std::size_t size = 0;
  if (EVP_PKEY_get_raw_public_key(&key, nullptr, &size) != 1) {
    return {};
  }
  base::Bytes bytes(size);
  EVP_PKEY_get_raw_public_key(&key, bytes.data(), &size);
  return bytes;
}

base::Bytes identifying_bytes(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA") == 1) {
    return number_bytes(key, OSSL_PKEY_PARAM_RSA_N);
  }
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    return number_bytes(key, OSSL_PKEY_PARAM_EC_PUB_X);
  }
  base::Bytes bytes = raw_key_bytes(key);
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) {  // as a number, so without its leading zeros
    bytes.erase(bytes.begin(), std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
                  return byte != 0;
                }));
  }
  return bytes;
}

base::Finding blocklisted(std::uint8_t list) {
  return {.rule = "key-blocklisted",
          .severity = base::Severity::kError,
          .field = "subjectPublicKeyInfo",
          .source = "BR 6.1.1.3, CVE-2008-0166",
          .message =
              "The private half of this key is public knowledge: it stands on the blocklist "
              "(list " +
              std::to_string(list) +
              " of it); have a new key made, on another device or with other software."};
}

}  // namespace

std::optional<BlocklistName> blocklist_name_of(base::ByteView public_key_info) {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  const base::Bytes bytes = key ? identifying_bytes(**key) : base::Bytes();
  forget_openssl_errors();
  if (bytes.empty()) {
    return std::nullopt;
  }
  const base::Digest digest = base::sha256(bytes);
  BlocklistName name{};
  std::copy_n(digest.begin(), name.size(), name.begin());
  return name;
}

base::Result<KeyBlocklist> KeyBlocklist::open(const std::filesystem::path& path) {
  base::Result<base::OpenedFile> opened = base::open_regular_file(path);
  if (!opened) {
    return opened.error();
  }
  const std::uint64_t bytes = opened->size_bytes;
  if (bytes == 0 || bytes % kRecordBytes != 0) {
    return unusable(path, "is empty or was cut off (its size is no multiple of 16 bytes)");
  }
  KeyBlocklist list(path, std::move(*opened));
  list.records_ = bytes / kRecordBytes;
  if (const base::Result<void> read = list.read_through(); !read) {
    return read.error();
  }
  return list;
}

base::Result<void> KeyBlocklist::read_through() {
  base::Sha256 hash;
  base::Bytes piece(kPieceBytes);
  BlocklistRecord last{};
  std::uint64_t seen = 0;
  for (std::size_t count = piece.size(); count == piece.size();) {
    const std::ptrdiff_t got = base::read_up_to(file_.number(), piece);
    if (got < 0) {
      return base::storage_error({path_, "read", errno});
    }
    count = static_cast<std::size_t>(got);
    const base::ByteView view = base::ByteView(piece).first(count);
    hash.update(view);
    if (!follow_each_other(view, last)) {
      return unusable(path_, "is not in order, so a key on it could be missed");
    }
    seen += count / kRecordBytes;
  }
  if (seen != records_) {
    return unusable(path_, "changed while it was read");
  }
  digest_ = hash.finish();
  return {};
}

base::Result<base::Findings> KeyBlocklist::look_up(base::ByteView public_key_info) const {
  const std::optional<BlocklistName> name = blocklist_name_of(public_key_info);
  std::uint64_t first = 0;
  std::uint64_t end = name ? records_ : 0;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    BlocklistRecord record{};
    const ssize_t got = base::retry_interrupted([&] {
      return ::pread(
          file_.number(), record.data(), record.size(), static_cast<off_t>(middle * kRecordBytes));
    });
    if (got != static_cast<ssize_t>(record.size())) {
      return base::storage_error({path_, "read", got < 0 ? errno : 0});
    }
    const int order = std::memcmp(record.data(), name->data(), name->size());
    if (order == 0) {
      return base::Findings{blocklisted(record.back())};
    }
    if (order < 0) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return base::Findings{};
}

}  // namespace ca
