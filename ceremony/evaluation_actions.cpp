#include "ceremony/evaluation_actions.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/evaluation.h"
#include "ceremony/evaluation_input.h"
#include "ceremony/keeper_key.h"
#include "ceremony/owners_facts.h"
#include "ceremony/record_folder.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr const char* kReportsType = "share-reports";  // of the journal: what others say

// What the public records and the declarations come to, without the owners' facts.
Result<EvaluationInput> public_input(const Workplace& work) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no site is in this room, so there are no records to answer from; bring the vault "
                 "media of one site"};
  }
  auto records = read_ledger_records(work.room.sites.front() / "ledger");
  if (!records) {
    return std::move(records).error();
  }
  EvaluationInput input;
  input.records = std::move(records).value();
  const fs::path declared = work.room.transfer_in / "declarations.toml";
  std::error_code failed;
  if (!work.room.transfer_in.empty() && fs::exists(declared, failed)) {
    auto declarations = read_declarations(declared);
    if (!declarations) {
      return std::move(declarations).error();
    }
    input.declarations = std::move(declarations).value();
  }
  return input;
}

// The journals in this room that speak of the newest share set: of the ceremony that made it, and
// of those with reports on its shares. (A branch's copy of a record has digits behind the name.)
std::vector<fs::path> journals_of_set(const Workplace& work, const EvaluationRecord& record) {
  std::vector<fs::path> folders;
  for (const CeremonyFact& ceremony : record.since_set()) {
    const bool made_it = &ceremony == &record.since_set().front();
    std::string name = record.records()[ceremony.record].id;
    std::error_code failed;
    while (!name.empty() && !fs::exists(work.room.confidential / name / kJournalFile, failed)) {
      const std::size_t dash = name.rfind('-');
      name = dash == std::string::npos ? std::string() : name.substr(0, dash);
    }
    if (!name.empty() && (made_it || ceremony.has_health)) {
      folders.push_back(work.room.confidential / name);
    }
  }
  return folders;
}

// What the journals say: the quorum of the set, and the reports on its shares.
struct JournalFindings {
  std::optional<OwnersFacts> set;
  std::vector<SeatHealth> reports;
};

Result<JournalFindings> findings_in(const Workplace& work,
                                    const EvaluationRecord& record,
                                    const KeySource& source) {
  auto journals = read_journals(journals_of_set(work, record), source);
  if (!journals) {
    return std::move(journals).error();
  }
  auto set = owners_facts_in(*journals, record.share_set_entry());
  if (!set) {
    return std::move(set).error();
  }
  auto reports = reports_on_shares(*journals, record);
  if (!reports) {
    return std::move(reports).error();
  }
  return JournalFindings{.set = std::move(set).value(), .reports = std::move(reports).value()};
}

// The annex must be about the set that the records have: the same k and n, and the same seats.
Result<void> check_same_set(const OwnersFacts& annex, const std::optional<OwnersFacts>& set) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  const auto has_seat = [&annex](const OwnersHolder& holder) {
    return std::any_of(annex.holders.begin(), annex.holders.end(), [&holder](const auto& one) {
      return one.seat == holder.seat;
    });
  };
  if (!set || (set->quorum.threshold(access) == annex.quorum.threshold(access) &&
               set->quorum.shares(access) == annex.quorum.shares(access) &&
               std::all_of(set->holders.begin(), set->holders.end(), has_seat))) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "the annex does not describe the newest share set: its holders, or how many of them "
               "are needed, are not those that the journal of that set has; correct the annex, and "
               "review the plan again"};
}

// What the annex says must be what the journals say, where they are here.
Result<void> check_annex(const OwnersFacts& annex, const JournalFindings& findings) {
  auto same = check_same_set(annex, findings.set);
  const bool is_told = findings.set || !findings.reports.empty();
  return same && is_told ? check_told_health(annex, findings.reports) : same;
}

// As the journal of this ceremony keeps the reports, and gives them back.
Json reports_json(const std::vector<SeatHealth>& reports) {
  Json list = Json::array();
  for (const SeatHealth& report : reports) {
    list.push_back({{"seat", report.seat}, {"health", name_of(report.health)}});
  }
  return {{"reports", std::move(list)}};
}

Result<std::vector<SeatHealth>> noted_reports(const Json& data) {
  std::vector<SeatHealth> reports;
  for (const Json& one : data.at("reports")) {
    auto health = share_health_named(one.at("health").get<std::string>());
    if (!health) {
      return std::move(health).error();
    }
    reports.push_back({.seat = one.at("seat"), .health = *health});
  }
  return reports;
}

// The newest entry of ours that has the reports, or nullptr.
const JournalEntry* newest_reports(const Workplace& work) {
  const auto& entries = work.journal.entries();
  const auto found = std::find_if(entries.rbegin(), entries.rend(), [](const JournalEntry& entry) {
    return entry.type == kReportsType;
  });
  return found == entries.rend() ? nullptr : &*found;
}

// Whether the journals in the room must be opened with a keeper's key, and have not been.
bool needs_keeper(const Workplace& work, const EvaluationRecord& record) {
  return work.plan.mode == Mode::kProduction && work.annex.quorum &&
         newest_reports(work) == nullptr && !journals_of_set(work, record).empty();
}

// The reports on shares: read from the journals, or as the first turn has noted them.
Result<std::vector<SeatHealth>> reports_for(const Workplace& work,
                                            const EvaluationRecord& record,
                                            const OwnersFacts& facts) {
  if (const JournalEntry* const entry = newest_reports(work); entry != nullptr) {
    return noted_reports(entry->data);
  }
  auto findings = findings_in(work, record, {});
  if (!findings) {
    return std::move(findings).error();
  }
  if (auto same = check_annex(facts, *findings); !same) {
    return std::move(same).error();
  }
  return std::move(findings->reports);
}

Result<std::optional<Reserve>> reserve_in_room(const Workplace& work,
                                               const EvaluationRecord& record) {
  auto facts = owners_facts_in(work.annex);
  if (!facts) {
    return std::move(facts).error();
  }
  if (!facts->has_value() || record.share_set_entry().empty()) {
    return std::optional<Reserve>();
  }
  auto reports = reports_for(work, record, **facts);
  if (!reports) {
    return std::move(reports).error();
  }
  if (auto taken = take_reports(*reports, **facts); !taken) {
    return std::move(taken).error();
  }
  auto reserve = reserve_of(**facts, record, shamir::ConfidentialAccess::in_the_room());
  if (!reserve) {
    return std::move(reserve).error();
  }
  return std::optional<Reserve>(*reserve);
}

// The evaluation with the owners' facts, where the records alone give `record`.
Result<EvaluationRecord> evaluation_with_figures(const Workplace& work,
                                                 EvaluationInput input,
                                                 const EvaluationRecord& record) {
  auto reserve = reserve_in_room(work, record);
  if (!reserve) {
    return std::move(reserve).error();
  }
  input.reserve = *reserve;
  return EvaluationRecord::of(input);
}

// The first turn in PRODUCTION: a keeper's key opens the journals, and what they say is noted.
Result<Turn> note_reports(Workplace& work,
                          const client::Input& input,
                          const EvaluationRecord& record) {
  auto secret = keeper_secret_in(input);
  if (!secret) {
    return std::move(secret).error();
  }
  if (!secret->has_value()) {
    return Error{ErrorCode::kInsufficient,
                 "no record keeper's key was handed in, so nobody knows which shares were found "
                 "lost; hand it in and go on"};
  }
  auto facts = owners_facts_in(work.annex);
  if (!facts) {
    return std::move(facts).error();
  }
  auto findings = findings_in(work, record, {.journal_key = nullptr, .keeper_secret = &**secret});
  if (!findings) {
    return std::move(findings).error();
  }
  if (auto same = check_annex(**facts, *findings); !same) {
    return std::move(same).error();
  }
  if (auto kept = work.journal.append(kReportsType, reports_json(findings->reports)); !kept) {
    return std::move(kept).error();
  }
  Turn turn;
  turn.progress = client::Progress::kAskAgain;
  turn.private_note = "the journals are read";
  return turn;
}

Result<Turn> publish_choice(Workplace& work,
                            const client::Input& input,
                            const EvaluationRecord& record) {
  std::optional<PublicationChoice> choice;
  if (const auto text = input.texts.find("publish"); text != input.texts.end()) {
    auto named = publication_choice_named(text->second);
    if (!named) {
      return std::move(named).error();
    }
    choice = *named;
  }
  auto bytes = publish(record, choice);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto saved =
      base::save_new_or_same(work.public_folder() / kEvaluationFile, base::bytes_of(*bytes));
  if (!saved) {
    return std::move(saved).error();
  }
  Turn turn;
  turn.facts = {{"evaluation", saved->sha256}};
  turn.publications.push_back({.type = "evaluation",
                               .data = {{"file", kEvaluationFile}, {"sha256", saved->sha256}},
                               .hidden = {}});
  return turn;
}

}  // namespace

base::Result<Asking> ask_evaluation(const Workplace& work) {
  auto input = public_input(work);
  if (!input) {
    return std::move(input).error();
  }
  auto record = EvaluationRecord::of(*input);
  if (!record) {
    return std::move(record).error();
  }
  if (needs_keeper(work, *record)) {
    return Asking{.subject = {},
                  .shown = {"The journals say which shares were found lost: a record keeper opens "
                            "them."},
                  .asks = keeper_asks()};
  }
  record = evaluation_with_figures(work, std::move(input).value(), *record);
  if (!record) {
    return std::move(record).error();
  }
  auto sheet = owners_sheet_of(*record);
  if (!sheet) {
    return std::move(sheet).error();
  }
  return Asking{.subject = *sheet,
                .shown = {},
                .asks = {{.name = "publish",
                          .kind = client::AskKind::kText,
                          .prompt = "What is published: both, spare, continents or at-least-one",
                          .expected = {}}}};
}

base::Result<Turn> evaluate(Workplace& work, client::Input& input) {
  auto known = public_input(work);
  if (!known) {
    return std::move(known).error();
  }
  auto record = EvaluationRecord::of(*known);
  if (!record) {
    return std::move(record).error();
  }
  if (needs_keeper(work, *record)) {
    return note_reports(work, input, *record);
  }
  record = evaluation_with_figures(work, std::move(known).value(), *record);
  if (!record) {
    return std::move(record).error();
  }
  return publish_choice(work, input, *record);
}

}  // namespace ceremony
