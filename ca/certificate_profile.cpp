#include "ca/certificate_profile.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

#include <toml++/toml.h>

#include "base/media.h"
#include "ca/certificate_profile_reader.h"
#include "ca/revocation_reason.h"

namespace ca {

namespace {

constexpr std::size_t kLargestProfile = std::size_t{64} * 1024;

constexpr std::array kKinds{NamedValue<ProfileKind>{"root", ProfileKind::kRoot},
                            NamedValue<ProfileKind>{"subordinate", ProfileKind::kSubordinate},
                            NamedValue<ProfileKind>{"end-entity", ProfileKind::kEndEntity},
                            NamedValue<ProfileKind>{"self-signed", ProfileKind::kSelfSigned},
                            NamedValue<ProfileKind>{"crl", ProfileKind::kRevocationList}};
constexpr std::array kPresences{NamedValue<Presence>{"absent", Presence::kAbsent},
                                NamedValue<Presence>{"optional", Presence::kOptional},
                                NamedValue<Presence>{"required", Presence::kRequired}};
constexpr std::array kMethods{
    NamedValue<KeyIdentifierMethod>{"sha-1", KeyIdentifierMethod::kSha1},
    NamedValue<KeyIdentifierMethod>{"rfc7093-1", KeyIdentifierMethod::kRfc7093}};
constexpr std::array kSources{
    NamedValue<SubjectSource>{"plan", SubjectSource::kPlan},
    NamedValue<SubjectSource>{"plan-or-request", SubjectSource::kPlanOrRequest},
    NamedValue<SubjectSource>{"predecessor", SubjectSource::kPredecessor}};
constexpr std::array kEnds{NamedValue<End>{"plan", End::kPlan},
                           NamedValue<End>{"none", End::kNone}};
constexpr std::array<std::string_view, 12> kKeyKinds{"rsa-2048",
                                                     "rsa-3072",
                                                     "rsa-4096",
                                                     "p-256",
                                                     "p-384",
                                                     "p-521",
                                                     "ed25519",
                                                     "ml-dsa-65",
                                                     "ml-dsa-87",
                                                     "slh-dsa-sha2-128s",
                                                     "slh-dsa-sha2-192s",
                                                     "slh-dsa-sha2-256s"};

bool is_end_entity(ProfileKind kind) {
  return kind == ProfileKind::kEndEntity || kind == ProfileKind::kSelfSigned;
}

void check_authority_usage(ProfileReader& reader, KeyUsage usage) {
  if (!usage.has(KeyUsageBit::kKeyCertSign) || !usage.has(KeyUsageBit::kCrlSign)) {
    reader.fail(refused_profile("is for a CA and must have keyCertSign and cRLSign"));
  }
  KeyUsage allowed;
  allowed.set(KeyUsageBit::kKeyCertSign);
  allowed.set(KeyUsageBit::kCrlSign);
  allowed.set(KeyUsageBit::kDigitalSignature);
  if ((usage.bits & ~allowed.bits) != 0) {
    reader.fail(refused_profile("gives a CA a key usage that no CA may have"));
  }
}

KeyUsage read_key_usage(ProfileReader& reader, ProfileKind kind) {
  KeyUsage usage;
  for (const std::string& name : reader.list("extensions.key_usage")) {
    if (const std::optional<KeyUsageBit> bit = key_usage_bit_of(name)) {
      usage.set(*bit);
    } else {
      reader.fail(malformed_profile("names a key usage that does not exist"));
    }
  }
  if (!is_end_entity(kind)) {
    check_authority_usage(reader, usage);
  } else if (usage.has(KeyUsageBit::kKeyCertSign) || usage.has(KeyUsageBit::kCrlSign)) {
    reader.fail(refused_profile("gives an end entity keyCertSign or cRLSign, which make it a CA"));
  }
  return usage;
}

std::vector<std::string> read_extended_key_usage(ProfileReader& reader, ProfileKind kind) {
  std::vector<std::string> oids;
  for (const std::string& name : reader.list("extensions.extended_key_usage")) {
    const std::optional<std::string> oid = oid_of_name(name);
    if (!oid) {
      reader.fail(malformed_profile("names an extended key usage that is not known"));
    } else if (*oid == oid::kAnyExtendedKeyUsage) {
      reader.fail(refused_profile("gives anyExtendedKeyUsage, which is always refused"));
    } else {
      oids.push_back(*oid);
    }
  }
  if (is_end_entity(kind) && oids.empty()) {
    reader.fail(refused_profile("gives an end entity no extended key usage; say what it is for"));
  }
  return oids;
}

// Whoever may answer for the CA does nothing else, and nobody can ask whether it may.
void check_ocsp_signing(ProfileReader& reader, const CertificateRules& rules, ProfileKind kind) {
  const auto& usages = rules.extended_key_usage;
  const bool answers = std::find(usages.begin(), usages.end(), oid::kOcspSigning) != usages.end();
  if (answers && (kind != ProfileKind::kEndEntity || usages.size() != 1)) {
    reader.fail(
        refused_profile("gives OCSPSigning to a CA, or beside another purpose; only a responder of "
                        "its own has it"));
  }
}

void check_answers(ProfileReader& reader, const CertificateRules& rules) {
  const auto& usages = rules.extended_key_usage;
  const bool answers = std::find(usages.begin(), usages.end(), oid::kOcspSigning) != usages.end();
  if (answers != (rules.ocsp_no_check == Presence::kRequired)) {
    reader.fail(refused_profile(
        "must have ocsp_no_check \"required\" with OCSPSigning, and \"absent\" without"));
  }
}

void read_subject(ProfileReader& reader, CertificateRules& rules) {
  rules.subject_source = reader.one_of("subject.source", kSources);
  rules.subject_required = reader.list("subject.required");
  rules.subject_allowed = reader.list("subject.allowed");
  for (const std::string& type : rules.subject_allowed) {
    if (!oid_of_name(type)) {
      reader.fail(malformed_profile("allows an attribute of the subject that is not known"));
    }
  }
  for (const std::string& type : rules.subject_required) {
    if (std::find(rules.subject_allowed.begin(), rules.subject_allowed.end(), type) ==
        rules.subject_allowed.end()) {
      reader.fail(malformed_profile("requires an attribute of the subject that it does not allow"));
    }
  }
}

void read_key(ProfileReader& reader, CertificateRules& rules) {
  rules.key_kinds = reader.list("key.kinds");
  rules.key_identifier = reader.one_of("key.identifier", kMethods);
  for (const std::string& kind : rules.key_kinds) {
    if (std::find(kKeyKinds.begin(), kKeyKinds.end(), kind) == kKeyKinds.end()) {
      reader.fail(malformed_profile("names a kind of key that is not known"));
    }
  }
  if (rules.key_kinds.empty()) {
    reader.fail(malformed_profile("allows no kind of key"));
  }
}

// A certificate says either where its revocation is told or that it is told nowhere.
void check_revocation(ProfileReader& reader, const CertificateRules& rules) {
  const bool is_told = rules.crl_distribution_points != Presence::kAbsent;
  if (rules.no_revocation == Presence::kOptional ||
      (rules.no_revocation == Presence::kRequired && is_told)) {
    reader.fail(refused_profile(
        "must have no_revocation \"absent\", or \"required\" without CRL distribution points"));
  }
  if (rules.subject_key_identifier == Presence::kOptional) {
    reader.fail(refused_profile("must have subject_key_identifier \"required\" or \"absent\""));
  }
}

CertificateRules read_certificate_rules(ProfileReader& reader, ProfileKind kind) {
  CertificateRules rules;
  read_subject(reader, rules);
  read_key(reader, rules);
  rules.key_usage = read_key_usage(reader, kind);
  if (rules.subject_source == SubjectSource::kPredecessor && kind != ProfileKind::kSubordinate) {
    reader.fail(
        refused_profile("takes the subject from another CA's certificate, and is for none"));
  }
  if (kind == ProfileKind::kRoot) {
    return rules;  // whatever else a subordinate may have, a root has not
  }
  rules.extended_key_usage = read_extended_key_usage(reader, kind);
  check_ocsp_signing(reader, rules, kind);
  if (kind == ProfileKind::kSelfSigned) {
    return rules;
  }
  if (kind == ProfileKind::kSubordinate) {
    rules.path_length = reader.number("extensions.path_length");
  }
  rules.policies = reader.one_of("extensions.certificate_policies", kPresences);
  rules.crl_distribution_points = reader.one_of("extensions.crl_distribution_points", kPresences);
  rules.ca_issuers = reader.one_of("extensions.ca_issuers", kPresences);
  if (kind == ProfileKind::kEndEntity) {
    rules.ocsp_no_check = reader.one_of("extensions.ocsp_no_check", kPresences);
    rules.no_revocation = reader.one_of("extensions.no_revocation", kPresences);
    rules.hardware_module_name = reader.one_of("extensions.hardware_module_name", kPresences);
    rules.subject_key_identifier = reader.one_of("extensions.subject_key_identifier", kPresences);
  }
  check_answers(reader, rules);
  check_revocation(reader, rules);
  return rules;
}

void read_validity(ProfileReader& reader, CertificateProfile& profile) {
  if (is_end_entity(profile.kind)) {
    profile.end = reader.one_of("validity.end", kEnds);
  }
  if (profile.end == End::kNone) {
    return;
  }
  const std::uint64_t longest = reader.number("validity.longest_days");
  if (longest == 0 || longest > 3'000'000) {
    reader.fail(malformed_profile(
        "needs between 1 and 3000000 days for the key \"validity.longest_days\""));
  }
  profile.longest = std::chrono::days{static_cast<std::int64_t>(longest)};
}

RevocationListRules read_list_rules(ProfileReader& reader) {
  RevocationListRules rules;
  rules.only_ca_certificates = reader.one_of("list.only_ca_certificates", kPresences);
  rules.reasons = reader.list("list.reasons");
  for (const std::string& name : rules.reasons) {
    if (!revocation_reason_named(name)) {
      reader.fail(malformed_profile("allows a reason for revocation that is not known"));
    }
  }
  return rules;
}

std::set<std::string> sorted_set(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

// Whether one profile wants what the other forbids.
bool is_parted_by(Presence one, Presence other) {
  return (one == Presence::kRequired && other == Presence::kAbsent) ||
         (one == Presence::kAbsent && other == Presence::kRequired);
}

bool are_parted(const CertificateRules& one, const CertificateRules& other) {
  return is_parted_by(one.policies, other.policies) ||
         is_parted_by(one.crl_distribution_points, other.crl_distribution_points) ||
         is_parted_by(one.ca_issuers, other.ca_issuers) ||
         is_parted_by(one.ocsp_no_check, other.ocsp_no_check) ||
         is_parted_by(one.no_revocation, other.no_revocation) ||
         is_parted_by(one.hardware_module_name, other.hardware_module_name) ||
         is_parted_by(one.subject_key_identifier, other.subject_key_identifier);
}

}  // namespace

base::Result<CertificateProfile> parse_profile(std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return malformed_profile("is not TOML (line " +
                             std::to_string(parsed.error().source().begin.line) + "); correct it");
  }
  ProfileReader reader(parsed.table());
  CertificateProfile profile;
  profile.name = reader.text("name");
  profile.title = reader.text("title");
  profile.kind = reader.one_of("kind", kKinds);
  profile.policy = {.document = reader.text("policy.document"),
                    .version = reader.text("policy.version"),
                    .section = reader.text("policy.section")};
  read_validity(reader, profile);
  if (profile.kind == ProfileKind::kRevocationList) {
    profile.list = read_list_rules(reader);
  } else {
    profile.certificate = read_certificate_rules(reader, profile.kind);
  }
  if (std::optional<base::Error> error = reader.finish()) {
    return std::move(*error);
  }
  return profile;
}

base::Result<CertificateProfile> load_profile(const std::filesystem::path& folder,
                                              std::string_view name) {
  if (name.empty() ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string_view::npos) {
    return base::Error{base::ErrorCode::kNotFound,
                       "there is no profile of that name; its name is that of its file, in small "
                       "letters, digits and dashes"};
  }
  const std::string title = "reading the profile \"" + std::string(name) + "\"";
  const base::Result<base::Bytes> file =
      base::read_file(folder / (std::string(name) + ".toml"), kLargestProfile);
  if (!file) {
    return base::Error(file.error()).while_doing(title);
  }
  base::Result<CertificateProfile> profile = parse_profile(base::text_of(*file));
  if (!profile) {
    return std::move(profile).error().while_doing(title);
  }
  if (profile->name != name) {
    return malformed_profile("has another name inside than its file; correct one of them")
        .while_doing(title);
  }
  return profile;
}

bool have_one_shape(const CertificateProfile& one, const CertificateProfile& other) {
  if (one.kind != other.kind || one.kind == ProfileKind::kRevocationList) {
    return false;
  }
  const CertificateRules& mine = one.certificate;
  const CertificateRules& theirs = other.certificate;
  return mine.key_usage == theirs.key_usage && mine.path_length == theirs.path_length &&
         sorted_set(mine.extended_key_usage) == sorted_set(theirs.extended_key_usage) &&
         one.end == other.end && !are_parted(mine, theirs);
}

base::Result<std::map<std::string, CertificateProfile>> load_profiles(
    const std::filesystem::path& folder) {
  std::map<std::string, CertificateProfile> profiles;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() != ".toml") {
      continue;
    }
    auto profile = load_profile(folder, entry.path().stem().string());
    if (!profile) {
      return std::move(profile).error();
    }
    const auto twin = std::ranges::find_if(
        profiles, [&](const auto& other) { return have_one_shape(*profile, other.second); });
    if (twin != profiles.end()) {
      return refused_profile("(\"" + profile->name + "\") and the profile \"" + twin->first +
                             "\" are for certificates that look the same, and every certificate "
                             "must fit exactly one; change or remove one of them");
    }
    const std::string name = profile->name;
    profiles.emplace(name, std::move(profile).value());
  }
  if (failed || profiles.empty()) {
    return base::Error{base::ErrorCode::kNotFound,
                       "the folder of the profiles cannot be read, or is empty; install Conclave "
                       "again"};
  }
  return profiles;
}

}  // namespace ca
