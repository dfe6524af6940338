// ca/pkcs11_error.h - what a token answered, as a sentence for the people in the room.

#pragma once

#include <string>

#include <p11-kit/pkcs11.h>

#include "base/result.h"

namespace ca {

// "<doing>: <sentence> (CKR_PIN_INCORRECT)". `doing` says what was asked of the token, without an
// object of it ("signing"). Source of the codes: PKCS #11 v2.40 section 11.1. The error code is
// kWrongState where the program asked at the wrong time, kRefusedByPolicy where the token's rules
// forbid it, else kDeviceFailure. Requires: not CKR_OK.
base::Error pkcs11_error(CK_RV answer, const std::string& doing);

}  // namespace ca
