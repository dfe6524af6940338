// ca/request_writer.h - writes a PKCS #10 request for a key that we hold: in rehearsals, and where
// this CA's own key is to be certified by another.
//
// Source: RFC 2986; RFC 2985 section 5.4.2 for extensionRequest. Whoever certifies decides
// everything but name and key, so as a rule nothing more is asked for.

#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/distinguished_name.h"
#include "ca/extension.h"
#include "ca/signer.h"

namespace ca {

// The DER of a CertificationRequest that asks for these extensions (none: without attributes),
// signed by `signer`, parsed back and with its signature verified. Errors: those of the signer;
// kInconsistent where the signature does not verify.
base::Result<base::Bytes> write_request(const DistinguishedName& subject,
                                        Signer& signer,
                                        const std::vector<Extension>& extensions = {});

}  // namespace ca
