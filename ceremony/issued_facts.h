// ceremony/issued_facts.h - what this ceremony has signed, as its facts hold it.
//
// Between the signature and the medium lie memory, the journal and a text form; a bit that flips
// there would leave the room as a certificate that nobody can use, or that says something else. So
// what is about to be written is parsed and verified once more, from exactly those bytes.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "ca/certificate.h"
#include "ca/ocsp_response.h"
#include "ca/revocation_list.h"
#include "ca/signing_request.h"
#include "ceremony/action.h"

namespace ceremony {

// A certificate from its base64, signed by that issuer. Errors: kInconsistent where it is not what
// the key has signed; nothing of it may be written then.
base::Result<ca::Certificate> certificate_as_signed(const Json& base64,
                                                    const ca::Certificate& issuer);

// The same of a CRL.
base::Result<ca::RevocationList> crl_as_signed(const Json& base64, const ca::Certificate& issuer);

// The same of an OCSP response of the issuer itself.
base::Result<ca::OcspResponse> ocsp_as_signed(const Json& base64, const ca::Certificate& issuer);

// The root's request for a cross-certificate: still its own key's, for exactly its own name.
base::Result<ca::SigningRequest> cross_request_as_signed(const Json& base64,
                                                         const ca::Certificate& root);

// One of the fact "certificates".
struct IssuedFact {
  std::string name;  // under which it leaves, without an ending
  ca::Certificate certificate;
};

// Whether the signature is looked at: it must be for what is written, and costs most of the time.
enum class Proof : std::uint8_t { kSignature, kNone };

// Calls `look` for every certificate of this ceremony, a few in memory at a time, until that
// fails. Errors: as certificate_as_signed(); that of `look`.
base::Result<void> for_each_issued(
    const Workplace& work,
    Proof proof,
    const std::function<base::Result<void>(const IssuedFact&)>& look);

}  // namespace ceremony
