// ca/certificate_profile.h - what a kind of certificate or CRL must look like, as data.
//
// A profile is a TOML file in ca/profiles; it names the policy document that it follows. A profile
// table once lagged behind the policy it was made for, for eight months (Mozilla bug 2038351).
// Format: docs/formats/profile.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ca/extension.h"

namespace ca {

enum class ProfileKind { kRoot, kSubordinate, kEndEntity, kRevocationList };

// Whether something stands in a certificate: never, as the plan says, or always.
enum class Presence { kAbsent, kOptional, kRequired };

// How the key identifier is made from the bits of the key: SHA-1 (RFC 5280 section 4.2.1.2,
// method 1), or the first 160 bits of SHA-256 (RFC 7093 section 2, method 1).
enum class KeyIdentifierMethod { kSha1, kRfc7093 };

// Whether the subject may come from the request, or only from the plan.
enum class SubjectSource { kPlan, kPlanOrRequest };

// Where the rules of a profile are written down for people.
struct PolicyReference {
  std::string document;
  std::string version;
  std::string section;
};

// What only profiles of certificates have.
struct CertificateRules {
  SubjectSource subject_source = SubjectSource::kPlan;
  std::vector<std::string> subject_required;  // attribute types: "CN"
  std::vector<std::string> subject_allowed;   // includes those required
  std::vector<std::string> key_kinds;         // names of key_kind_of(): "rsa-4096"
  KeyIdentifierMethod key_identifier = KeyIdentifierMethod::kSha1;
  KeyUsage key_usage;                           // exactly these bits
  std::vector<std::string> extended_key_usage;  // exactly these object identifiers; empty: absent
  std::optional<std::uint64_t> path_length;     // exactly that; nothing: absent
  Presence policies = Presence::kAbsent;
  Presence crl_distribution_points = Presence::kAbsent;
  Presence ca_issuers = Presence::kAbsent;

  // Of an end entity: that programs ask nobody whether it was revoked (RFC 6960 section 4.2.2.2.1).
  Presence ocsp_no_check = Presence::kAbsent;
};

// What only profiles of CRLs have.
struct RevocationListRules {
  Presence only_ca_certificates = Presence::kRequired;  // the issuing distribution point
  std::vector<std::string> reasons;                     // names of RevocationReason
};

struct CertificateProfile {
  std::string name;   // "subordinate-tls", also the name of its file
  std::string title;  // for people
  ProfileKind kind = ProfileKind::kRoot;
  PolicyReference policy;
  std::chrono::days longest{0};  // both ends included, see length_of(); of a CRL: to nextUpdate
  CertificateRules certificate;  // of a root, subordinate or end entity
  RevocationListRules list;      // of a CRL
};

// Reads a profile. Strict: unknown keys, keys of another kind of profile, unknown names and missing
// keys are refused, naming the key. A root or subordinate must sign certificates and CRLs, an end
// entity neither; none gets anyExtendedKeyUsage; OCSPSigning only an end entity that has no other
// purpose, and that must have ocsp_no_check; a root gets no extended key usage, an end entity at
// least one. Errors: kMalformed (no TOML, wrong type, missing), kRefusedByPolicy
// (a rule of this house).
base::Result<CertificateProfile> parse_profile(std::string_view toml);

// NAME.toml of that folder, whose `name` must be NAME. Errors: kNotFound; as above.
base::Result<CertificateProfile> load_profile(const std::filesystem::path& folder,
                                              std::string_view name);

}  // namespace ca
