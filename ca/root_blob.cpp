#include "ca/root_blob.h"

#include <utility>

#include "ca/key_wrap.h"
#include "ca/public_key.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

Error another_key() {
  return Error{ErrorCode::kInconsistent,
               "the wrapped key opens, but it is not the key of this root certificate; bring the "
               "wrapped key and the certificate that belong together"};
}

Error implementations_disagree() {
  return Error{ErrorCode::kInconsistent,
               "the token and OpenSSL do not agree about the wrapped key, so nobody could rely on "
               "it; do not use this token, and begin again with another"};
}

// A KEK in the token for as long as this lives; it goes with the session at the latest.
class KekInToken {
 public:
  KekInToken(TokenSession& session, TokenObject object) : session_(session), object_(object) {}
  ~KekInToken() { (void)session_.destroy_object(object_).ok(); }
  KekInToken(const KekInToken&) = delete;
  KekInToken& operator=(const KekInToken&) = delete;

 private:
  TokenSession& session_;
  TokenObject object_;
};

// What the token wraps is under this KEK, so only the KEK in it can be wrong in the proof.
base::Result<base::Bytes> wrap_by_token(TokenSession& session, TokenObject key, const Kek& kek) {
  const base::Result<TokenObject> kek_object = session.import_kek(kek, KekUse::kWrap);
  if (!kek_object) {
    return kek_object.error();
  }
  const KekInToken guard(session, *kek_object);
  return session.wrap_private_key({.private_key = key, .kek = *kek_object});
}

base::Result<TokenObject> unwrap_by_token(TokenSession& session,
                                          const WrappedKey& wrapped,
                                          const Kek& kek) {
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(wrapped.public_key_info);
  if (!algorithm) {
    return algorithm.error();
  }
  const base::Result<TokenObject> kek_object = session.import_kek(kek, KekUse::kUnwrap);
  if (!kek_object) {
    return kek_object.error();
  }
  const KekInToken guard(session, *kek_object);
  return session.unwrap_private_key({.blob = wrapped.blob, .kek = *kek_object}, *algorithm);
}

// Ed25519 on SoftHSM: unwrapped by libcrypto, then put into the token.
base::Result<TokenObject> import_into_token(TokenSession& session,
                                            const WrappedKey& wrapped,
                                            const Kek& kek) {
  const base::Result<std::unique_ptr<SoftwareKey>> key = open_by_openssl(wrapped, kek);
  if (!key) {
    return key.error();
  }
  const base::Result<base::SecretBytes> raw = (*key)->raw_private_key();
  if (!raw) {
    return raw.error();
  }
  return session.import_ed25519(*raw);
}

base::Result<void> prove_same_bytes(TokenSession& session,
                                    const WrappedKey& wrapped,
                                    const Kek& kek) {
  const base::Result<base::SecretBytes> by_openssl = unwrap_by_openssl(wrapped.blob, kek);
  if (!by_openssl) {
    return by_openssl.error();
  }
  const base::Result<TokenObject> kek_object = session.import_kek(kek, KekUse::kUnwrap);
  if (!kek_object) {
    return kek_object.error();
  }
  const KekInToken guard(session, *kek_object);
  const base::Result<base::SecretBytes> by_token =
      session.unwrap_bytes({.blob = wrapped.blob, .kek = *kek_object});
  if (!by_token) {
    return by_token.error();
  }
  if (!by_token->equals(*by_openssl)) {
    return implementations_disagree();
  }
  return {};
}

}  // namespace

bool token_holds(Algorithm algorithm) {
  return post_quantum_name_of(algorithm) == nullptr;
}

bool token_wraps(const TokenSession& session, Algorithm algorithm) {
  if (algorithm == Algorithm::kEd25519) {
    return session.dialect().edwards_wrapping == Pkcs11Dialect::EdwardsWrapping::kYes;
  }
  return token_holds(algorithm);
}

base::Result<base::Bytes> wrap_from_token(TokenSession& session, TokenObject key, const Kek& kek) {
  const base::Result<base::Bytes> from_token = wrap_by_token(session, key, kek);
  if (!from_token) {
    return from_token.error();
  }
  const base::Result<base::SecretBytes> padded = unwrap_by_openssl(*from_token, kek);
  if (!padded) {
    return implementations_disagree();
  }
  const base::Result<base::SecretBytes> pkcs8 = without_stray_zeros(*padded);
  if (!pkcs8) {
    return pkcs8.error();
  }
  base::Result<base::Bytes> blob = wrap_by_openssl(*pkcs8, kek);
  // Key wrap has no randomness: without stray zeros both must have made the same bytes.
  if (blob && pkcs8->size() == padded->size() && *blob != *from_token) {
    return implementations_disagree();
  }
  return blob;
}

base::Result<std::unique_ptr<SoftwareKey>> open_by_openssl(const WrappedKey& wrapped,
                                                           const Kek& kek) {
  const base::Result<base::SecretBytes> pkcs8 = unwrap_by_openssl(wrapped.blob, kek);
  if (!pkcs8) {
    return pkcs8.error();
  }
  base::Result<std::unique_ptr<SoftwareKey>> key = SoftwareKey::from_pkcs8(*pkcs8);
  if (!key) {
    return key;
  }
  const base::Result<bool> same =
      is_same_public_key((*key)->public_key_info(), wrapped.public_key_info);
  if (!same) {
    return same.error();
  }
  if (!*same) {
    return another_key();
  }
  if (base::Result<void> proven = prove_possession(**key); !proven) {
    return proven.error();
  }
  return key;
}

base::Result<std::unique_ptr<TokenKey>> open_in_token(const std::shared_ptr<TokenSession>& session,
                                                      const WrappedKey& wrapped,
                                                      const Kek& kek) {
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(wrapped.public_key_info);
  if (!algorithm) {
    return algorithm.error();
  }
  const bool by_token = token_wraps(*session, *algorithm) || !token_holds(*algorithm);
  const base::Result<TokenObject> object = by_token ? unwrap_by_token(*session, wrapped, kek)
                                                    : import_into_token(*session, wrapped, kek);
  if (!object) {
    return object.error();
  }
  auto key = std::make_unique<TokenKey>(
      TokenKey::Place{.session = session, .private_key = *object},
      *algorithm,
      base::Bytes(wrapped.public_key_info.begin(), wrapped.public_key_info.end()));
  const base::Result<void> proven = prove_possession(*key);
  if (proven) {
    return key;
  }
  if (base::Result<void> destroyed = key->destroy(); !destroyed) {
    return destroyed.error();
  }
  return proven.error().code == ErrorCode::kInconsistent ? another_key() : proven.error();
}

base::Result<void> prove_blob_opens_elsewhere(const std::shared_ptr<TokenSession>& session,
                                              const WrappedKey& wrapped,
                                              const Kek& kek) {
  const base::Result<std::unique_ptr<SoftwareKey>> by_openssl = open_by_openssl(wrapped, kek);
  if (!by_openssl) {
    return by_openssl.error();
  }
  const Algorithm algorithm = (*by_openssl)->algorithm();
  if (!token_wraps(*session, algorithm)) {
    if (base::Result<void> same = prove_same_bytes(*session, wrapped, kek); !same) {
      return same;
    }
  }
  if (!token_holds(algorithm)) {
    return {};
  }
  const base::Result<std::unique_ptr<TokenKey>> by_token = open_in_token(session, wrapped, kek);
  if (!by_token) {
    return by_token.error();
  }
  return (*by_token)->destroy();
}

}  // namespace ca
