#include "ca/token_session.h"

#include <array>
#include <cstddef>
#include <string>

#include "ca/key_wrap.h"
#include "ca/pkcs11_error.h"
#include "ca/token_algorithm.h"
#include "ca/token_template.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kLongestSignature = 1024;  // RSA-4096: 512

constexpr std::array<std::uint8_t, 3> kPublicExponent{0x01, 0x00, 0x01};

// PKCS #11 takes pointers to writable memory for what it only reads.
unsigned char* unlocked(base::ByteView bytes) {
  return const_cast<unsigned char*>(bytes.data());
}

CK_OBJECT_HANDLE handle_of(TokenObject object) {
  return static_cast<CK_OBJECT_HANDLE>(object);
}

// What every private key here is, apart from whether it may be wrapped. What is not forbidden
// SoftHSM allows.
void describe_private_key(TokenTemplate& about) {
  about.no(CKA_TOKEN).yes(CKA_PRIVATE).yes(CKA_SENSITIVE).yes(CKA_SIGN);
  about.no(CKA_SIGN_RECOVER).no(CKA_DECRYPT).no(CKA_UNWRAP).no(CKA_DERIVE);
}

// What a token says to a blob that does not open differs; SoftHSM says CKR_GENERAL_ERROR.
Error unwrap_error(CK_RV answer) {
  const std::string doing = "opening the wrapped key in the token";
  const bool may_be_the_blob = answer == CKR_GENERAL_ERROR || answer == CKR_FUNCTION_FAILED ||
                               answer == CKR_ENCRYPTED_DATA_INVALID ||
                               answer == CKR_ENCRYPTED_DATA_LEN_RANGE ||
                               answer == CKR_WRAPPED_KEY_LEN_RANGE;
  return pkcs11_error(may_be_the_blob ? CKR_WRAPPED_KEY_INVALID : answer, doing);
}

Error too_long(const std::string& doing) {
  return pkcs11_error(CKR_DEVICE_ERROR, doing);
}

}  // namespace

base::Result<std::shared_ptr<TokenSession>> TokenSession::open(CK_FUNCTION_LIST& functions,
                                                               const Pkcs11Dialect& dialect,
                                                               CK_SLOT_ID slot) {
  std::shared_ptr<TokenSession> session(new TokenSession(functions, dialect));
  const CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
  const CK_RV answer = functions.C_OpenSession(slot, flags, nullptr, nullptr, &session->session_);
  if (answer != CKR_OK) {
    session->functions_ = nullptr;
    return pkcs11_error(answer, "opening the token");
  }
  return session;
}

TokenSession::~TokenSession() {
  close();
}

void TokenSession::close() {
  if (functions_ != nullptr) {
    functions_->C_CloseSession(session_);
    functions_ = nullptr;
  }
}

base::Result<void> TokenSession::require_open() const {
  if (functions_ == nullptr) {
    return Error{ErrorCode::kWrongState,
                 "the token was closed and its keys are destroyed; open the root key again with "
                 "its shares"};
  }
  return {};
}

base::Result<void> TokenSession::login(TokenUser user, const base::SecretBytes& pin) {
  if (base::Result<void> open = require_open(); !open) {
    return open;
  }
  const base::SecretBytes::Reader digits = pin.read();
  const CK_RV answer = functions_->C_Login(
      session_, static_cast<CK_USER_TYPE>(user), unlocked(digits.bytes()), digits.bytes().size());
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "logging in to the token");
  }
  return {};
}

base::Result<void> TokenSession::logout() {
  if (base::Result<void> open = require_open(); !open) {
    return open;
  }
  if (const CK_RV answer = functions_->C_Logout(session_); answer != CKR_OK) {
    return pkcs11_error(answer, "logging out of the token");
  }
  return {};
}

base::Result<void> TokenSession::set_user_pin(const base::SecretBytes& pin) {
  if (base::Result<void> open = require_open(); !open) {
    return open;
  }
  const base::SecretBytes::Reader digits = pin.read();
  const CK_RV answer =
      functions_->C_InitPIN(session_, unlocked(digits.bytes()), digits.bytes().size());
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "setting the token's PIN");
  }
  return {};
}

base::Result<TokenKeyPair> TokenSession::generate_key_pair(Algorithm algorithm,
                                                           Extractable extractable) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const base::Result<TokenAlgorithm> terms = token_algorithm(algorithm, dialect_);
  if (!terms) {
    return terms.error();
  }
  TokenTemplate public_half;
  public_half.no(CKA_TOKEN).yes(CKA_VERIFY);
  if (terms->modulus_bits != 0) {
    public_half.number(CKA_MODULUS_BITS, terms->modulus_bits)
        .bytes(CKA_PUBLIC_EXPONENT, kPublicExponent);
  } else {
    public_half.bytes(CKA_EC_PARAMS, terms->ec_params);
  }
  TokenTemplate private_half;
  describe_private_key(private_half);
  if (extractable == Extractable::kYes) {
    private_half.yes(CKA_EXTRACTABLE);
  } else {
    private_half.no(CKA_EXTRACTABLE);
  }
  CK_MECHANISM mechanism{terms->generate, nullptr, 0};
  CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
  CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_GenerateKeyPair(session_,
                                                     &mechanism,
                                                     public_half.data(),
                                                     public_half.size(),
                                                     private_half.data(),
                                                     private_half.size(),
                                                     &public_key,
                                                     &private_key);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "making a key in the token");
  }
  return TokenKeyPair{.private_key = TokenObject{private_key},
                      .public_key = TokenObject{public_key}};
}

base::Result<TokenObject> TokenSession::import_kek(const Kek& kek, KekUse use) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const base::SecretBytes::Reader value = kek.bytes().read();
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_AES)
      .no(CKA_TOKEN)
      .yes(CKA_PRIVATE)  // SoftHSM keeps the value of a public object unmasked in memory
      .yes(CKA_SENSITIVE)
      .no(CKA_EXTRACTABLE)
      .no(CKA_ENCRYPT)
      .no(CKA_DECRYPT)
      .no(CKA_SIGN)
      .no(CKA_VERIFY)
      .no(CKA_DERIVE)
      .bytes(CKA_VALUE, value.bytes());
  if (use == KekUse::kWrap) {
    about.yes(CKA_WRAP).no(CKA_UNWRAP);
  } else {
    about.no(CKA_WRAP).yes(CKA_UNWRAP);
  }
  CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_CreateObject(session_, about.data(), about.size(), &object);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "giving the token the key-encryption key");
  }
  return TokenObject{object};
}

base::Result<base::Bytes> TokenSession::wrap_private_key(const WrapInToken& what) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const std::string doing = "wrapping the key in the token";
  CK_MECHANISM mechanism{dialect_.wrap_with_padding, nullptr, 0};
  base::Bytes blob(kLongestBlob);
  CK_ULONG length = blob.size();
  const CK_RV answer = functions_->C_WrapKey(
      session_, &mechanism, handle_of(what.kek), handle_of(what.private_key), blob.data(), &length);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, doing);
  }
  if (length > blob.size()) {
    return too_long(doing);
  }
  blob.resize(length);
  return blob;
}

base::Result<TokenObject> TokenSession::unwrap(const UnwrapInToken& what, TokenTemplate& about) {
  CK_MECHANISM mechanism{dialect_.wrap_with_padding, nullptr, 0};
  CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_UnwrapKey(session_,
                                               &mechanism,
                                               handle_of(what.kek),
                                               unlocked(what.blob),
                                               what.blob.size(),
                                               about.data(),
                                               about.size(),
                                               &object);
  if (answer != CKR_OK) {
    return unwrap_error(answer);
  }
  return TokenObject{object};
}

base::Result<TokenObject> TokenSession::unwrap_private_key(const UnwrapInToken& what,
                                                           Algorithm algorithm) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const base::Result<TokenAlgorithm> terms = token_algorithm(algorithm, dialect_);
  if (!terms) {
    return terms.error();
  }
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, terms->key_type);
  describe_private_key(about);
  about.no(CKA_EXTRACTABLE);
  return unwrap(what, about);
}

base::Result<base::SecretBytes> TokenSession::unwrap_bytes(const UnwrapInToken& what) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
      .no(CKA_TOKEN)
      .yes(CKA_PRIVATE)
      .no(CKA_SENSITIVE)
      .yes(CKA_EXTRACTABLE);
  const base::Result<TokenObject> object = unwrap(what, about);
  if (!object) {
    return object.error();
  }
  base::SecretBytes padded(kLongestBlob);
  CK_ATTRIBUTE value{CKA_VALUE, nullptr, kLongestBlob};
  CK_RV read = CKR_OK;
  {
    const base::SecretBytes::Writer writer = padded.write();
    value.pValue = writer.bytes().data();
    read = functions_->C_GetAttributeValue(session_, handle_of(*object), &value, 1);
  }
  const base::Result<void> destroyed = destroy_object(*object);
  const std::string doing = "reading back what the token unwrapped";
  if (read != CKR_OK) {
    return pkcs11_error(read, doing);
  }
  if (!destroyed) {
    return destroyed.error();
  }
  if (value.ulValueLen > kLongestBlob) {
    return too_long(doing);
  }
  const base::SecretBytes::Reader reader = padded.read();
  return base::SecretBytes::copy_of(reader.bytes().first(value.ulValueLen));
}

base::Result<TokenObject> TokenSession::import_ed25519(const base::SecretBytes& raw_private_key) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const base::Result<TokenAlgorithm> terms = token_algorithm(Algorithm::kEd25519, dialect_);
  if (!terms) {
    return terms.error();
  }
  const base::SecretBytes::Reader value = raw_private_key.read();
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC_EDWARDS);
  describe_private_key(about);
  // The bare 32 bytes: SoftHSM takes an OCTET STRING around them too, and then cannot sign.
  about.no(CKA_EXTRACTABLE).bytes(CKA_EC_PARAMS, terms->ec_params).bytes(CKA_VALUE, value.bytes());
  CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_CreateObject(session_, about.data(), about.size(), &object);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "putting the key into the token");
  }
  return TokenObject{object};
}

base::Result<base::Bytes> TokenSession::sign(Algorithm algorithm, const SignInToken& what) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  const base::Result<TokenAlgorithm> terms = token_algorithm(algorithm, dialect_);
  if (!terms) {
    return terms.error();
  }
  const std::string doing = "signing in the token";
  CK_MECHANISM mechanism{terms->sign, nullptr, 0};
  const CK_RV begun = functions_->C_SignInit(session_, &mechanism, handle_of(what.private_key));
  if (begun != CKR_OK) {
    return pkcs11_error(begun, doing);
  }
  base::Bytes signature(kLongestSignature);
  CK_ULONG length = signature.size();
  const CK_RV answer = functions_->C_Sign(
      session_, unlocked(what.input), what.input.size(), signature.data(), &length);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, doing);
  }
  if (length > signature.size()) {
    return too_long(doing);
  }
  signature.resize(length);
  return signature;
}

}  // namespace ca
