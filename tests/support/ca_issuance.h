// tests/support/ca_issuance.h - roots, requests and profiles for tests of the issuing half of ca/.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/finding.h"
#include "ca/certificate.h"
#include "ca/certificate_builder.h"
#include "ca/certificate_profile.h"
#include "ca/signing_request.h"
#include "ca/software_key.h"

namespace support {

// A profile of ca/profiles; ends the program where it cannot be read.
ca::CertificateProfile profile_named(std::string_view name);

std::unique_ptr<ca::SoftwareKey> new_key(ca::Algorithm algorithm);

// Whether this libcrypto has the algorithm: all but the post-quantum ones it always has.
bool is_here(ca::Algorithm algorithm);

// Those that it has, in the order of the enumeration.
std::vector<ca::Algorithm> algorithms_here();

// With what an algorithm is refused that is not here.
std::string refusal_of(ca::Algorithm algorithm);

// Whether one signature takes about a second (SLH-DSA with 192 and 256 bits).
bool is_slow(ca::Algorithm algorithm);

// "C=DE, O=Example, CN=COMMON_NAME".
ca::DistinguishedName example_name(const std::string& common_name);

// A time of the form 2026-03-01T10:00:00Z.
ca::Instant at(std::string_view text);

// CertificationRequestInfo by its parts, each as DER with its header.
struct RequestParts {
  base::Bytes version;
  base::Bytes subject;
  base::Bytes public_key_info;
  base::Bytes attributes;  // [0]
  base::Bytes algorithm;
};

// What a good request of that key is made from.
RequestParts request_parts(const ca::SoftwareKey& key, const std::string& common_name);

// The DER of the request, signed with the key.
base::Bytes signed_request(const RequestParts& parts, ca::SoftwareKey& key);

// A good request for that key.
ca::SigningRequest request_for(ca::SoftwareKey& key, const std::string& common_name);

// A root and its key; valid 2026-01-01 through 2045-12-31.
struct TestRoot {
  std::unique_ptr<ca::SoftwareKey> key;
  ca::Certificate certificate;
};
ca::CertificatePlan root_plan();
TestRoot make_root(ca::Algorithm algorithm, const ca::CertificatePlan& plan = root_plan());

// Midnight of this day: certtool takes no other time than that of the clock.
ca::Instant today();

// What a plan of a subordinate below that root says; valid 2026-02-01 through 2033-12-31.
ca::CertificatePlan subordinate_plan();

// A certificate of whatever profile, and its own key.
struct TestCertificate {
  std::unique_ptr<ca::SoftwareKey> key;
  ca::Certificate certificate;
};

// A good certificate of that profile by name, which is neither a root's nor a CRL's, begun a month
// ago and not at its end; for a self-signed one `issuer` is not asked. Ends the program for a
// profile that it does not know how to make.
TestCertificate make_certificate(const TestRoot& issuer,
                                 std::string_view profile,
                                 ca::Algorithm algorithm);

// root_plan() and subordinate_plan() with days around the present one.
ca::CertificatePlan root_plan_of_today();

// The names of the rules that report anything above a notice, in their order.
std::vector<std::string> rules_of(const base::Findings& findings);

}  // namespace support
