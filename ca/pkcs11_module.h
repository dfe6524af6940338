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
#include "ca/pkcs11_dialect.h"

namespace ca {

// What the library says of itself (CK_INFO), trailing blanks taken off.
struct Pkcs11LibraryFacts {
  std::string manufacturer;
  std::string description;
  std::string version;           // "2.6"
  std::string cryptoki_version;  // "2.40"
};

class Pkcs11Module {
 public:
  // Loads the library and calls C_Initialize. One at a time per library and process. `settings`
  // tell it where its tokens are: see Pkcs11Dialect; empty: it knows by itself.
  // Errors: kNotFound where there is no such file; kMalformed where it is not a PKCS #11 library;
  // kInvalidArgument for settings that no library has, or another one; kWrongState where this
  // process has it initialised already; kDeviceFailure.
  static base::Result<std::unique_ptr<Pkcs11Module>> load(const std::filesystem::path& library,
                                                          const std::string& settings = {});

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

  // What a token can do with a mechanism (CKF_WRAP, CKF_SIGN, ...); 0 where it does not have it.
  [[nodiscard]] CK_FLAGS uses_of(CK_MECHANISM_TYPE mechanism, CK_SLOT_ID slot) const;

 private:
  explicit Pkcs11Module(CK_FUNCTION_LIST& functions) : functions_(&functions) {}

  base::Result<void> initialise(const std::string& settings);
  base::Result<void> read_facts();

  CK_FUNCTION_LIST* functions_;
  bool is_initialised_ = false;
  std::string variable_;  // of the environment, where the settings are; "": nowhere
  const Pkcs11Dialect* dialect_ = nullptr;
  Pkcs11LibraryFacts facts_;
};

// The text in a field of PKCS #11, which is filled up with blanks and has no terminator.
std::string text_in_field(base::ByteView field);

// "MAJOR.MINOR", both decimal.
std::string version_text(const CK_VERSION& version);

}  // namespace ca
