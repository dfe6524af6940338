// ca/token_preflight.h - proves that a token can do everything that a ceremony will ask of it,
// before a key is made that counts.

#pragma once

#include <string>
#include <vector>

#include "base/machine.h"
#include "ca/algorithm.h"
#include "ca/token.h"

namespace ca {

// Goes with throw-away keys through the life of a root key of that algorithm, by the functions that
// the ceremony calls: a KEK is given to the token and does not come back, a key is made, signs, is
// wrapped under the KEK by RFC 5649, the blob is opened by libcrypto and in the token, where the
// key can neither be read nor wrapped again, an altered blob is refused, and all is destroyed. What
// the token cannot make or hold (Ed25519 of SoftHSM 2.6, ML-DSA) is proven as the ceremony does it.
// Nothing stays in the token. Always the same checks in the same order for an algorithm. The first
// that fails says what the token did instead; those behind it need it, are not tried, and say so by
// a notice. Requires: a token that is open.
[[nodiscard]] std::vector<base::MachineCheck> check_token(Token& token, Algorithm algorithm);

// What is wrong, as "rule: sentence"; "" where nothing is.
[[nodiscard]] std::string what_token_cannot(const std::vector<base::MachineCheck>& checks);

}  // namespace ca
