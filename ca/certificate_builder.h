// ca/certificate_builder.h - the to-be-signed bytes of a certificate from profile, plan and key.
//
// Source: RFC 5280 section 4.1. What is built here is data: it is linted as it stands, and exactly
// these bytes are signed (ca/issuer.h). Nothing is copied from a request but its key and, where
// profile and plan say so, its name.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/distinguished_name.h"
#include "ca/extension.h"
#include "ca/signing_request.h"
#include "ca/succession.h"
#include "ca/validity.h"

namespace ca {

// What the reviewed plan says about one certificate. All dates come from here, never from a clock.
struct CertificatePlan {
  std::optional<DistinguishedName>
      subject;  // absent: that of the request, where the profile allows
  Validity validity;
  std::vector<std::string> policies;        // object identifiers, dotted
  std::vector<std::string> crl_uris;        // where the issuer's CRLs will be published
  std::vector<std::string> ca_issuer_uris;  // where the issuer's certificate will be published
  std::vector<std::string> accepted;        // names of lint rules whose warnings are meant

  // Object identifier of a device's hardware, for a hardwareModuleName with the serialNumber of the
  // subject; empty: that of the request, where it asks for one.
  std::string hardware_type = {};

  // From new_serial_number(), where people saw it before the signature; empty: a new one is drawn.
  base::Bytes serial = {};
};

// TBSCertificate by its parts, each as DER with its header; empty: absent.
struct TbsCertificate {
  base::Bytes version;
  base::Bytes serial;
  base::Bytes algorithm;
  base::Bytes issuer;
  base::Bytes validity;
  base::Bytes subject;
  base::Bytes public_key_info;
  base::Bytes unique_identifiers;  // never made by us
  std::vector<Extension> extensions;
};

base::Bytes encode(const TbsCertificate& tbs);
base::Bytes encode(const Validity& validity);

// What is signed, with which algorithm, and the signature; all DER but the last, all borrowed.
struct SignedParts {
  base::ByteView tbs;
  base::ByteView algorithm;
  base::ByteView signature;  // empty: the unsigned form, for the lint
};

// SEQUENCE { tbs, algorithm, BIT STRING }: a certificate or a CRL.
base::Bytes assemble(const SignedParts& parts);

// The key identifier of a DER SubjectPublicKeyInfo: 20 octets.
base::Bytes key_identifier_of(base::ByteView public_key_info, KeyIdentifierMethod method);

// A self-signed root for that key, or an end entity that signs itself, as the profile says; one
// that follows another takes its name (and for the same key its identifier) from there. Errors:
// kInvalidArgument where profile or plan do not fit (no subject in the plan); kRefusedByPolicy for
// a key algorithm that no root may have.
base::Result<TbsCertificate> build_root(const CertificateProfile& profile,
                                        const CertificatePlan& plan,
                                        base::ByteView public_key_info,
                                        const Predecessor* predecessor = nullptr);

// Whether the profile lets that extension of a request come into the certificate: only a
// subjectAltName that is one hardwareModuleName, not critical.
bool is_taken_from_request(const CertificateRules& rules, const Extension& extension);

// A subordinate or an end entity, as the profile says, below `issuer` for the key of the request;
// not checked here (ca/issuer.h does). Errors: kInvalidArgument where profile and plan do not fit
// each other: a part that the profile requires and the plan lacks, or the reverse; something that
// is no object identifier or URI; an address of a root's CRLs, which list CA certificates only, for
// an end entity.
struct SubordinateParts {
  const CertificateProfile& profile;
  const CertificatePlan& plan;
  const SigningRequest& request;
  const Certificate& issuer;
  const Predecessor* predecessor = nullptr;  // the certificate that it follows
};
base::Result<TbsCertificate> build_subordinate(const SubordinateParts& parts);

}  // namespace ca
