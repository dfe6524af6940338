// The acts by which records of the other site come in, and two branches become one.

#include <array>
#include <system_error>
#include <utility>

#include "ceremony/action.h"
#include "ceremony/ledger_import.h"
#include "ceremony/ledger_merge.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// From the other sites in this room, and from the transfer stick's folder "ledger".
Result<Turn> import_here(Workplace& work, client::Input& /*input*/) {
  auto home = home_site(work);
  if (!home) {
    return std::move(home).error();
  }
  std::vector<fs::path> sources(work.room.sites.begin() + 1, work.room.sites.end());
  std::error_code failed;
  if (const fs::path brought = work.room.transfer_in / "ledger";
      !work.room.transfer_in.empty() && fs::exists(brought, failed)) {
    sources.push_back(brought);
  }
  std::size_t count = 0;
  for (const fs::path& source : sources) {
    auto imported = import_records({.from = source, .to = *home}, std::nullopt);
    if (!imported) {
      return std::move(imported).error();
    }
    count += imported->records;
  }
  Turn turn;
  turn.facts = {{"imported", count}};
  turn.public_note = std::to_string(count) + " records imported, each verified";
  return turn;
}

// The merge that the plan names.
Result<LedgerMerge> planned_merge(const Workplace& work) {
  if (!work.plan.merge) {
    return Error{ErrorCode::kInconsistent, "the plan has no section [merge]; correct it"};
  }
  auto home = home_site(work);
  auto ledger = home ? Ledger::read(*home / "ledger") : Result<Ledger>(home.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  auto merge =
      plan_merge(*ledger, {.kept = work.plan.previous_head, .joined = work.plan.merge->joined});
  if (!merge) {
    return merge;
  }
  if (auto chained = check_chain(work.plan, merge->kept.state); !chained) {
    return std::move(chained).error();
  }
  return merge;
}

Result<Asking> ask_merge(const Workplace& work) {
  auto merge = planned_merge(work);
  if (!merge) {
    return std::move(merge).error();
  }
  return Asking{.subject = {}, .shown = merge_lines(*merge), .asks = {}};
}

Result<Turn> agree_to_merge(Workplace& work, client::Input& /*input*/) {
  auto merge = planned_merge(work);
  return merge ? Result<Turn>(Turn()) : Result<Turn>(std::move(merge).error());
}

// The records of the branch that is taken in, so that anybody can look for them.
Json joined_records(const LedgerMerge& merge) {
  Json records = Json::array();
  for (const LedgerRecord& record : merge.joined.records) {
    records.push_back(
        {{"sequence", record.sequence}, {"ceremony", record.ceremony}, {"head", record.head}});
  }
  return records;
}

Result<Turn> merge_branches(Workplace& work, client::Input& input) {
  auto merge = planned_merge(work);
  if (!merge) {
    return std::move(merge).error();
  }
  auto noted = note_exception(work,
                              {.expected = "one branch of records",
                               .seen = "two branches: both sites have acted",
                               .decided = "merged, and recorded as an incident",
                               .raised_by = input.acted_by});
  if (!noted) {
    return std::move(noted).error();
  }
  Turn turn;
  turn.facts = {{"merged", true}};
  turn.publications.push_back({.type = "ledger.merge",
                               .data = {{"incident", "fork"},
                                        {"fork", merge->fork.head},
                                        {"kept", merge->kept.state.head},
                                        {"joined", merge->joined.state.head},
                                        {"records", joined_records(*merge)},
                                        {"crl_number", merge->merged.crl_number},
                                        {"revoked", revoked_facts(merge->merged)},
                                        {"epoch", merge->merged.epoch},
                                        {"site", work.plan.site}},
                               .hidden = {}});
  turn.public_note = "both branches are one; the next CRL has the number " +
                     std::to_string(next_crl_number(merge->merged));
  return turn;
}

constexpr std::array kMergeActions{
    Action{.name = "import-records", .ask = ask_nothing, .act = import_here},
    Action{.name = "show-merge", .ask = ask_merge, .act = agree_to_merge},
    Action{.name = "merge-ledger", .ask = ask_nothing, .act = merge_branches}};

}  // namespace

std::span<const Action> merge_actions() {
  return kMergeActions;
}

}  // namespace ceremony
