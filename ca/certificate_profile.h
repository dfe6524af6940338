// ca/certificate_profile.h - what a kind of certificate or CRL must look like, as data.
//
// A profile is a TOML file in ca/profiles; it names the policy document that it follows. A profile
// table once lagged behind the policy it was made for, for eight months (Mozilla bug 2038351).
// Format: docs/formats/profile.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ca/extension.h"

namespace ca {

// kSelfSigned: an end entity that devices pin as it is, without a CA (the draft's level 1).
enum class ProfileKind { kRoot, kSubordinate, kEndEntity, kSelfSigned, kRevocationList };

// Whether something stands in a certificate: never, as the plan says, or always.
enum class Presence { kAbsent, kOptional, kRequired };

// How the key identifier is made from the bits of the key: SHA-1 (RFC 5280 section 4.2.1.2,
// method 1), or the first 160 bits of SHA-256 (RFC 7093 section 2, method 1).
enum class KeyIdentifierMethod { kSha1, kRfc7093 };

// Whether the subject may come from the request, only from the plan, or only from the certificate
// that is certified anew (of another CA).
enum class SubjectSource { kPlan, kPlanOrRequest, kPredecessor };

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
  // Of an end entity: that nobody revokes it (RFC 9608).
  Presence no_revocation = Presence::kAbsent;
  // Of an end entity: a subjectAltName that is one hardwareModuleName (RFC 4108 section 5), the
  // only thing that may be taken from what a request asks for.
  Presence hardware_module_name = Presence::kAbsent;
  // kAbsent only of an end entity, as IEEE 802.1AR wants it of device identities.
  Presence subject_key_identifier = Presence::kRequired;
};

// When a certificate ends: as the plan says, inside its issuer's; or never (kNoEnd, validity.h).
enum class End { kPlan, kNone };

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
  End end = End::kPlan;
  std::chrono::days longest{0};  // both ends included, see length_of(); of a CRL: to nextUpdate;
                                 // 0 for a certificate without an end
  CertificateRules certificate;  // of a root, subordinate or end entity
  RevocationListRules list;      // of a CRL
};

// Reads a profile. Strict: unknown keys, keys of another kind of profile, unknown names and missing
// keys are refused, naming the key. A root or subordinate must sign certificates and CRLs, an end
// entity neither; none gets anyExtendedKeyUsage; OCSPSigning only an end entity that has no other
// purpose, and that must have ocsp_no_check; a root gets no extended key usage, an end entity at
// least one; what nobody revokes (no_revocation) names no CRLs. Errors: kMalformed (no TOML, wrong
// type, missing), kRefusedByPolicy (a rule of this house).
base::Result<CertificateProfile> parse_profile(std::string_view toml);

// NAME.toml of that folder, whose `name` must be NAME. Errors: kNotFound; as above.
base::Result<CertificateProfile> load_profile(const std::filesystem::path& folder,
                                              std::string_view name);

// Whether a certificate could fit both profiles: nothing that either of them fixes (CA or not,
// self-signed, key usage, extended key usage, path length, and extensions that only one has) tells
// them apart. Of CRLs it is always false.
bool have_one_shape(const CertificateProfile& one, const CertificateProfile& other);

// Every profile of the folder, by name. Errors: as load_profile(); kRefusedByPolicy where two have
// one shape, naming them: a certificate must fit exactly one.
base::Result<std::map<std::string, CertificateProfile>> load_profiles(
    const std::filesystem::path& folder);

}  // namespace ca
