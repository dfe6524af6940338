// ca/algorithm.h - the key algorithms that a root or subordinate may have, by one name everywhere.

#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace ca {

// Closed set. The names on the command line, in plans and in records are those of name_of().
enum class Algorithm {
  kRsa3072,
  kRsa4096,
  kP256,
  kP384,
  kP521,
  kEd25519,
  // Post-quantum, only where libcrypto has them (OpenSSL 3.5 on): FIPS 204 and FIPS 205.
  kMlDsa65,
  kMlDsa87,
  kSlhDsa128s,  // of SLH-DSA those with SHA-2 and small signatures: 8, 16 and 30 kB
  kSlhDsa192s,
  kSlhDsa256s,
};

// "rsa-3072", "rsa-4096", "p-256", "p-384", "p-521", "ed25519", "ml-dsa-65", "ml-dsa-87",
// "slh-dsa-sha2-128s", "slh-dsa-sha2-192s", "slh-dsa-sha2-256s".
std::string_view name_of(Algorithm algorithm);

// What OpenSSL calls a post-quantum algorithm, "ML-DSA-65"; nullptr for the others.
const char* post_quantum_name_of(Algorithm algorithm);

// All of them, in the order of the enumeration.
std::span<const Algorithm> all_algorithms();

// The algorithm of that name. Errors: kInvalidArgument for another name (the message lists them
// all); kRefusedByPolicy where this machine's libcrypto does not have it.
base::Result<Algorithm> algorithm_named(std::string_view name);

}  // namespace ca
