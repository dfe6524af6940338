// ca/token_facts.h - what a token and its library say of themselves: for the record.

#pragma once

#include <string>

#include "base/result.h"
#include "ca/pkcs11_module.h"

namespace ca {

// CK_TOKEN_INFO, trailing blanks taken off.
struct TokenFacts {
  std::string label;
  std::string manufacturer;
  std::string model;
  std::string serial;
  std::string firmware_version;  // "2.6"
  std::string hardware_version;
  Pkcs11LibraryFacts library;
};

// Errors: kDeviceFailure.
base::Result<TokenFacts> read_token_facts(const Pkcs11Module& module, CK_SLOT_ID slot);

}  // namespace ca
