// ca/pkcs11_module.h - one PKCS #11 library, loaded and initialised, finalised when it goes.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "base/bytes.h"
#include "base/result.h"

namespace ca {

// Where libraries differ though the standard is one. One row of a table per library, by the name of
// its maker (CK_INFO.manufacturerID).
struct Pkcs11Dialect {
  std::string_view manufacturer;        // how CK_INFO.manufacturerID begins; empty: any other
  CK_MECHANISM_TYPE wrap_with_padding;  // RFC 5649
  // CKA_EC_PARAMS for Ed25519: the curve's name as PrintableString, or its object identifier.
  enum class EdwardsCurve { kName, kObjectIdentifier } edwards_curve;
  // Whether an Ed25519 key may be wrapped and unwrapped, or only imported from its 32 bytes.
  enum class EdwardsWrapping { kNo, kYes } edwards_wrapping;
};

// What the library says of itself (CK_INFO), trailing blanks taken off.
struct Pkcs11LibraryFacts {
  std::string manufacturer;
  std::string description;
  std::string version;           // "2.6"
  std::string cryptoki_version;  // "2.40"
};

class Pkcs11Module {
 public:
  // Loads the library and calls C_Initialize. One at a time per library and process.
  // Errors: kNotFound where there is no such file; kMalformed where it is not a PKCS #11 library;
  // kWrongState where this process has it initialised already; kDeviceFailure.
  static base::Result<std::unique_ptr<Pkcs11Module>> load(const std::filesystem::path& library);

  // The SoftHSM library of this system, looked for where Debian and others put it.
  // Errors: kNotFound.
  static base::Result<std::filesystem::path> find_softhsm();

  // C_Finalize. The library's code stays mapped.
  ~Pkcs11Module();
  Pkcs11Module(const Pkcs11Module&) = delete;
  Pkcs11Module& operator=(const Pkcs11Module&) = delete;

  // The library's functions; good while this object lives.
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return *functions_; }
  [[nodiscard]] const Pkcs11Dialect& dialect() const { return *dialect_; }
  [[nodiscard]] const Pkcs11LibraryFacts& facts() const { return facts_; }

  // All slots with a token in them. Errors: kDeviceFailure.
  [[nodiscard]] base::Result<std::vector<CK_SLOT_ID>> slots_with_token() const;

 private:
  explicit Pkcs11Module(CK_FUNCTION_LIST& functions) : functions_(&functions) {}

  base::Result<void> read_facts();

  CK_FUNCTION_LIST* functions_;
  const Pkcs11Dialect* dialect_ = nullptr;
  Pkcs11LibraryFacts facts_;
};

// The text in a field of PKCS #11, which is filled up with blanks and has no terminator.
std::string text_in_field(base::ByteView field);

// "MAJOR.MINOR", both decimal.
std::string version_text(const CK_VERSION& version);

}  // namespace ca
