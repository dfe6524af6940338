#include "ca/certificate_profile.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <toml++/toml.h>

#include "base/media.h"
#include "ca/revocation_reason.h"

namespace ca {

namespace {

constexpr std::size_t kLargestProfile = std::size_t{64} * 1024;

base::Error malformed(std::string message) {
  return base::Error{base::ErrorCode::kMalformed, "this profile " + std::move(message)};
}

base::Error against_policy(std::string message) {
  return base::Error{base::ErrorCode::kRefusedByPolicy, "this profile " + std::move(message)};
}

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array kKinds{Named<ProfileKind>{"root", ProfileKind::kRoot},
                            Named<ProfileKind>{"subordinate", ProfileKind::kSubordinate},
                            Named<ProfileKind>{"end-entity", ProfileKind::kEndEntity},
                            Named<ProfileKind>{"crl", ProfileKind::kRevocationList}};
constexpr std::array kPresences{Named<Presence>{"absent", Presence::kAbsent},
                                Named<Presence>{"optional", Presence::kOptional},
                                Named<Presence>{"required", Presence::kRequired}};
constexpr std::array kMethods{
    Named<KeyIdentifierMethod>{"sha-1", KeyIdentifierMethod::kSha1},
    Named<KeyIdentifierMethod>{"rfc7093-1", KeyIdentifierMethod::kRfc7093}};
constexpr std::array kSources{
    Named<SubjectSource>{"plan", SubjectSource::kPlan},
    Named<SubjectSource>{"plan-or-request", SubjectSource::kPlanOrRequest}};
constexpr std::array<std::string_view, 9> kKeyKinds{"rsa-2048",
                                                    "rsa-3072",
                                                    "rsa-4096",
                                                    "p-256",
                                                    "p-384",
                                                    "p-521",
                                                    "ed25519",
                                                    "ml-dsa-65",
                                                    "ml-dsa-87"};

// Takes values out of a TOML document by "table.key", and knows afterwards what was left. The first
// thing that is wrong stays as the error; the rest then gives empty values.
class Reader {
 public:
  explicit Reader(const toml::table& root) {
    for (const auto& [key, node] : root) {
      collect(std::string(key.str()), node);
    }
  }

  std::string text(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const value = node == nullptr ? nullptr : node->as_string();
    if (node != nullptr && (value == nullptr || value->get().empty())) {
      fail(malformed("needs a text for the key \"" + key + "\""));
    }
    return value == nullptr ? "" : value->get();
  }

  std::uint64_t number(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const value = node == nullptr ? nullptr : node->as_integer();
    if (node != nullptr && (value == nullptr || value->get() < 0)) {
      fail(malformed("needs a whole number for the key \"" + key + "\""));
    }
    return value == nullptr || value->get() < 0 ? 0 : static_cast<std::uint64_t>(value->get());
  }

  std::vector<std::string> list(const std::string& key) {
    const toml::node* const node = take(key);
    const auto* const array = node == nullptr ? nullptr : node->as_array();
    std::vector<std::string> values;
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto* const value = array->get(i)->as_string();
      const bool is_new =
          value != nullptr && std::find(values.begin(), values.end(), value->get()) == values.end();
      if (!is_new) {
        fail(malformed("needs a list of different texts for the key \"" + key + "\""));
        return {};
      }
      values.push_back(value->get());
    }
    if (node != nullptr && array == nullptr) {
      fail(malformed("needs a list for the key \"" + key + "\""));
    }
    return values;
  }

  template <typename Value, std::size_t kCount>
  Value one_of(const std::string& key, const std::array<Named<Value>, kCount>& names) {
    const std::string name = text(key);
    for (const Named<Value>& each : names) {
      if (each.name == name) {
        return each.value;
      }
    }
    fail(malformed("has an unknown value for the key \"" + key + "\""));
    return names[0].value;
  }

  [[nodiscard]] bool has(const std::string& key) const { return nodes_.count(key) != 0; }

  void fail(base::Error error) {
    if (!error_) {
      error_ = std::move(error);
    }
  }

  // The first thing that was wrong, or what nobody asked for.
  std::optional<base::Error> finish() {
    if (!error_ && !nodes_.empty()) {
      return malformed("has the key \"" + nodes_.begin()->first +
                       "\", which has no meaning there; correct or remove it");
    }
    return error_;
  }

 private:
  void collect(const std::string& key, const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      nodes_.emplace(key, &node);
      return;
    }
    for (const auto& [inner, value] : *table) {
      nodes_.emplace(key + "." + std::string(inner.str()), &value);
    }
  }

  const toml::node* take(const std::string& key) {
    const auto found = nodes_.find(key);
    if (found == nodes_.end()) {
      fail(malformed("lacks the key \"" + key + "\""));
      return nullptr;
    }
    const toml::node* const node = found->second;
    nodes_.erase(found);
    return node;
  }

  std::map<std::string, const toml::node*> nodes_;
  std::optional<base::Error> error_;
};

void check_authority_usage(Reader& reader, KeyUsage usage) {
  if (!usage.has(KeyUsageBit::kKeyCertSign) || !usage.has(KeyUsageBit::kCrlSign)) {
    reader.fail(against_policy("is for a CA and must have keyCertSign and cRLSign"));
  }
  KeyUsage allowed;
  allowed.set(KeyUsageBit::kKeyCertSign);
  allowed.set(KeyUsageBit::kCrlSign);
  allowed.set(KeyUsageBit::kDigitalSignature);
  if ((usage.bits & ~allowed.bits) != 0) {
    reader.fail(against_policy("gives a CA a key usage that no CA may have"));
  }
}

KeyUsage read_key_usage(Reader& reader, ProfileKind kind) {
  KeyUsage usage;
  for (const std::string& name : reader.list("extensions.key_usage")) {
    if (const std::optional<KeyUsageBit> bit = key_usage_bit_of(name)) {
      usage.set(*bit);
    } else {
      reader.fail(malformed("names a key usage that does not exist"));
    }
  }
  if (kind != ProfileKind::kEndEntity) {
    check_authority_usage(reader, usage);
  } else if (usage.has(KeyUsageBit::kKeyCertSign) || usage.has(KeyUsageBit::kCrlSign)) {
    reader.fail(against_policy("gives an end entity keyCertSign or cRLSign, which make it a CA"));
  }
  return usage;
}

std::vector<std::string> read_extended_key_usage(Reader& reader, ProfileKind kind) {
  std::vector<std::string> oids;
  for (const std::string& name : reader.list("extensions.extended_key_usage")) {
    const std::optional<std::string> oid = oid_of_name(name);
    if (!oid) {
      reader.fail(malformed("names an extended key usage that is not known"));
    } else if (*oid == oid::kAnyExtendedKeyUsage) {
      reader.fail(against_policy("gives anyExtendedKeyUsage, which is always refused"));
    } else {
      oids.push_back(*oid);
    }
  }
  if (kind == ProfileKind::kEndEntity && oids.empty()) {
    reader.fail(against_policy("gives an end entity no extended key usage; say what it is for"));
  }
  return oids;
}

// Whoever may answer for the CA does nothing else, and nobody can ask whether it may.
void check_ocsp_signing(Reader& reader, const CertificateRules& rules, ProfileKind kind) {
  const auto& usages = rules.extended_key_usage;
  const bool answers = std::find(usages.begin(), usages.end(), oid::kOcspSigning) != usages.end();
  if (answers && (kind != ProfileKind::kEndEntity || usages.size() != 1)) {
    reader.fail(
        against_policy("gives OCSPSigning to a CA, or beside another purpose; only a responder of "
                       "its own has it"));
  }
  if (answers != (rules.ocsp_no_check == Presence::kRequired)) {
    reader.fail(against_policy(
        "must have ocsp_no_check \"required\" with OCSPSigning, and \"absent\" without"));
  }
}

void read_subject(Reader& reader, CertificateRules& rules) {
  rules.subject_source = reader.one_of("subject.source", kSources);
  rules.subject_required = reader.list("subject.required");
  rules.subject_allowed = reader.list("subject.allowed");
  for (const std::string& type : rules.subject_allowed) {
    if (!oid_of_name(type)) {
      reader.fail(malformed("allows an attribute of the subject that is not known"));
    }
  }
  for (const std::string& type : rules.subject_required) {
    if (std::find(rules.subject_allowed.begin(), rules.subject_allowed.end(), type) ==
        rules.subject_allowed.end()) {
      reader.fail(malformed("requires an attribute of the subject that it does not allow"));
    }
  }
}

void read_key(Reader& reader, CertificateRules& rules) {
  rules.key_kinds = reader.list("key.kinds");
  rules.key_identifier = reader.one_of("key.identifier", kMethods);
  for (const std::string& kind : rules.key_kinds) {
    if (std::find(kKeyKinds.begin(), kKeyKinds.end(), kind) == kKeyKinds.end()) {
      reader.fail(malformed("names a kind of key that is not known"));
    }
  }
  if (rules.key_kinds.empty()) {
    reader.fail(malformed("allows no kind of key"));
  }
}

CertificateRules read_certificate_rules(Reader& reader, ProfileKind kind) {
  CertificateRules rules;
  read_subject(reader, rules);
  read_key(reader, rules);
  rules.key_usage = read_key_usage(reader, kind);
  if (kind == ProfileKind::kRoot) {
    return rules;  // whatever else a subordinate may have, a root has not
  }
  rules.extended_key_usage = read_extended_key_usage(reader, kind);
  if (kind == ProfileKind::kSubordinate) {
    rules.path_length = reader.number("extensions.path_length");
  }
  rules.policies = reader.one_of("extensions.certificate_policies", kPresences);
  rules.crl_distribution_points = reader.one_of("extensions.crl_distribution_points", kPresences);
  rules.ca_issuers = reader.one_of("extensions.ca_issuers", kPresences);
  if (kind == ProfileKind::kEndEntity) {
    rules.ocsp_no_check = reader.one_of("extensions.ocsp_no_check", kPresences);
  }
  check_ocsp_signing(reader, rules, kind);
  return rules;
}

RevocationListRules read_list_rules(Reader& reader) {
  RevocationListRules rules;
  rules.only_ca_certificates = reader.one_of("list.only_ca_certificates", kPresences);
  rules.reasons = reader.list("list.reasons");
  for (const std::string& name : rules.reasons) {
    if (!revocation_reason_named(name)) {
      reader.fail(malformed("allows a reason for revocation that is not known"));
    }
  }
  return rules;
}

}  // namespace

base::Result<CertificateProfile> parse_profile(std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return malformed("is not TOML (line " + std::to_string(parsed.error().source().begin.line) +
                     "); correct it");
  }
  Reader reader(parsed.table());
  CertificateProfile profile;
  profile.name = reader.text("name");
  profile.title = reader.text("title");
  profile.kind = reader.one_of("kind", kKinds);
  profile.policy = {.document = reader.text("policy.document"),
                    .version = reader.text("policy.version"),
                    .section = reader.text("policy.section")};
  const std::uint64_t longest = reader.number("validity.longest_days");
  if (longest == 0 || longest > 3'000'000) {
    reader.fail(
        malformed("needs between 1 and 3000000 days for the key \"validity.longest_days\""));
  }
  profile.longest = std::chrono::days{static_cast<std::int64_t>(longest)};
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
    return malformed("has another name inside than its file; correct one of them")
        .while_doing(title);
  }
  return profile;
}

}  // namespace ca
