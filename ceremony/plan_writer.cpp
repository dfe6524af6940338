#include "ceremony/plan_writer.h"

#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

constexpr std::size_t kSaltSize = 32;  // bytes

std::string text_of(const toml::table& table) {
  std::ostringstream text;
  text << table << '\n';
  return text.str();
}

toml::table root_table(const PlannedRoot& root) {
  return toml::table{{"algorithm", std::string(ca::name_of(root.algorithm))},
                     {"profile", root.profile},
                     {"common_name", root.name.common_name},
                     {"organization", root.name.organization},
                     {"country", root.name.country},
                     {"not_before", root.not_before},
                     {"not_after", root.not_after}};
}

toml::table signing_key_table(const PlannedSigningKey& key) {
  return toml::table{{"algorithm", std::string(ca::name_of(key.algorithm))},
                     {"common_name", key.name.common_name},
                     {"organization", key.name.organization},
                     {"country", key.name.country}};
}

toml::table crl_table(const PlannedCrl& crl) {
  toml::array revocations;
  for (const PlannedRevocation& one : crl.revocations) {
    revocations.push_back(
        toml::table{{"serial", one.serial}, {"date", one.date}, {"reason", one.reason}});
  }
  toml::table table{{"this_update", crl.this_update}, {"next_update", crl.next_update}};
  if (crl.profile != PlannedCrl().profile) {
    table.insert("profile", crl.profile);
  }
  if (!crl.next_ceremony.empty()) {
    table.insert("next_ceremony", crl.next_ceremony);
  }
  if (crl.reserve != 0) {
    table.insert("reserve", static_cast<std::int64_t>(crl.reserve));
    table.insert("reserve_overlap_days", static_cast<std::int64_t>(crl.reserve_overlap_days));
  }
  if (crl.ocsp) {
    table.insert("ocsp", true);
  }
  if (!revocations.empty()) {
    table.insert("revoke", std::move(revocations));
  }
  return table;
}

toml::array signer_tables(const std::vector<PlannedSigner>& signers) {
  toml::array tables;
  for (const PlannedSigner& one : signers) {
    tables.push_back(toml::table{{"role", one.role}, {"vkey", one.vkey}});
  }
  return tables;
}

toml::array keeper_tables(const std::vector<PlannedKeeper>& keepers) {
  toml::array tables;
  for (const PlannedKeeper& one : keepers) {
    tables.push_back(toml::table{{"name", one.name}, {"key", one.public_key}});
  }
  return tables;
}

}  // namespace

std::string write_plan(const Plan& plan) {
  toml::table table{{"ceremony", plan.ceremony},
                    {"mode", std::string(name_of(plan.mode))},
                    {"sequence", static_cast<std::int64_t>(plan.sequence)},
                    {"date", plan.date},
                    {"origin", plan.origin},
                    {"previous_head", plan.previous_head},
                    {"site", plan.site},
                    {"kdf", plan.kdf},
                    {"signer", signer_tables(plan.signers)}};
  if (plan.objective_s != 0) {
    table.insert("objective_seconds", static_cast<std::int64_t>(plan.objective_s));
  }
  if (!plan.token_library.empty()) {
    table.insert("token_library", plan.token_library);
  }
  if (!plan.annex_sha256.empty()) {
    table.insert("annex_sha256", plan.annex_sha256);
  }
  if (!plan.keepers.empty()) {
    table.insert("keeper", keeper_tables(plan.keepers));
  }
  if (plan.root) {
    table.insert("root", root_table(*plan.root));
  }
  if (plan.crl) {
    table.insert("crl", crl_table(*plan.crl));
  }
  if (plan.activation) {
    table.insert("activation", activation_table(*plan.activation));
  }
  if (plan.merge) {
    table.insert("merge", merge_table(*plan.merge));
  }
  if (plan.signing_key) {
    table.insert("signing_key", signing_key_table(*plan.signing_key));
  }
  if (plan.signing) {
    table.insert("signing", signing_table(*plan.signing));
  }
  if (!plan.artefacts.empty()) {
    table.insert("artefact", artefact_tables(plan.artefacts));
  }
  if (!plan.requests.empty()) {
    table.insert("request", request_tables(plan.requests));
  }
  if (plan.batch) {
    table.insert("batch", batch_table(*plan.batch));
  }
  return text_of(table);
}

std::string write_annex(const Annex& annex) {
  toml::table table{{"salt", base::to_hex(base::random_bytes(kSaltSize))}};
  const auto access = shamir::ConfidentialAccess::in_the_room();
  if (annex.quorum) {
    table.insert("threshold", static_cast<std::int64_t>(annex.quorum->threshold(access)));
  }
  toml::array holders;
  for (const PlannedHolder& one : annex.holders) {
    holders.push_back(holder_table(one));
  }
  if (!holders.empty()) {
    table.insert("holder", std::move(holders));
  }
  toml::array sites;
  for (const PlannedSite& one : annex.sites) {
    sites.push_back(toml::table{{"name", one.name}, {"continent", one.continent}});
  }
  if (!sites.empty()) {
    table.insert("site", std::move(sites));
  }
  return text_of(table);
}

}  // namespace ceremony
