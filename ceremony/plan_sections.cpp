#include "ceremony/plan_sections.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ca/algorithm.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::ErrorCode;

// A sequence or threshold beyond every limit stays beyond it, whatever its type can hold.
template <typename Number>
Number clamped(std::int64_t value) {
  constexpr auto kMost = static_cast<std::int64_t>(std::numeric_limits<Number>::max());
  return static_cast<Number>(std::min(value, kMost));
}

// What the reader has met in one table. `field` is the path of the table: "", "root", "signer[2]".
void take_faults(TomlTable& table, const std::string& field, PlanFaults& faults) {
  for (TomlFault& fault : table.all_faults()) {
    faults.push_back({.code = ErrorCode::kMalformed,
                      .rule = "plan-form",
                      .field = field.empty() ? fault.key : field + "." + fault.key,
                      .message = std::move(fault.message),
                      .line = fault.line});
  }
}

// A list of sections: where messages say it stands, and the path of the list.
struct Section {
  std::string where;
  std::string field;
};

template <typename T, typename ReadOne>
std::vector<T> read_each(const std::vector<const toml::table*>& tables,
                         const Section& section,
                         ReadOne read_one,
                         PlanFaults& faults) {
  std::vector<T> list;
  for (const toml::table* const table : tables) {
    TomlTable reader(*table, section.where);
    const std::string field = section.field + "[" + std::to_string(list.size()) + "]";
    list.push_back(read_one(reader));
    take_faults(reader, field, faults);
  }
  return list;
}

PlannedKeeper read_keeper(TomlTable& table) {
  return {.name = table.text("name"), .public_key = table.text("key")};
}

PlannedSigner read_signer(TomlTable& table) {
  return {.role = table.text("role"), .vkey = table.text("vkey")};
}

PlannedRevocation read_revocation(TomlTable& table) {
  return {
      .serial = table.text("serial"), .date = table.text("date"), .reason = table.text("reason")};
}

PlannedSite read_site(TomlTable& table) {
  return {.name = table.text("name"), .continent = table.text("continent")};
}

// The algorithm of that name; a fault where it has none.
ca::Algorithm read_algorithm(const std::string& name,
                             std::string_view section,
                             PlanFaults& faults) {
  auto algorithm = ca::algorithm_named(name);
  if (!algorithm && !name.empty()) {
    faults.push_back({.code = algorithm.error().code,
                      .rule = "plan-algorithm",
                      .field = std::string(section) + ".algorithm",
                      .message = algorithm.error().message});
  }
  return algorithm ? *algorithm : ca::Algorithm::kP384;
}

PlannedRoot read_root(const toml::table& section, PlanFaults& faults) {
  TomlTable table(section, "the plan, section [root]");
  const std::string algorithm_name = table.text("algorithm");
  PlannedRoot root{.algorithm = ca::Algorithm::kP384,
                   .profile = table.text("profile"),
                   .name = {.common_name = table.text("common_name"),
                            .organization = table.text("organization"),
                            .country = table.text("country")},
                   .not_before = table.text("not_before"),
                   .not_after = table.text("not_after")};
  take_faults(table, "root", faults);
  root.algorithm = read_algorithm(algorithm_name, "root", faults);
  return root;
}

PlannedSigningKey read_signing_key(const toml::table& section, PlanFaults& faults) {
  TomlTable table(section, "the plan, section [signing_key]");
  const std::string algorithm_name = table.text("algorithm");
  PlannedSigningKey key{.algorithm = ca::Algorithm::kP384,
                        .name = {.common_name = table.text("common_name"),
                                 .organization = table.text("organization"),
                                 .country = table.text("country")}};
  take_faults(table, "signing_key", faults);
  key.algorithm = read_algorithm(algorithm_name, "signing_key", faults);
  return key;
}

PlannedCrl read_crl(const toml::table& section, PlanFaults& faults) {
  TomlTable table(section, "the plan, section [crl]");
  PlannedCrl crl{.this_update = table.text("this_update"),
                 .next_update = table.text("next_update")};
  if (const std::string profile = table.text("profile", Presence::kOptional); !profile.empty()) {
    crl.profile = profile;
  }
  crl.next_ceremony = table.text("next_ceremony", Presence::kOptional);
  crl.reserve = clamped<std::uint32_t>(table.number("reserve", Presence::kOptional));
  crl.reserve_overlap_days =
      clamped<std::uint32_t>(table.number("reserve_overlap_days", Presence::kOptional));
  crl.ocsp = table.flag("ocsp");
  crl.revocations = read_each<PlannedRevocation>(table.tables("revoke"),
                                                 {"the plan, section [[crl.revoke]]", "crl.revoke"},
                                                 read_revocation,
                                                 faults);
  take_faults(table, "crl", faults);
  return crl;
}

// The keys that stand above all sections. The mode is told apart once all keys are known to be
// right.
void read_head(TomlTable& table, PlanReading& reading) {
  Plan& plan = reading.plan;
  plan.ceremony = table.text("ceremony");
  const std::string mode_name = table.text("mode");
  plan.sequence = clamped<std::uint32_t>(table.number("sequence"));
  plan.date = table.text("date");
  plan.origin = table.text("origin");
  plan.previous_head = table.text("previous_head");
  plan.site = table.text("site");
  plan.objective_s = clamped<std::uint32_t>(table.number("objective_seconds", Presence::kOptional));
  plan.kdf = table.text("kdf");
  plan.token_library = table.text("token_library", Presence::kOptional);
  plan.annex_sha256 = table.text("annex_sha256", Presence::kOptional);
  const auto mode = mode_named(mode_name);
  if (mode) {
    plan.mode = *mode;
  } else if (!mode_name.empty()) {
    reading.faults.push_back({.code = mode.error().code,
                              .rule = "plan-mode",
                              .field = "mode",
                              .message = "the plan: " + mode.error().message});
  }
}

// What is signed under a split signing key, and how that key is born.
void read_signing_sections(TomlTable& table, PlanReading& reading) {
  Plan& plan = reading.plan;
  if (const toml::table* const section = table.table("signing_key"); section != nullptr) {
    plan.signing_key = read_signing_key(*section, reading.faults);
  }
  if (const toml::table* const section = table.table("signing"); section != nullptr) {
    TomlTable signing(*section, "the plan, section [signing]");
    plan.signing = read_signing(signing);
    take_faults(signing, "signing", reading.faults);
  }
  plan.artefacts = read_each<PlannedArtefact>(table.tables("artefact"),
                                              {"the plan, section [[artefact]]", "artefact"},
                                              read_artefact_section,
                                              reading.faults);
}

}  // namespace

PlanReading read_plan_sections(const toml::table& file) {
  PlanReading reading;
  TomlTable table(file, "the plan");
  read_head(table, reading);
  if (const toml::table* const section = table.table("root"); section != nullptr) {
    reading.plan.root = read_root(*section, reading.faults);
  }
  if (const toml::table* const section = table.table("crl"); section != nullptr) {
    reading.plan.crl = read_crl(*section, reading.faults);
  }
  if (const toml::table* const section = table.table("activation"); section != nullptr) {
    TomlTable activation(*section, "the plan, section [activation]");
    reading.plan.activation = read_activation(activation);
    take_faults(activation, "activation", reading.faults);
  }
  if (const toml::table* const section = table.table("merge"); section != nullptr) {
    TomlTable merge(*section, "the plan, section [merge]");
    reading.plan.merge = read_merge(merge);
    take_faults(merge, "merge", reading.faults);
  }
  read_signing_sections(table, reading);
  reading.plan.requests = read_each<PlannedRequest>(table.tables("request"),
                                                    {"the plan, section [[request]]", "request"},
                                                    read_request_section,
                                                    reading.faults);
  if (const toml::table* const section = table.table("batch"); section != nullptr) {
    TomlTable batch(*section, "the plan, section [batch]");
    reading.plan.batch = read_batch_section(batch);
    take_faults(batch, "batch", reading.faults);
  }
  reading.plan.signers = read_each<PlannedSigner>(table.tables("signer"),
                                                  {"the plan, section [[signer]]", "signer"},
                                                  read_signer,
                                                  reading.faults);
  reading.plan.keepers = read_each<PlannedKeeper>(table.tables("keeper"),
                                                  {"the plan, section [[keeper]]", "keeper"},
                                                  read_keeper,
                                                  reading.faults);
  take_faults(table, "", reading.faults);
  return reading;
}

AnnexReading read_annex_sections(const toml::table& file) {
  AnnexReading reading;
  TomlTable table(file, "the annex");
  reading.salt = table.text("salt");
  const std::int64_t threshold = table.number("threshold", Presence::kOptional);
  reading.annex.holders = read_each<PlannedHolder>(table.tables("holder"),
                                                   {"the annex, section [[holder]]", "holder"},
                                                   read_holder,
                                                   reading.faults);
  reading.annex.sites = read_each<PlannedSite>(
      table.tables("site"), {"the annex, section [[site]]", "site"}, read_site, reading.faults);
  take_faults(table, "", reading.faults);
  if (file.contains("threshold")) {
    reading.quorum =
        shamir::QuorumNumbers{.threshold = clamped<unsigned>(threshold),
                              .shares = static_cast<unsigned>(reading.annex.holders.size())};
  }
  return reading;
}

}  // namespace ceremony
