#include "ca/token_facts.h"

#include "ca/pkcs11_error.h"

namespace ca {

base::Result<TokenFacts> read_token_facts(const Pkcs11Module& module, CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  if (const CK_RV answer = module.functions().C_GetTokenInfo(slot, &info); answer != CKR_OK) {
    return pkcs11_error(answer, "asking the token what it is");
  }
  return TokenFacts{.label = text_in_field(info.label),
                    .manufacturer = text_in_field(info.manufacturerID),
                    .model = text_in_field(info.model),
                    .serial = text_in_field(info.serialNumber),
                    .firmware_version = version_text(info.firmwareVersion),
                    .hardware_version = version_text(info.hardwareVersion),
                    .library = module.facts()};
}

}  // namespace ca
