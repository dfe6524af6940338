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
  kMlDsa65,  // only where libcrypto has it (OpenSSL 3.5 on)
  kMlDsa87,
};

// "rsa-3072", "rsa-4096", "p-256", "p-384", "p-521", "ed25519", "ml-dsa-65", "ml-dsa-87".
std::string_view name_of(Algorithm algorithm);

// All of them, in the order of the enumeration.
std::span<const Algorithm> all_algorithms();

// The algorithm of that name. Errors: kInvalidArgument for another name (the message lists them
// all); kRefusedByPolicy where this machine's libcrypto does not have it.
base::Result<Algorithm> algorithm_named(std::string_view name);

}  // namespace ca
