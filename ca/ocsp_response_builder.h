// ca/ocsp_response_builder.h - the to-be-signed bytes of an OCSP response from a CRL.
//
// Source: RFC 6960 section 4.2.1; RFC 5019 section 2.2 for what a response made before anybody
// asks holds: one answer, a nextUpdate, no extensions. OpenSSL makes the CertID; the frame is
// written as DER, because OpenSSL has no other date for a response than that of the clock.

#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/extension.h"
#include "ca/ocsp_response.h"
#include "ca/revocation_list.h"
#include "ca/revocation_reason.h"

namespace ca {

// SingleResponse by its parts, each as DER with its header; empty: absent.
struct OcspAnswerParts {
  base::Bytes certificate_id;
  base::Bytes status;
  base::Bytes this_update;
  base::Bytes next_update;  // a GeneralizedTime, without its [0]
  std::vector<Extension> extensions;
};

// ResponseData by its parts, each as DER with its header; empty: absent.
struct TbsOcspResponse {
  base::Bytes version;  // never made by us: v1
  base::Bytes responder;
  base::Bytes produced_at;
  std::vector<OcspAnswerParts> answers;
  std::vector<Extension> extensions;
};

base::Bytes encode(const OcspAnswerParts& answer);
base::Bytes encode(const TbsOcspResponse& tbs);

// A GeneralizedTime with seconds and "Z", whatever the year. Requires: a year from 1950 to 9999.
base::Bytes der_generalized_time(Instant time);

// CertStatus. The date and reason count for a revoked one; "unspecified" is written by leaving the
// reason out, as in a CRL.
struct OcspStatusParts {
  OcspStatus status = OcspStatus::kGood;
  Instant revoked_at = {};
  RevocationReason reason = RevocationReason::kUnspecified;
};
base::Bytes encode(const OcspStatusParts& status);

// ResponderID byKey: the SHA-1 of the bits of that key.
base::Bytes encode_responder_key(base::ByteView public_key_info);

// CertID with SHA-1, which every client asks with (RFC 5019 section 2.1.1). Empty where OpenSSL
// does not take the issuer's key.
base::Bytes encode_certificate_id(const Certificate& issuer, base::ByteView serial);

// What stands around the to-be-signed bytes; borrowed.
struct OcspSealParts {
  base::ByteView tbs;
  base::ByteView algorithm;
  base::ByteView signature;     // empty: the unsigned form, for the lint
  base::ByteView certificates;  // [0], never made by us; empty: absent
};

// The DER of a whole response.
base::Bytes seal_ocsp_response(const OcspSealParts& parts);

// An OCSPResponse "successful" around the DER of a BasicOCSPResponse.
base::Bytes wrapped_as_response(base::ByteView basic);

// All that a response is made from; borrowed.
struct OcspResponseParts {
  const CertificateProfile& profile;  // of the CRL: how long an answer may count
  const Certificate& issuer;
  const Certificate& certificate;  // which it is about
  const RevocationList& list;      // signed or not: it gives dates and status
};

// The response of the issuer itself: what the CRL says of that one certificate, for the days of the
// CRL. Errors: kInvalidArgument where the CRL or the certificate is not of that issuer, the CRL has
// no nextUpdate, or the certificate had ended when the CRL began (it may be on it no more).
base::Result<TbsOcspResponse> build_ocsp_response(const OcspResponseParts& parts);

// The entry of that CRL for a serial number, or nothing; borrowed from the list.
std::optional<ListedRevocation> listed_in(const RevocationList& list, base::ByteView serial);

}  // namespace ca
