// ca/token_session.h - a session with one token: log in, make, wrap, unwrap, use and destroy keys.
//
// Every key made here is a session object: it is never written to the token's storage and is gone
// when the session closes. What stays in a token is data alone, put there by store_data(). Source:
// PKCS #11 v2.40.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ca/algorithm.h"
#include "ca/kek.h"
#include "ca/pkcs11_module.h"
#include "ca/token_template.h"

namespace ca {

// An object in the token; good for the session that gave it.
enum class TokenObject : CK_OBJECT_HANDLE {};

struct TokenKeyPair {
  TokenObject private_key;
  TokenObject public_key;
};

enum class Extractable { kNo, kYes };  // whether the private key may be wrapped; never in clear
enum class KekUse { kWrap, kUnwrap };  // a KEK in the token can do one of the two
enum class TokenUser : CK_USER_TYPE { kSecurityOfficer = CKU_SO, kUser = CKU_USER };

// Which private key to wrap under which KEK.
struct WrapInToken {
  TokenObject private_key;
  TokenObject kek;
};

// A blob (RFC 5649) to open under a KEK that is in the token; `blob` is borrowed.
struct UnwrapInToken {
  base::ByteView blob;
  TokenObject kek;
};

// What to sign with: `input` is that of token_signature_input(), borrowed.
struct SignInToken {
  TokenObject private_key;
  base::ByteView input;
};

// Data that stays in a token until it is destroyed, under a name; both are borrowed.
struct TokenData {
  std::string_view label;
  base::ByteView value;
};

// One read-write session. All calls give kWrongState after close(). Other errors are those of
// pkcs11_error(). One thread at a time.
class TokenSession {
 public:
  // The functions may be those of a Pkcs11Module, or a table that a test has changed; they must
  // stay good until close().
  static base::Result<std::shared_ptr<TokenSession>> open(CK_FUNCTION_LIST& functions,
                                                          const Pkcs11Dialect& dialect,
                                                          CK_SLOT_ID slot);

  ~TokenSession();
  TokenSession(const TokenSession&) = delete;
  TokenSession& operator=(const TokenSession&) = delete;

  [[nodiscard]] const Pkcs11Dialect& dialect() const { return dialect_; }

  // From here on it speaks so.
  void speak(const Pkcs11Dialect& dialect) { dialect_ = dialect; }

  // Errors: kRefusedByPolicy for a wrong PIN.
  base::Result<void> login(TokenUser user, const base::SecretBytes& pin);
  base::Result<void> logout();

  // Sets the user's PIN; the security officer must be logged in.
  base::Result<void> set_user_pin(const base::SecretBytes& pin);

  // Ends the session and with it every object made in it. May be called again.
  void close();
  [[nodiscard]] bool is_open() const { return functions_ != nullptr; }

  // A new pair whose private half is private and sensitive and can only sign.
  // Errors: kRefusedByPolicy for an algorithm that the token does not have (a post-quantum one).
  base::Result<TokenKeyPair> generate_key_pair(Algorithm algorithm, Extractable extractable);

  // Puts the KEK into the token: private, sensitive, not extractable, good for `use` only.
  base::Result<TokenObject> import_kek(const Kek& kek, KekUse use);

  // The private key as PKCS #8 under the KEK, RFC 5649. SoftHSM 2.6 may add up to 7 zero bytes
  // behind the PKCS #8 (without_stray_zeros() takes them off).
  base::Result<base::Bytes> wrap_private_key(const WrapInToken& what);

  // Opens a blob into the token: a key that is sensitive, not extractable, and can only sign.
  // Errors: kInconsistent where it does not open (wrong KEK or altered; SoftHSM cannot say which).
  base::Result<TokenObject> unwrap_private_key(const UnwrapInToken& what, Algorithm algorithm);

  // Puts bytes that are no secret into the token, and that may be wrapped, so that it can be seen
  // how the token wraps.
  base::Result<TokenObject> import_sample(base::ByteView bytes);

  // Opens a blob as plain bytes, to prove that the token's key wrap agrees with another one about
  // a key that the token cannot hold. Errors: as unwrap_private_key().
  base::Result<base::SecretBytes> unwrap_bytes(const UnwrapInToken& what);

  // Puts an Ed25519 private key (its 32 bytes) into the token: sensitive, not extractable, for
  // signing only.
  base::Result<TokenObject> import_ed25519(const base::SecretBytes& raw_private_key);

  // What C_Sign gives; certificate_signature() brings it into the form of a certificate.
  base::Result<base::Bytes> sign(Algorithm algorithm, const SignInToken& what);

  // A public attribute. Errors: kRefusedByPolicy where the token calls it sensitive.
  base::Result<base::Bytes> read_attribute(TokenObject object, CK_ATTRIBUTE_TYPE type);

  // All objects of a class (CKO_PRIVATE_KEY, ...) that this session can see.
  base::Result<std::vector<TokenObject>> find(CK_OBJECT_CLASS object_class);

  base::Result<void> destroy_object(TokenObject object);

  // Keeps data in the token, private: to be seen after a login only. Says nothing of another object
  // with that label: see find_data().
  base::Result<TokenObject> store_data(const TokenData& data);

  // All data objects with that label (CKO_DATA) that this session can see.
  base::Result<std::vector<TokenObject>> find_data(std::string_view label);

  // What a data object holds, at most 8 KiB.
  base::Result<base::Bytes> read_data(TokenObject object);

 private:
  TokenSession(CK_FUNCTION_LIST& functions, const Pkcs11Dialect& dialect)
      : functions_(&functions), dialect_(dialect) {}

  base::Result<void> require_open() const;
  base::Result<TokenObject> unwrap(const UnwrapInToken& what, TokenTemplate& about);
  base::Result<base::Bytes> read_value(CK_ATTRIBUTE_TYPE type,
                                       TokenObject object,
                                       const std::string& doing);
  base::Result<std::vector<TokenObject>> find_all(TokenTemplate& about, const std::string& doing);

  CK_FUNCTION_LIST* functions_;  // null after close()
  Pkcs11Dialect dialect_;
  CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
};

}  // namespace ca
