// ca/dialect_probe.h - finds out how a token speaks whose library stands in no row of the table.

#pragma once

#include <p11-kit/pkcs11.h>

#include "base/result.h"
#include "ca/pkcs11_dialect.h"
#include "ca/pkcs11_module.h"
#include "ca/token_session.h"

namespace ca {

// What the session speaks where that was seen before. Else tried out, in session objects that are
// destroyed again: of the numbers for RFC 5649 that the token says it can wrap with
// (C_GetMechanism- Info), the first by which it wraps 20 known bytes so that libcrypto finds them
// again; and the form of an Ed25519 curve by which it makes a key, and whether that is wrapped as
// PKCS #8. What no trial answers stays as in the table: check_token() (token_preflight.h) says what
// does not work. Requires: the session is logged in. Errors: kDeviceFailure for a token that is
// gone.
base::Result<Pkcs11Dialect> probe_dialect(const Pkcs11Module& module,
                                          CK_SLOT_ID slot,
                                          TokenSession& session);

}  // namespace ca
