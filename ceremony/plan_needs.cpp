#include "ceremony/plan_needs.h"

#include <algorithm>
#include <array>

namespace ceremony {

namespace {

struct ActNeed {
  std::string_view act;
  PlanSection section;
};

constexpr std::array kActNeeds{
    ActNeed{"show-root", PlanSection::kRoot},
    ActNeed{"sign-root", PlanSection::kRoot},
    ActNeed{"show-crl", PlanSection::kCrl},
    ActNeed{"sign-crl", PlanSection::kCrl},
    ActNeed{"check-requests", PlanSection::kRequests},
    ActNeed{"show-certificates", PlanSection::kRequests},
    ActNeed{"sign-requests", PlanSection::kRequests},
    ActNeed{"declare-activation", PlanSection::kActivation},
    ActNeed{"show-merge", PlanSection::kMerge},
    ActNeed{"merge-ledger", PlanSection::kMerge},
    ActNeed{"show-key-request", PlanSection::kSigningKey},
    ActNeed{"sign-key-request", PlanSection::kSigningKey},
    ActNeed{"check-artefacts", PlanSection::kSigning},
    ActNeed{"check-artefacts", PlanSection::kArtefacts},
    ActNeed{"show-artefacts", PlanSection::kSigning},
    ActNeed{"show-artefacts", PlanSection::kArtefacts},
    ActNeed{"sign-artefacts", PlanSection::kSigning},
    ActNeed{"sign-artefacts", PlanSection::kArtefacts},
    ActNeed{"split-kek", PlanSection::kQuorum},
    ActNeed{"split-kek", PlanSection::kHolders},
    ActNeed{"split-kek", PlanSection::kSites},
    ActNeed{"lock-shares", PlanSection::kHolders},
    ActNeed{"read-back-shares", PlanSection::kHolders},
    ActNeed{"draw-quorum", PlanSection::kQuorum},
    ActNeed{"draw-quorum", PlanSection::kHolders},
    ActNeed{"gather-drawn", PlanSection::kHolders},
    ActNeed{"verify-shares", PlanSection::kHolders},
    ActNeed{"verify-shares", PlanSection::kPossessionKeys},
    ActNeed{"refuse-production", PlanSection::kHolders},
    ActNeed{"stop-clock", PlanSection::kObjective},
    ActNeed{"evaluate", PlanSection::kQuorum},
    ActNeed{"evaluate", PlanSection::kHolders},
    ActNeed{"evaluate", PlanSection::kSites},
};

}  // namespace

std::set<PlanSection> sections_needed(const Script& script) {
  std::set<PlanSection> sections;
  for (const ActNeed& need : kActNeeds) {
    const bool is_done =
        std::ranges::any_of(script.steps, [&](const Step& step) { return step.act == need.act; });
    if (is_done) {
      sections.insert(need.section);
    }
  }
  return sections;
}

bool needs_annex(const std::set<PlanSection>& sections) {
  return std::ranges::any_of(sections,
                             [](PlanSection section) { return section >= PlanSection::kQuorum; });
}

std::vector<RoleNeed> roles_needed(const Script& script) {
  std::vector<RoleNeed> needs;
  const auto add = [&](const std::string& role, const Step& step) {
    const bool is_known =
        std::ranges::any_of(needs, [&](const RoleNeed& need) { return need.role == role; });
    if (!is_known) {
      needs.push_back({.role = role, .title = step.title});
    }
  };
  for (const auto* const steps : {&script.steps, &script.abort_steps, &script.resume_steps}) {
    for (const Step& step : *steps) {
      add(step.actor, step);
      add(step.witness, step);
    }
  }
  return needs;
}

}  // namespace ceremony
