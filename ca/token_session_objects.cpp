// What of a token session is the same for every kind of object: looking for it, reading it, and
// taking it away; and the data that stays in a token.

#include <array>
#include <cstddef>
#include <string>

#include "ca/pkcs11_error.h"
#include "ca/token_session.h"
#include "ca/token_template.h"

namespace ca {

namespace {

constexpr std::size_t kLongestAttribute = 8192;  // RSA-4096: 512, a public key of ML-DSA-87: 2592
constexpr std::string_view kApplication = "Conclave";
constexpr std::size_t kFindAtOnce = 32;
constexpr std::size_t kMostObjects = 4096;  // more than that is not a token of ours

CK_OBJECT_HANDLE number_of(TokenObject object) {
  return static_cast<CK_OBJECT_HANDLE>(object);
}

}  // namespace

base::Result<base::Bytes> TokenSession::read_value(CK_ATTRIBUTE_TYPE type,
                                                   TokenObject object,
                                                   const std::string& doing) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  base::Bytes value(kLongestAttribute);
  CK_ATTRIBUTE attribute{type, value.data(), value.size()};
  const CK_RV answer = functions_->C_GetAttributeValue(session_, number_of(object), &attribute, 1);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, doing);
  }
  if (attribute.ulValueLen > value.size()) {
    return pkcs11_error(CKR_DEVICE_ERROR, doing);
  }
  value.resize(attribute.ulValueLen);
  return value;
}

base::Result<base::Bytes> TokenSession::read_attribute(TokenObject object, CK_ATTRIBUTE_TYPE type) {
  return read_value(type, object, "reading a key's public part from the token");
}

base::Result<base::Bytes> TokenSession::read_data(TokenObject object) {
  return read_value(CKA_VALUE, object, "reading what the token keeps");
}

base::Result<std::vector<TokenObject>> TokenSession::find_all(TokenTemplate& about,
                                                              const std::string& doing) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  CK_RV answer = functions_->C_FindObjectsInit(session_, about.data(), about.size());
  if (answer != CKR_OK) {
    return pkcs11_error(answer, doing);
  }
  std::vector<TokenObject> found;
  std::array<CK_OBJECT_HANDLE, kFindAtOnce> some{};
  CK_ULONG count = 0;
  do {
    answer = functions_->C_FindObjects(session_, some.data(), some.size(), &count);
    for (CK_ULONG i = 0; answer == CKR_OK && i < count; ++i) {
      found.push_back(TokenObject{some.at(i)});
    }
  } while (answer == CKR_OK && count > 0 && found.size() < kMostObjects);
  functions_->C_FindObjectsFinal(session_);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, doing);
  }
  return found;
}

base::Result<std::vector<TokenObject>> TokenSession::find(CK_OBJECT_CLASS object_class) {
  TokenTemplate about;
  about.number(CKA_CLASS, object_class);
  return find_all(about, "looking for keys in the token");
}

base::Result<std::vector<TokenObject>> TokenSession::find_data(std::string_view label) {
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_DATA).bytes(CKA_LABEL, base::bytes_of(label));
  return find_all(about, "looking for what the token keeps");
}

base::Result<TokenObject> TokenSession::store_data(const TokenData& data) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_DATA)
      .yes(CKA_TOKEN)
      .yes(CKA_PRIVATE)
      .no(CKA_MODIFIABLE)
      .bytes(CKA_APPLICATION, base::bytes_of(kApplication))
      .bytes(CKA_LABEL, base::bytes_of(data.label))
      .bytes(CKA_VALUE, data.value);
  CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_CreateObject(session_, about.data(), about.size(), &object);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "writing into the token");
  }
  return TokenObject{object};
}

base::Result<TokenObject> TokenSession::import_sample(base::ByteView bytes) {
  if (base::Result<void> open = require_open(); !open) {
    return open.error();
  }
  TokenTemplate about;
  about.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
      .no(CKA_TOKEN)
      .yes(CKA_EXTRACTABLE)
      .bytes(CKA_VALUE, bytes);
  CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
  const CK_RV answer = functions_->C_CreateObject(session_, about.data(), about.size(), &object);
  if (answer != CKR_OK) {
    return pkcs11_error(answer, "giving the token a sample to wrap");
  }
  return TokenObject{object};
}

base::Result<void> TokenSession::destroy_object(TokenObject object) {
  if (base::Result<void> open = require_open(); !open) {
    return open;
  }
  if (const CK_RV answer = functions_->C_DestroyObject(session_, number_of(object));
      answer != CKR_OK) {
    return pkcs11_error(answer, "destroying an object in the token");
  }
  return {};
}

}  // namespace ca
