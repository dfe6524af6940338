// ca/root_blob.h - the wrapped root key: made from a key in a token, opened, and proven to open.

#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/algorithm.h"
#include "ca/kek.h"
#include "ca/software_key.h"
#include "ca/token_key.h"
#include "ca/token_session.h"

namespace ca {

// A wrapped key and what must come out of it. `blob` and `public_key_info` are borrowed; the latter
// is that of the root certificate, for the blob of an elliptic-curve key holds no public half.
struct WrappedKey {
  base::ByteView blob;
  base::ByteView public_key_info;
};

// Whether the token can wrap and unwrap keys of that type, and whether it can hold them at all.
bool token_wraps(const TokenSession& session, Algorithm algorithm);
bool token_holds(Algorithm algorithm);

// The blob of a key that is extractable in the token. The token wraps it; libcrypto opens that in
// locked memory, and wraps the PKCS #8 anew without the stray zeros that SoftHSM 2.6 adds, so that
// the blob is byte for byte what RFC 5649 gives. Errors: kInconsistent where the two
// implementations disagree; kDeviceFailure.
base::Result<base::Bytes> wrap_from_token(TokenSession& session, TokenObject key, const Kek& kek);

// Opens a blob by libcrypto, and proves by a signed challenge that it is the expected key.
// Errors: kInconsistent where it does not open or another key comes out; kMalformed.
base::Result<std::unique_ptr<SoftwareKey>> open_by_openssl(const WrappedKey& wrapped,
                                                           const Kek& kek);

// The same into the token, not extractable. Where the token can hold the type but not unwrap it,
// libcrypto unwraps it in locked memory. Errors: the same; kRefusedByPolicy for a type that the
// token cannot hold.
base::Result<std::unique_ptr<TokenKey>> open_in_token(const std::shared_ptr<TokenSession>& session,
                                                      const WrappedKey& wrapped,
                                                      const Kek& kek);

// Proves that a blob gives the key back by both implementations: libcrypto unwraps it, reads it as
// a private key and signs; the token unwraps it and signs, or, for a type that it cannot unwrap as
// a key, unwraps the same bytes as libcrypto. The signatures verify with the public key. With
// SoftHSM both have libcrypto's AES inside. Errors: kInconsistent, kMalformed, kDeviceFailure.
base::Result<void> prove_blob_opens_elsewhere(const std::shared_ptr<TokenSession>& session,
                                              const WrappedKey& wrapped,
                                              const Kek& kek);

}  // namespace ca
