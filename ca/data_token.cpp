#include "ca/data_token.h"

#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "ca/openssl_memory.h"
#include "ca/pkcs11_error.h"
#include "ca/softhsm_settings.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kMemoryFolder = "/dev/shm";

Error no_token() {
  return Error{ErrorCode::kNotFound,
               "no token (smartcard) with a PIN is inserted; insert the holder's own, and do this "
               "again"};
}

// The one token that somebody has set a PIN for. SoftHSM shows an empty one beside it.
base::Result<CK_SLOT_ID> inserted_token(const Pkcs11Module& module) {
  const base::Result<std::vector<CK_SLOT_ID>> slots = module.slots_with_token();
  if (!slots) {
    return slots.error();
  }
  std::optional<CK_SLOT_ID> found;
  for (const CK_SLOT_ID slot : *slots) {
    CK_TOKEN_INFO info{};
    if (const CK_RV answer = module.functions().C_GetTokenInfo(slot, &info); answer != CKR_OK) {
      return pkcs11_error(answer, "asking the token what it is");
    }
    if ((info.flags & CKF_USER_PIN_INITIALIZED) == 0) {
      continue;
    }
    if (found) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "more than one token (smartcard) is inserted, so nobody knows which PIN is "
                   "whose; no PIN was tried; leave the holder's own, take out the others, and do "
                   "this again"};
    }
    found = slot;
  }
  return found ? base::Result<CK_SLOT_ID>(*found) : base::Result<CK_SLOT_ID>(no_token());
}

}  // namespace

base::Result<std::unique_ptr<DataToken>> DataToken::open(const DataTokenPlace& place,
                                                         const base::SecretBytes& pin) {
  if (base::Result<void> prepared = prepare_openssl(); !prepared) {
    return prepared.error();
  }
  std::unique_ptr<DataToken> token(new DataToken());
  if (base::Result<void> started = token->start_library(place); !started) {
    return started.error();
  }
  if (base::Result<void> opened = token->open_session(pin); !opened) {
    return opened.error();
  }
  return token;
}

DataToken::~DataToken() {
  session_.reset();
  module_.reset();
  if (settings_ != nullptr) {
    forget_softhsm_settings();
  }
}

base::Result<std::filesystem::path> DataToken::prepare_softhsm(
    const std::filesystem::path& tokens) {
  std::error_code failed;
  if (!std::filesystem::is_directory(tokens, failed)) {
    return no_token();
  }
  base::Result<std::filesystem::path> library = Pkcs11Module::find_softhsm();
  if (!library) {
    return library;
  }
  base::Result<std::unique_ptr<RamDirectory>> folder =
      RamDirectory::create(kMemoryFolder, RamOnly::kYes);
  if (!folder) {
    return folder.error();
  }
  settings_ = std::move(*folder);
  const base::Result<void> pointed =
      point_softhsm_to({.settings = settings_->path(), .tokens = tokens});
  return pointed ? library : base::Result<std::filesystem::path>(pointed.error());
}

base::Result<void> DataToken::start_library(const DataTokenPlace& place) {
  const base::Result<std::filesystem::path> library =
      place.library.empty() ? prepare_softhsm(place.softhsm_folder)
                            : base::Result<std::filesystem::path>(place.library);
  if (!library) {
    return library.error();
  }
  base::Result<std::unique_ptr<Pkcs11Module>> module = Pkcs11Module::load(*library);
  if (!module) {
    return module.error();
  }
  module_ = std::move(*module);
  return {};
}

base::Result<void> DataToken::open_session(const base::SecretBytes& pin) {
  const base::Result<CK_SLOT_ID> slot = inserted_token(*module_);
  if (!slot) {
    return slot.error();
  }
  slot_ = *slot;
  base::Result<TokenFacts> facts = read_token_facts(*module_, slot_);
  if (!facts) {
    return facts.error();
  }
  facts_ = std::move(*facts);
  base::Result<std::shared_ptr<TokenSession>> session =
      TokenSession::open(module_->functions(), module_->dialect(), slot_);
  if (!session) {
    return session.error();
  }
  session_ = std::move(*session);
  return session_->login(TokenUser::kUser, pin);
}

base::Result<TokenObject> DataToken::object_labelled(std::string_view label) {
  const base::Result<std::vector<TokenObject>> found = session_->find_data(label);
  if (!found) {
    return found.error();
  }
  if (found->empty()) {
    return Error{ErrorCode::kNotFound,
                 "this token (smartcard) keeps nothing that is wanted here; insert the one that "
                 "was handed out for this"};
  }
  if (found->size() > 1) {
    return Error{ErrorCode::kInconsistent,
                 "this token (smartcard) keeps two objects of one name, so nobody knows which "
                 "counts; nothing was read or changed; raise an exception"};
  }
  return found->front();
}

base::Result<base::Bytes> DataToken::read(std::string_view label) {
  const base::Result<TokenObject> object = object_labelled(label);
  if (!object) {
    return object.error();
  }
  return session_->read_data(*object);
}

base::Result<void> DataToken::write_new(const TokenData& data) {
  const base::Result<TokenObject> there = object_labelled(data.label);
  if (there || there.error().code == ErrorCode::kInconsistent) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this token (smartcard) holds something of that name already; nothing is ever "
                 "overwritten; take another token, or have its holder see what is in this one"};
  }
  if (there.error().code != ErrorCode::kNotFound) {
    return there.error();
  }
  const base::Result<TokenObject> written = session_->store_data(data);
  if (!written) {
    return written.error();
  }
  return read_back(data);
}

// A login counts for every session with the token.
base::Result<void> DataToken::read_back(const TokenData& data) {
  const base::Result<std::shared_ptr<TokenSession>> reader =
      TokenSession::open(module_->functions(), module_->dialect(), slot_);
  if (!reader) {
    return reader.error();
  }
  const base::Result<std::vector<TokenObject>> found = (*reader)->find_data(data.label);
  if (!found) {
    return found.error();
  }
  const base::Result<base::Bytes> back = found->size() == 1
                                             ? (*reader)->read_data(found->front())
                                             : base::Result<base::Bytes>(base::Bytes());
  if (!back) {
    return back.error();
  }
  if (*back != base::Bytes(data.value.begin(), data.value.end())) {
    return Error{
        ErrorCode::kInconsistent,
        "the token (smartcard) gives back something else than was written into it; it does "
        "not count; take another token"};
  }
  return {};
}

base::Result<void> DataToken::remove(std::string_view label) {
  const base::Result<TokenObject> object = object_labelled(label);
  if (!object) {
    return object.error();
  }
  return session_->destroy_object(*object);
}

}  // namespace ca
