// tests/bench/token_room.h - the one token of this program, and the root keys made in it.

#pragma once

#include <memory>

#include "base/bytes.h"
#include "ca/certificate.h"
#include "ca/root_key.h"
#include "ca/soft_token.h"

namespace bench {

// A root key in the token, its blob, and its certificate.
struct TokenRoot {
  std::unique_ptr<ca::RootKey> key;
  ca::Kek kek;
  base::Bytes blob;
  ca::Certificate certificate;
};

// Made at the first call and kept. Requires: an algorithm that this OpenSSL has.
ca::SoftToken& token();
TokenRoot& token_root(ca::Algorithm algorithm);

// Destroys both. To be called before main() ends, for the token's library is at its end then, too.
void close_token_room();

}  // namespace bench
