#include "ca/root_key.h"

#include "ca/key_wrap.h"
#include "ca/public_key.h"

namespace ca {

using base::Error;
using base::ErrorCode;

base::Result<std::unique_ptr<RootKey>> RootKey::generate(Token& token, Algorithm algorithm) {
  const std::shared_ptr<TokenSession>& session = token.session();
  if (token_wraps(*session, algorithm)) {
    base::Result<std::unique_ptr<TokenKey>> made =
        TokenKey::generate(session, algorithm, Extractable::kYes);
    if (!made) {
      return made.error();
    }
    std::unique_ptr<RootKey> key(new RootKey(session, algorithm, (*made)->public_key_info()));
    key->in_token_ = std::move(*made);
    key->may_be_wrapped_ = true;
    return key;
  }
  base::Result<std::unique_ptr<SoftwareKey>> made = SoftwareKey::generate(algorithm);
  if (!made) {
    return made.error();
  }
  std::unique_ptr<RootKey> key(new RootKey(session, algorithm, (*made)->public_key_info()));
  key->in_memory_ = std::move(*made);
  key->may_be_wrapped_ = true;
  return key;
}

base::Result<std::unique_ptr<RootKey>> RootKey::open(Token& token,
                                                     const WrappedKey& wrapped,
                                                     const Kek& kek) {
  const base::Result<Algorithm> algorithm = algorithm_of_public_key(wrapped.public_key_info);
  if (!algorithm) {
    return algorithm.error();
  }
  std::unique_ptr<RootKey> key(
      new RootKey(token.session(),
                  *algorithm,
                  base::Bytes(wrapped.public_key_info.begin(), wrapped.public_key_info.end())));
  if (base::Result<void> opened = key->live_from(wrapped, kek); !opened) {
    return opened.error();
  }
  return key;
}

RootKey::~RootKey() {
  // A key in the token goes with the session at the latest.
  (void)destroy().ok();
}

// Makes the key that comes out of the blob the one that signs.
base::Result<void> RootKey::live_from(const WrappedKey& wrapped, const Kek& kek) {
  if (!token_holds(algorithm_)) {
    base::Result<std::unique_ptr<SoftwareKey>> opened = open_by_openssl(wrapped, kek);
    if (!opened) {
      return opened.error();
    }
    in_memory_ = std::move(*opened);
    return {};
  }
  base::Result<std::unique_ptr<TokenKey>> opened = open_in_token(session_, wrapped, kek);
  if (!opened) {
    return opened.error();
  }
  const std::unique_ptr<TokenKey> before = std::exchange(in_token_, std::move(*opened));
  in_memory_.reset();
  return before == nullptr ? base::Result<void>() : before->destroy();
}

base::Result<base::Bytes> RootKey::make_blob(const Kek& kek) {
  if (in_token_ != nullptr) {
    return wrap_from_token(*session_, in_token_->object(), kek);
  }
  const base::Result<base::SecretBytes> pkcs8 = in_memory_->to_pkcs8();
  if (!pkcs8) {
    return pkcs8.error();
  }
  return wrap_by_openssl(*pkcs8, kek);
}

base::Result<base::Bytes> RootKey::wrap(const Kek& kek) {
  if (!may_be_wrapped_) {
    return Error{ErrorCode::kWrongState,
                 "this key cannot be taken out of the token, because it was wrapped or opened "
                 "before; use the wrapped key that there is"};
  }
  base::Result<base::Bytes> blob = make_blob(kek);
  if (!blob) {
    return blob;
  }
  const WrappedKey wrapped{.blob = *blob, .public_key_info = public_key_info_};
  if (base::Result<void> proven = prove_blob_opens_elsewhere(session_, wrapped, kek); !proven) {
    return proven.error();
  }
  if (base::Result<void> living = live_from(wrapped, kek); !living) {
    return living.error();
  }
  may_be_wrapped_ = false;
  return blob;
}

base::Result<base::Bytes> RootKey::sign(base::ByteView message) {
  if (in_token_ != nullptr) {
    return in_token_->sign(message);
  }
  if (in_memory_ == nullptr || !session_->is_open()) {
    return Error{ErrorCode::kWrongState,
                 "the key was destroyed; open the root key again with its shares"};
  }
  return in_memory_->sign(message);
}

base::Result<void> RootKey::destroy() {
  may_be_wrapped_ = false;
  in_memory_.reset();
  const std::unique_ptr<TokenKey> key = std::exchange(in_token_, nullptr);
  // With the session closed the key is gone already.
  return key == nullptr || !session_->is_open() ? base::Result<void>() : key->destroy();
}

}  // namespace ca
