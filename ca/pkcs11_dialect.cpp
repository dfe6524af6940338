#include "ca/pkcs11_dialect.h"

#include <algorithm>
#include <array>

namespace ca {

namespace {

using Curve = Pkcs11Dialect::EdwardsCurve;
using Wrapping = Pkcs11Dialect::EdwardsWrapping;
using Knowledge = Pkcs11Dialect::Knowledge;
using Settings = Pkcs11Dialect::SettingsWay;

// CKM_AES_KEY_WRAP_KWP of PKCS #11 v3.0 section 2.14; the 2.40 header does not know it.
constexpr CK_MECHANISM_TYPE kAesKeyWrapKwp = 0x210b;
// CKM_LUNA_AES_KWP: Thales' own number, from before there was a standard one.
constexpr CK_MECHANISM_TYPE kLunaAesKwp = CKM_VENDOR_DEFINED | 0x171;

// 0x210a is RFC 5649 at SoftHSM and nShield; PKCS #11 v3.0 gives it to another padding.
constexpr std::array kWrapNumbers{kAesKeyWrapKwp, CKM_AES_KEY_WRAP_PAD, kLunaAesKwp};

constexpr std::array kDialects{
    Pkcs11Dialect{.manufacturer = "SoftHSM",  // 2.6.1
                  .description = "",
                  .wrap_with_padding = CKM_AES_KEY_WRAP_PAD,
                  .edwards_curve = Curve::kName,
                  .edwards_wrapping = Wrapping::kNo,
                  .knowledge = Knowledge::kSeen,
                  .settings_way = Settings::kEnvironment,
                  .settings_name = "SOFTHSM2_CONF"},
    Pkcs11Dialect{.manufacturer = "Mozilla",  // NSS 3.87: no Ed25519
                  .description = "NSS",
                  .wrap_with_padding = kAesKeyWrapKwp,
                  .edwards_curve = Curve::kObjectIdentifier,
                  .edwards_wrapping = Wrapping::kNo,
                  .knowledge = Knowledge::kSeen,
                  .settings_way = Settings::kArgument,
                  .settings_name = "configdir"},
    Pkcs11Dialect{.manufacturer = "",
                  .description = "",
                  .wrap_with_padding = kAesKeyWrapKwp,
                  .edwards_curve = Curve::kObjectIdentifier,
                  .edwards_wrapping = Wrapping::kYes,
                  .knowledge = Knowledge::kToBeProbed,
                  .settings_way = Settings::kNone,
                  .settings_name = ""},
};

}  // namespace

std::span<const CK_MECHANISM_TYPE> numbers_of_wrap_with_padding() {
  return kWrapNumbers;
}

const Pkcs11Dialect& dialect_of(const Pkcs11Maker& maker) {
  return *std::ranges::find_if(kDialects, [&maker](const Pkcs11Dialect& row) {
    return maker.manufacturer.starts_with(row.manufacturer) &&
           maker.description.starts_with(row.description);
  });
}

const Pkcs11Dialect* dialect_set_by(std::string_view settings) {
  const auto* const found = std::ranges::find_if(kDialects, [settings](const Pkcs11Dialect& row) {
    const std::size_t length = row.settings_name.size();
    return length != 0 && settings.starts_with(row.settings_name) && settings.size() > length &&
           settings[length] == '=';
  });
  return found == kDialects.end() ? nullptr : &*found;
}

}  // namespace ca
