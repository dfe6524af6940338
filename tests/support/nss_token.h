// tests/support/nss_token.h - NSS' software token (libsoftokn3.so of the package libnss3): the
// second PKCS #11 library that the tests have.

#pragma once

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "ca/hsm_token.h"
#include "ca/pkcs11_module.h"
#include "ca/token_session.h"
#include "support/soft_hsm.h"
#include "support/temporary_folder.h"

namespace support {

class NssToken {
 public:
  static constexpr const char* kLabel = "NSS Certificate DB";

  // A data base with kHsmPin. NSS has no PIN of an officer: an empty one sets the first.
  NssToken() {
    const auto module = ca::Pkcs11Module::load(library(), settings());
    REQUIRE_MESSAGE(module.ok(), (module ? "" : module.error().message));
    for (const CK_SLOT_ID slot : (*module)->slots_with_token().value()) {
      CK_TOKEN_INFO info{};
      REQUIRE((*module)->functions().C_GetTokenInfo(slot, &info) == CKR_OK);
      if (ca::text_in_field(info.label) != kLabel) {
        continue;
      }
      const auto session =
          ca::TokenSession::open((*module)->functions(), (*module)->dialect(), slot);
      REQUIRE(session.ok());
      REQUIRE((*session)->login(ca::TokenUser::kSecurityOfficer, hsm_secret("")).ok());
      REQUIRE((*session)->set_user_pin(hsm_secret(kHsmPin)).ok());
      REQUIRE((*session)->logout().ok());
    }
  }

  static std::filesystem::path library() {
    const std::filesystem::path triplet = "/usr/lib/x86_64-linux-gnu/libsoftokn3.so";
    return std::filesystem::exists(triplet)
               ? triplet
               : std::filesystem::path("/usr/lib/aarch64-linux-gnu/libsoftokn3.so");
  }

  [[nodiscard]] std::string settings() const {
    return "configdir='sql:" + folder_.path().string() +
           "' certPrefix='' keyPrefix='' secmod='secmod.db' flags=";
  }

  [[nodiscard]] ca::HsmPlace place() const {
    return {.library = library(), .label = kLabel, .settings = settings()};
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace support
