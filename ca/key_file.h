// ca/key_file.h - a person's own private key as a file: encrypted PKCS #8 in PEM.
//
// Source: RFC 5958 (EncryptedPrivateKeyInfo), RFC 8018 (PBES2), RFC 7914 (scrypt), RFC 7468
// ("ENCRYPTED PRIVATE KEY"), RFC 8410 (Ed25519 and X25519 in PKCS #8). `openssl pkey -in FILE`
// opens it, so nobody depends on this program to read the own key.

#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace ca {

// What the key is for: signing (an officer) or opening sealed records (a record keeper).
enum class FileKey { kEd25519, kX25519 };

// Of the raw private half, in bytes.
inline constexpr std::size_t kFileKeySize = 32;

// No key file is longer, in bytes.
inline constexpr std::size_t kLargestKeyFile = 4096;

// What guessing one passphrase costs.
enum class KeyFileCost {
  kStandard,  // 16 MiB eight times over: N = 2^14, r = 8, p = 8
  kMinimal,   // for rehearsals, whose keys are thrown away: N = 2^10, r = 8, p = 1
};

// A raw private half (32 bytes) and what the file says about it.
struct FileKeyParts {
  FileKey kind = FileKey::kEd25519;
  const base::SecretBytes& raw;
  const base::SecretBytes& passphrase;  // as shamir::Passphrase has it; not empty
  KeyFileCost cost = KeyFileCost::kStandard;
};

// The file's text: AES-256-CBC under scrypt, fresh salt and IV. 16 MiB is what `openssl pkey`
// grants without an option. The text needs no secret memory, as the key in it is encrypted.
// Errors: kInvalidArgument for another size or an empty passphrase; kDeviceFailure.
base::Result<base::Bytes> write_key_file(const FileKeyParts& parts);

// A key file's text as it was read, and what is expected in it.
struct SealedKeyFile {
  FileKey kind = FileKey::kEd25519;
  base::ByteView text;
  const base::SecretBytes& passphrase;
};

// The raw private half (32 bytes). Errors: kMalformed for what is no such file, holds another kind
// of key, or holds a key that is not encrypted; kRefusedByPolicy where the passphrase does not open
// it (which is all that anybody can know of a wrong passphrase or a damaged file).
base::Result<base::SecretBytes> read_key_file(const SealedKeyFile& file);

}  // namespace ca
