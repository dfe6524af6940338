// What a script needs of a plan and its annex: roles, keys, sections.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ceremony/evaluation_reserve.h"
#include "ceremony/ledger_guard.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/plan_needs.h"
#include "ceremony/roster.h"
#include "ceremony/seal.h"
#include "ceremony/signed_note.h"

namespace ceremony {

namespace {

constexpr std::size_t kHexDigits = 64;

std::string within(std::string_view list, std::size_t index, std::string_view key) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(key);
}

// A section in double or single brackets that a script needs.
struct SectionNeed {
  PlanSection section;
  std::string_view field;
  bool is_there;
};

void need_sections(const std::vector<SectionNeed>& needs,
                   const std::set<PlanSection>& sections,
                   PlanFaults& faults) {
  for (const SectionNeed& need : needs) {
    const std::string field(need.field);
    if (sections.contains(need.section) && !need.is_there) {
      faults.push_back({.rule = "plan-section-missing",
                        .field = field,
                        .message = "this ceremony needs \"" + field +
                                   "\", which is not there; add it (conclave plan new shows how)"});
    }
  }
}

// Work that no step reads would be signed off and never done.
void forbid_sections(const std::vector<SectionNeed>& needs,
                     const std::set<PlanSection>& sections,
                     PlanFaults& faults) {
  for (const SectionNeed& need : needs) {
    const std::string field(need.field);
    if (!sections.contains(need.section) && need.is_there) {
      faults.push_back({.rule = "plan-section-unused",
                        .field = field,
                        .message = "no step of this ceremony does anything with \"" + field +
                                   "\"; take it out, or plan the ceremony that it belongs to"});
    }
  }
}

// A fault of the officer number `index`.
PlanFault officer_fault(std::size_t index,
                        std::string_view key,
                        const char* rule,
                        std::string message) {
  return {.rule = rule, .field = within("signer", index, key), .message = std::move(message)};
}

}  // namespace

PlanFaults compare_with_script(const Plan& plan, const Script& script) {
  PlanFaults faults;
  if (std::ranges::find(script.modes, plan.mode) == script.modes.end()) {
    faults.push_back({.code = base::ErrorCode::kRefusedByPolicy,
                      .rule = "plan-mode",
                      .field = "mode",
                      .message = "this ceremony is not held in mode " +
                                 std::string(name_of(plan.mode)) + "; correct the mode"});
  }
  for (const RoleNeed& need : roles_needed(script)) {
    const bool is_planned = std::ranges::any_of(
        plan.signers, [&](const PlannedSigner& signer) { return signer.role == need.role; });
    if (!is_planned) {
      faults.push_back({.code = base::ErrorCode::kRefusedByPolicy,
                        .rule = "plan-role-missing",
                        .field = "signer",
                        .message = "the plan names no " + need.role +
                                   ", who has to do the step \"" + need.title +
                                   "\"; add a [[signer]] with role = \"" + need.role + "\""});
    }
  }
  const std::set<PlanSection> sections = sections_needed(script);
  const std::vector<SectionNeed> work{
      {PlanSection::kRoot, "root", plan.root.has_value()},
      {PlanSection::kCrl, "crl", plan.crl.has_value()},
      {PlanSection::kRequests, "request", !plan.requests.empty() || plan.batch},
      {PlanSection::kActivation, "activation", plan.activation.has_value()},
      {PlanSection::kMerge, "merge", plan.merge.has_value()},
      {PlanSection::kSigningKey, "signing_key", plan.signing_key.has_value()},
      {PlanSection::kSigning, "signing", plan.signing.has_value()},
      {PlanSection::kArtefacts, "artefact", !plan.artefacts.empty()}};
  need_sections(work, sections, faults);
  forbid_sections(work, sections, faults);
  need_sections(
      {{PlanSection::kObjective, "objective_seconds", plan.objective_s != 0}}, sections, faults);
  if (needs_annex(sections) && plan.annex_sha256.empty()) {
    faults.push_back({.rule = "plan-section-missing",
                      .field = "annex_sha256",
                      .message = "this ceremony needs an annex (the confidential half of the "
                                 "plan), and the plan names none; add annex_sha256"});
  }
  return faults;
}

PlanFaults compare_with_site(const Plan& plan, const Script& script, const LedgerState& ledger) {
  const auto looks = std::ranges::find(script.steps, "check-vault", &Step::act);
  if (looks == script.steps.end()) {
    return {};
  }
  const auto live = check_live(
      ledger, {.site = plan.site, .ceremony = plan.ceremony, .act = site_act_of(*looks)});
  if (live) {
    return {};
  }
  return {{.code = live.error().code,
           .rule = "plan-site-live",
           .field = "site",
           .message = live.error().message}};
}

PlanFaults check_allowed(const Plan& plan, const std::filesystem::path& scripts) {
  PlanFaults faults;
  const std::size_t count = plan.activation ? plan.activation->allowed.size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::filesystem::path name(plan.activation->allowed[i] + ".toml");
    std::error_code failed;
    if (name != name.filename() || !std::filesystem::is_regular_file(scripts / name, failed)) {
      faults.push_back({.rule = "plan-allowed",
                        .field = "activation.allowed[" + std::to_string(i) + "]",
                        .message = "there is no ceremony called \"" + name.stem().string() +
                                   "\", so nothing would be allowed by it; correct its name"});
    }
  }
  return faults;
}

PlanFaults check_officers(const Plan& plan) {
  PlanFaults faults;
  std::set<std::string> roles;
  std::map<base::Bytes, std::string> keys;  // the role that has the key first
  for (std::size_t i = 0; i < plan.signers.size(); ++i) {
    const PlannedSigner& signer = plan.signers[i];
    if (!roles.insert(signer.role).second) {
      faults.push_back(officer_fault(
          i,
          "role",
          "plan-role-twice",
          "the role " + signer.role + " is named twice; one person has it, so take one out"));
    }
    const auto key = parse_vkey(signer.vkey);
    if (!key) {
      faults.push_back(officer_fault(i, "vkey", "plan-vkey", key.error().message));
      continue;
    }
    if (is_executive_name(key->name) || role_of(key->name) != signer.role) {
      faults.push_back(officer_fault(i,
                                     "vkey",
                                     "plan-vkey-role",
                                     "the key \"" + key->name + "\" is not one of a " +
                                         signer.role + " (its name must end in /" + signer.role +
                                         "); compare it with the paper roster"));
    }
    const auto [first, is_new] = keys.emplace(key->public_key, signer.role);
    if (!is_new) {
      faults.push_back(officer_fault(i,
                                     "vkey",
                                     "plan-separation",
                                     "the " + first->second + " and the " + signer.role +
                                         " have one key, so one person would agree with "
                                         "themselves; two roles are two people with two keys"));
    }
  }
  return faults;
}

PlanFaults compare_annex_with_script(const AnnexReading& reading,
                                     const Script& script,
                                     const Plan& plan) {
  PlanFaults faults;
  const Annex& annex = reading.annex;
  const std::set<PlanSection> sections = sections_needed(script);
  need_sections({{PlanSection::kQuorum, "threshold", reading.quorum.has_value()},
                 {PlanSection::kHolders, "holder", !annex.holders.empty()},
                 {PlanSection::kSites, "site", !annex.sites.empty()}},
                sections,
                faults);
  for (std::size_t i = 0; i < annex.holders.size(); ++i) {
    const PlannedHolder& holder = annex.holders[i];
    const bool needs_key = sections.contains(PlanSection::kPossessionKeys);
    if ((needs_key || !holder.possession_key.empty()) &&
        holder.possession_key.size() != kHexDigits) {
      faults.push_back({.rule = "annex-possession-key",
                        .field = within("holder", i, "possession_key"),
                        .message = "a holder's \"possession_key\" must be the 64 digits that the "
                                   "journal of the root generation names; copy it from there"});
    }
    if (auto known = continent_named(holder.continent); !known) {
      faults.push_back({.rule = "annex-continent",
                        .field = within("holder", i, "continent"),
                        .message = known.error().message});
    }
  }
  const bool has_own_site =
      annex.sites.empty() || std::ranges::any_of(annex.sites, [&](const PlannedSite& site) {
        return site.name == plan.site;
      });
  if (!has_own_site) {
    faults.push_back({.rule = "annex-site",
                      .field = "site",
                      .message = "the site of the plan is not among the sites of the annex; "
                                 "correct one of them"});
  }
  for (std::size_t i = 0; i < annex.sites.size(); ++i) {
    if (auto known = continent_named(annex.sites[i].continent); !known) {
      faults.push_back({.rule = "annex-continent",
                        .field = within("site", i, "continent"),
                        .message = known.error().message});
    }
  }
  return faults;
}

}  // namespace ceremony
