// ca/pkcs11_dialect.h - where PKCS #11 libraries differ though the standard is one: one table.
//
// A library in no row is asked: its token says which mechanisms it has, and probe_dialect()
// (dialect_probe.h) tries which of them does what is meant. A row is for what cannot be tried, or
// need not be because it was.

#pragma once

#include <span>
#include <string_view>

#include <p11-kit/pkcs11.h>

namespace ca {

// One row per library.
struct Pkcs11Dialect {
  std::string_view manufacturer;  // how CK_INFO.manufacturerID begins; empty: any other
  std::string_view description;   // how CK_INFO.libraryDescription begins; empty: any

  CK_MECHANISM_TYPE wrap_with_padding;  // RFC 5649
  // CKA_EC_PARAMS for Ed25519: the curve's name as PrintableString, or its object identifier.
  enum class EdwardsCurve { kName, kObjectIdentifier } edwards_curve;
  // Whether an Ed25519 key may be wrapped and unwrapped, or only imported from its 32 bytes.
  enum class EdwardsWrapping { kNo, kYes } edwards_wrapping;
  // Whether what stands above was seen with this library, or is a beginning for the probe.
  enum class Knowledge { kSeen, kToBeProbed } knowledge;

  // How the library is told where its tokens are: "NAME=VALUE" in the environment of the process
  // that loads it, or a text that begins with "NAME=" as an argument of C_Initialize.
  enum class SettingsWay { kNone, kEnvironment, kArgument } settings_way;
  std::string_view settings_name;
};

// The numbers that RFC 5649 has at one maker or another, the standard's own first.
std::span<const CK_MECHANISM_TYPE> numbers_of_wrap_with_padding();

// What a library says of itself in CK_INFO; borrowed.
struct Pkcs11Maker {
  std::string_view manufacturer;
  std::string_view description;
};

// The row of that library; the last one, which fits all, where no other does.
const Pkcs11Dialect& dialect_of(const Pkcs11Maker& maker);

// The row whose settings begin like this text ("SOFTHSM2_CONF=/etc/softhsm2.conf"); nullptr where
// none do.
const Pkcs11Dialect* dialect_set_by(std::string_view settings);

}  // namespace ca
