// tests/support/soft_hsm.h - folders of SoftHSM that stand for HSMs: tokens with a label and a PIN,
// there before a ceremony and after it.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "ca/hsm_token.h"
#include "ca/pkcs11_module.h"
#include "ca/token_session.h"
#include "support/temporary_folder.h"

namespace support {

inline constexpr std::string_view kHsmPin = "27182818";

inline base::SecretBytes hsm_secret(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// One machine's SoftHSM, with a settings file of its own. No token of this process may be open
// while one is made.
class SoftHsm {
 public:
  SoftHsm() {
    std::filesystem::create_directory(folder_.path() / "tokens");
    const std::string settings =
        "directories.tokendir = " + (folder_.path() / "tokens").string() +
        "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
    plant(folder_.path() / "softhsm2.conf", settings);
  }

  // A token with that label, and with kHsmPin where it is to have one.
  void add(std::string label, bool has_pin = true) const {
    const auto module = load();
    const CK_SLOT_ID free = module->slots_with_token().value().back();
    label.resize(32, ' ');
    std::string officer_pin = "87654321";
    REQUIRE(module->functions().C_InitToken(free,
                                            reinterpret_cast<unsigned char*>(officer_pin.data()),
                                            officer_pin.size(),
                                            reinterpret_cast<unsigned char*>(label.data())) ==
            CKR_OK);
    for (const CK_SLOT_ID slot : module->slots_with_token().value()) {
      CK_TOKEN_INFO info{};
      REQUIRE(module->functions().C_GetTokenInfo(slot, &info) == CKR_OK);
      const bool is_new =
          (info.flags & CKF_TOKEN_INITIALIZED) != 0 && (info.flags & CKF_USER_PIN_INITIALIZED) == 0;
      if (!is_new || !has_pin) {
        continue;
      }
      const auto session = ca::TokenSession::open(module->functions(), module->dialect(), slot);
      REQUIRE(session.ok());
      REQUIRE((*session)->login(ca::TokenUser::kSecurityOfficer, hsm_secret(officer_pin)).ok());
      REQUIRE((*session)->set_user_pin(hsm_secret(kHsmPin)).ok());
    }
  }

  [[nodiscard]] std::string settings() const {
    return "SOFTHSM2_CONF=" + (folder_.path() / "softhsm2.conf").string();
  }

  [[nodiscard]] ca::HsmPlace place(const std::string& label) const {
    return {.library = ca::Pkcs11Module::find_softhsm().value(),
            .label = label,
            .settings = settings()};
  }

  // Where the files of its tokens are.
  [[nodiscard]] std::filesystem::path tokens() const { return folder_.path() / "tokens"; }

 private:
  [[nodiscard]] std::unique_ptr<ca::Pkcs11Module> load() const {
    auto module = ca::Pkcs11Module::load(ca::Pkcs11Module::find_softhsm().value(), settings());
    REQUIRE_MESSAGE(module.ok(), (module ? "" : module.error().message));
    return std::move(module).value();
  }

  TemporaryFolder folder_;
};

}  // namespace support
