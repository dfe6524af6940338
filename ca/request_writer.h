// ca/request_writer.h - writes a PKCS #10 request for a key that we hold: in rehearsals, and where
// this CA's own key is to be certified by another.
//
// Source: RFC 2986. No attributes: whoever certifies decides everything but name and key.

#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "ca/distinguished_name.h"
#include "ca/signer.h"

namespace ca {

// The DER of a CertificationRequest, signed by `signer`, parsed back and with its signature
// verified. Errors: those of the signer; kInconsistent where the signature does not verify.
base::Result<base::Bytes> write_request(const DistinguishedName& subject, Signer& signer);

}  // namespace ca
