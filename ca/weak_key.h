// ca/weak_key.h - which public keys are not certified: wrong kind or size, made badly, seen before.
//
// Sources: CA/Browser Forum Baseline Requirements 6.1.1.3, 6.1.5 and 6.1.6; RFC 5480; RFC 8410;
// M. Nemec et al., "The Return of Coppersmith's Attack" (ROCA), CCS 2017; Fermat's factorisation.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/finding.h"
#include "ca/public_key.h"

namespace ca {

// The kind of a key by the names of plans and profiles: "rsa-2048", "rsa-3072", "p-256", "ed25519",
// also for sizes and curves that are refused ("rsa-1024"); "unknown" for what cannot be read.
std::string key_kind_of(base::ByteView public_key_info);

// All that is wrong with a public key by itself. RSA: 2048, 3072 or 4096 bits, e = 65537, odd, no
// factor up to 65537, not prime, not two close primes (110 rounds of Fermat), no ROCA pattern.
// EC: the named curves P-256, P-384, P-521, the point on the curve. Ed25519: a point of the full
// group. ML-DSA and SLH-DSA where this libcrypto has them. All: written in the one way that the
// standard has, with no byte that is not the key's. About 10 ms for RSA-4096.
base::Findings find_key_faults(base::ByteView public_key_info);

// The public keys that this CA has seen: its own, those certified, those of the same batch.
class KeyRegistry {
 public:
  KeyRegistry() = default;

  // What was seen before is in `before`, too; borrowed, and as it is when it is asked.
  explicit KeyRegistry(const KeyRegistry* before) : before_(before) {}

  // `owner` is told when the key comes again: "the root", "the request tls.csr". The first stays.
  void add(base::ByteView public_key_info, std::string owner);

  // Who uses that key already. Errors in its form make it a stranger.
  [[nodiscard]] std::optional<std::string_view> owner_of(base::ByteView public_key_info) const;

 private:
  std::map<base::Digest, std::string> owners_;
  const KeyRegistry* before_ = nullptr;
};

}  // namespace ca
