// ca/token_key.h - a private key in a token, as a Signer.

#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/algorithm.h"
#include "ca/signer.h"
#include "ca/token_session.h"

namespace ca {

// Keeps the session alive, but not open: after TokenSession::close() it signs nothing any more.
class TokenKey final : public Signer {
 public:
  struct Place {
    std::shared_ptr<TokenSession> session;
    TokenObject private_key;
  };

  // A new key in the token. Errors: those of TokenSession::generate_key_pair().
  static base::Result<std::unique_ptr<TokenKey>> generate(std::shared_ptr<TokenSession> session,
                                                          Algorithm algorithm,
                                                          Extractable extractable);

  // A key that is in the token already. That `public_key_info` belongs to it is the caller's word:
  // prove_possession() checks it.
  TokenKey(Place place, Algorithm algorithm, base::Bytes public_key_info)
      : place_(std::move(place)),
        algorithm_(algorithm),
        public_key_info_(std::move(public_key_info)) {}

  [[nodiscard]] TokenObject object() const { return place_.private_key; }
  [[nodiscard]] Algorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] const base::Bytes& public_key_info() const override { return public_key_info_; }

  // Errors: those of pkcs11_error(); kWrongState after the token was closed.
  base::Result<base::Bytes> sign(base::ByteView message) override;

  // Destroys the key in the token.
  base::Result<void> destroy() { return place_.session->destroy_object(place_.private_key); }

 private:
  Place place_;
  Algorithm algorithm_;
  base::Bytes public_key_info_;
};

// Has the signer sign a fresh random challenge and verifies the signature by libcrypto with the
// signer's public key. The challenge begins with words that no certificate, CRL or request can
// begin with. Errors: kInconsistent where the private key is not that of the public one; those of
// sign().
base::Result<void> prove_possession(Signer& signer);

}  // namespace ca
