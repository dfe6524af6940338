#include "ceremony/plan_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <toml++/toml.h>

#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/ledger_merge.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/plan_rules.h"
#include "ceremony/plan_secrets.h"
#include "ceremony/plan_sections.h"
#include "ceremony/quorum_words.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Result;

constexpr std::size_t kLargestPaper = 1U << 20U;  // bytes; as parse_plan() takes

// Adds what is new: nothing about a field that cannot be read anyway.
void add_faults(PlanFaults more, PlanFaults& faults) {
  for (PlanFault& fault : more) {
    const bool is_known = std::ranges::any_of(faults, [&](const PlanFault& known) {
      return !known.field.empty() && known.field == fault.field &&
             (known.rule == "plan-form" || known.rule == "plan-placeholder" ||
              known.message == fault.message);
    });
    if (!is_known) {
      faults.push_back(std::move(fault));
    }
  }
}

// Looks up lines by fields, and puts the faults in the order of the file.
void give_lines(const toml::table& file, PlanFaults& faults) {
  for (PlanFault& fault : faults) {
    if (fault.line == 0 && !fault.field.empty()) {
      const auto node = file.at_path(fault.field);
      fault.line = node ? node.node()->source().begin.line : 0;
    }
  }
  std::ranges::stable_sort(faults, {}, &PlanFault::line);
}

// A text of the template that nobody has replaced: "<SHA-256 OF THE FILE>".
bool is_placeholder(std::string_view text) {
  return text.size() > 2 && text.front() == '<' && text.back() == '>';
}

void find_placeholders(const toml::table& file, PlanFaults& faults) {
  for_each_text(file, "", [&](const std::string& field, const toml::value<std::string>& text) {
    if (is_placeholder(*text)) {
      faults.push_back({.rule = "plan-placeholder",
                        .field = field,
                        .message = "\"" + field +
                                   "\" still has the text of the template; put in what it asks for",
                        .line = text.source().begin.line});
    }
  });
}

// A file that is no TOML has one fault, with its line in the message.
PlanFault form_fault(const base::Error& error) {
  return {.code = error.code, .rule = "plan-form", .field = "", .message = error.message};
}

// Texts that become public must not tell what the annex hides.
PlanFaults check_public_texts(const Plan& plan) {
  PlanFaults faults;
  std::vector<std::pair<std::string, std::string>> texts{{"origin", plan.origin},
                                                         {"site", plan.site}};
  if (plan.root) {
    texts.emplace_back("root.common_name", plan.root->name.common_name);
    texts.emplace_back("root.organization", plan.root->name.organization);
  }
  for (const auto& [field, text] : texts) {
    if (seems_to_tell_the_quorum(text)) {
      faults.push_back({.rule = "plan-tells-quorum",
                        .field = field,
                        .message = "\"" + field +
                                   "\" seems to say how many shares there are and how many open "
                                   "the key, and the plan becomes public; write it otherwise"});
    }
  }
  return faults;
}

// The plan's own digest of the annex against the annex that was given.
PlanFaults compare_digest(const Plan& plan, const PlanReport& report) {
  if (!report.annex_digest || plan.annex_sha256 == base::digest_hex(*report.annex_digest)) {
    return {};
  }
  return {{.rule = "plan-annex-digest",
           .field = "annex_sha256",
           .message = "the annex is not the one that this plan names; if it is the right one, "
                      "write annex_sha256 = \"" +
                      base::digest_hex(*report.annex_digest) + "\" into the plan"}};
}

// Everything that needs the script, which it gives. A script that does not exist is the plan's
// fault.
std::optional<Script> check_script_side(const PlanPapers& papers,
                                        const Plan& plan,
                                        const AnnexReading* annex,
                                        PlanReport& report) {
  auto script = load_script(papers.data / "scripts", plan.ceremony, action_names());
  if (!script) {
    add_faults(
        {{.code = script.error().code,
          .rule = "plan-ceremony",
          .field = "ceremony",
          .message = "there is no sound script for this ceremony: " + script.error().message}},
        report.plan);
    return std::nullopt;
  }
  add_faults(compare_with_script(plan, *script), report.plan);
  if (annex != nullptr) {
    add_faults(compare_annex_with_script(*annex, *script, plan), report.annex);
  }
  return std::move(script).value();
}

// The annex as read; its faults are in the report.
Result<std::optional<AnnexReading>> look_at_annex(const PlanPapers& papers, PlanReport& report) {
  if (papers.annex.empty()) {
    return std::optional<AnnexReading>();
  }
  auto bytes = base::read_file(papers.annex, kLargestPaper);
  if (!bytes) {
    return std::move(bytes).error();
  }
  report.annex_digest = base::sha256(*bytes);
  auto file = parse_toml(base::text_of(*bytes), "the annex");
  if (!file) {
    report.annex.push_back(form_fault(file.error()));
    return std::optional<AnnexReading>();
  }
  AnnexReading reading = read_annex_sections(*file);
  report.annex = reading.faults;
  find_placeholders(*file, report.annex);
  add_faults(find_secrets({.text = base::text_of(*bytes), .paper = "the annex"}, *file),
             report.annex);
  add_faults(object_to_annex(reading), report.annex);
  if (reading.quorum) {
    if (auto quorum = shamir::Quorum::of(*reading.quorum); !quorum) {
      add_faults({{.code = quorum.error().code,
                   .rule = "annex-quorum",
                   .field = "threshold",
                   .message = quorum.error().message}},
                 report.annex);
    }
  }
  give_lines(*file, report.annex);
  return std::optional<AnnexReading>(std::move(reading));
}

// The state that the plan goes on from. Where it merges two branches that are both there, that of
// the branch that is kept; what stands against the merge is then the plan's fault.
Result<LedgerState> state_before(const Plan& plan, const Ledger& ledger, PlanReport& report) {
  if (!plan.merge || !ledger.has(plan.merge->joined)) {
    return ledger.state();
  }
  auto merge = plan_merge(ledger, {.kept = plan.previous_head, .joined = plan.merge->joined});
  if (merge) {
    return std::move(merge->kept.state);
  }
  add_faults({{.code = merge.error().code,
               .rule = "plan-merge",
               .field = "merge.joined",
               .message = merge.error().message}},
             report.plan);
  return ledger.state_at(plan.merge->joined);
}

Result<void> look_at_records(const PlanPapers& papers,
                             const Plan& plan,
                             const std::optional<Script>& script,
                             PlanReport& report) {
  if (papers.ledger.empty()) {
    return {};
  }
  const auto ledger = Ledger::read(papers.ledger);
  if (!ledger) {
    return ledger.error();
  }
  const auto state = state_before(plan, *ledger, report);
  if (!state) {
    return state.error();
  }
  add_faults(compare_with_ledger(plan, *state), report.plan);
  add_faults(compare_answers_with_root(plan, *state, papers.data / "profiles"), report.plan);
  if (script) {
    add_faults(compare_with_site(plan, *script, *state), report.plan);
  }
  return {};
}

}  // namespace

bool is_sound(const PlanReport& report) {
  const auto is_error = [](const PlanFault& fault) {
    return fault.severity == base::Severity::kError;
  };
  return std::ranges::none_of(report.plan, is_error) &&
         std::ranges::none_of(report.annex, is_error);
}

Result<PlanReport> check_plan(const PlanPapers& papers) {
  auto bytes = base::read_file(papers.plan, kLargestPaper);
  if (!bytes) {
    return std::move(bytes).error();
  }
  PlanReport report{.digest = base::sha256(*bytes), .annex_digest = {}, .plan = {}, .annex = {}};
  auto annex = look_at_annex(papers, report);
  if (!annex) {
    return std::move(annex).error();
  }
  auto file = parse_toml(base::text_of(*bytes), "the plan");
  if (!file) {
    report.plan.push_back(form_fault(file.error()));
    return report;
  }
  PlanReading reading = read_plan_sections(*file);
  const Plan& plan = reading.plan;
  report.plan = std::move(reading.faults);
  find_placeholders(*file, report.plan);
  add_faults(find_secrets({.text = base::text_of(*bytes), .paper = "the plan"}, *file),
             report.plan);
  add_faults(object_to_plan(plan), report.plan);
  add_faults(check_officers(plan), report.plan);
  add_faults(check_public_texts(plan), report.plan);
  add_faults(check_allowed(plan, papers.data / "scripts"), report.plan);
  add_faults(compare_digest(plan, report), report.plan);
  const auto script = check_script_side(papers, plan, *annex ? &**annex : nullptr, report);
  const auto profiles = papers.data / "profiles";
  add_faults(compare_with_calendar(plan, profiles, papers.today), report.plan);
  if (!papers.requests.empty()) {
    add_faults(compare_with_requests(papers.requests, plan, profiles), report.plan);
  }
  if (auto looked = look_at_records(papers, plan, script, report); !looked) {
    return std::move(looked).error();
  }
  give_lines(*file, report.plan);
  return report;
}

}  // namespace ceremony
