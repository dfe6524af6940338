// shamir/slip39_cipher.h - the encryption of the master secret under the passphrase of SLIP-39.
//
// Source: SLIP-0039, "Encryption of the master secret": a Feistel network of four rounds, each
// keyed by PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2). Applied also with an empty passphrase.
// PBKDF2 is done here over libsodium's HMAC: OpenSSL 3.0 frees its copy of the salt without wiping
// it, and the salt of the first round is half of the master secret. It takes as long (5 ms).

#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/slip39.h"

namespace shamir::slip39 {

// What the encryption depends on besides the secret. `passphrase` must outlive the struct.
struct CipherFields {
  const base::SecretBytes& passphrase;
  Extendable extendable = Extendable::kYes;
  std::uint16_t identifier = 0;  // takes part only where not extendable
  std::uint8_t iteration_exponent = 0;
};

// Errors of both: kInvalidArgument for a secret of odd length or outside 16 to 64 bytes, a
// passphrase that is not printable ASCII (32 to 126), or an exponent above 15.
base::Result<base::SecretBytes> encrypt(const base::SecretBytes& master_secret,
                                        const CipherFields& fields);
base::Result<base::SecretBytes> decrypt(const base::SecretBytes& encrypted,
                                        const CipherFields& fields);

// The first block of PBKDF2-HMAC-SHA256: 32 bytes. Requires iterations >= 1.
struct Pbkdf2Input {
  const base::SecretBytes& password;
  const base::SecretBytes& salt;
};
base::SecretBytes pbkdf2_block(const Pbkdf2Input& input, std::uint32_t iterations);

}  // namespace shamir::slip39
