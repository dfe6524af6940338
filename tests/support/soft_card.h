// tests/support/soft_card.h - a SoftHSM token with a PIN, whose files stand for somebody's
// smartcard.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "ca/pkcs11_module.h"
#include "ca/ram_directory.h"
#include "ca/softhsm_settings.h"
#include "ca/token_session.h"

namespace support {

inline base::SecretBytes secret_text(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// A card in `folder`, as its issuer hands it out; a second one in the same folder is as if two were
// in the readers. No token of this process may be open.
inline void make_soft_card(const std::filesystem::path& folder, std::string_view pin) {
  const auto settings = ca::RamDirectory::create("/dev/shm", ca::RamOnly::kYes);
  REQUIRE(settings.ok());
  REQUIRE(ca::point_softhsm_to({.settings = (*settings)->path(), .tokens = folder}).ok());
  {
    const auto module = ca::Pkcs11Module::load(ca::Pkcs11Module::find_softhsm().value());
    REQUIRE(module.ok());
    const CK_SLOT_ID free = (*module)->slots_with_token().value().back();
    std::string officer_pin = "87654321";
    std::string label = "holder";
    label.resize(32, ' ');
    REQUIRE((*module)->functions().C_InitToken(free,
                                               reinterpret_cast<unsigned char*>(officer_pin.data()),
                                               officer_pin.size(),
                                               reinterpret_cast<unsigned char*>(label.data())) ==
            CKR_OK);
    for (const CK_SLOT_ID slot : (*module)->slots_with_token().value()) {
      CK_TOKEN_INFO info{};
      REQUIRE((*module)->functions().C_GetTokenInfo(slot, &info) == CKR_OK);
      const bool is_new =
          (info.flags & CKF_TOKEN_INITIALIZED) != 0 && (info.flags & CKF_USER_PIN_INITIALIZED) == 0;
      if (!is_new) {
        continue;
      }
      const auto session =
          ca::TokenSession::open((*module)->functions(), (*module)->dialect(), slot);
      REQUIRE(session.ok());
      REQUIRE((*session)->login(ca::TokenUser::kSecurityOfficer, secret_text(officer_pin)).ok());
      REQUIRE((*session)->set_user_pin(secret_text(pin)).ok());
    }
  }
  ca::forget_softhsm_settings();
}

}  // namespace support
