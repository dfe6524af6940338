// The acts of a CA's life besides signing: drill, evaluation.

#include <array>
#include <system_error>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/evaluation.h"
#include "ceremony/holder_files.h"
#include "ceremony/turns.h"
#include "shamir/envelope.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestNote = 1U << 20U;  // bytes

// A share of the production (or rehearsal) set is offered to the drill on purpose.
Result<Turn> refuse_production(Workplace& work, client::Input& /*input*/) {
  if (work.annex.holders.empty()) {
    return Error{ErrorCode::kInconsistent, "the annex names no holders; bring the right one"};
  }
  auto envelope = read_share_file(work.room.holders / work.annex.holders.front().folder);
  if (!envelope) {
    return std::move(envelope).error().while_doing("the share that is offered on purpose");
  }
  const std::string_view anything = "any words will do here";
  auto passphrase =
      shamir::Passphrase::from_typed(base::SecretBytes::copy_of(base::bytes_of(anything)));
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  const auto opened = shamir::open_share(*envelope, *passphrase, shamir::Mode::kDrill);
  if (opened || opened.error().code != ErrorCode::kRefusedByPolicy) {
    return Error{ErrorCode::kInconsistent,
                 "the drill did not refuse a share of the real key; stop, and raise an exception"};
  }
  Turn turn;
  turn.facts = {{"refused", true}};
  turn.public_note = "refused, as it must be: " + opened.error().message;
  return turn;
}

Result<Turn> start_clock(Workplace& work, client::Input& /*input*/) {
  Turn turn;
  turn.facts = {{"started", base::format_utc_time(work.clock.now())}};
  return turn;
}

Result<Turn> stop_clock(Workplace& work, client::Input& /*input*/) {
  auto text = work.text_fact("started");
  if (!text) {
    return std::move(text).error();
  }
  auto started = base::parse_utc_time(*text);
  if (!started) {
    return std::move(started).error();
  }
  const auto took = (work.clock.now() - *started).count();
  if (took < 0) {
    return Error{ErrorCode::kInconsistent,
                 "this computer's clock was set back since the drill began, so the time is not "
                 "known; set it right, and raise an exception that says so"};
  }
  const bool is_met = work.plan.objective_s == 0 || took <= work.plan.objective_s;
  Turn turn;
  turn.facts = {{"recovery-time", took}};
  turn.publications.push_back({.type = "drill.result",
                               .data = {{"production_set", "refused"},
                                        {"objective_seconds", work.plan.objective_s},
                                        {"objective_met", is_met}},
                               .hidden = {}});
  turn.private_note =
      took < 1 ? "recovered in less than a second" : "recovered in " + std::to_string(took) + " s";
  turn.public_note = is_met ? "the objective was met" : "the objective was not met";
  return turn;
}

// One record of the home site's ledger.
Result<PublicRecord> read_record(const fs::path& folder) {
  auto transcript = Transcript::read(folder / "transcript.log");
  if (!transcript) {
    return std::move(transcript).error();
  }
  auto seal = base::read_file(folder / "seal.note", kLargestNote);
  if (!seal) {
    return std::move(seal).error();
  }
  const std::string_view text = base::text_of(*seal);
  return PublicRecord{.id = folder.filename().string(),
                      .origin = std::string(text.substr(0, text.find('\n'))),
                      .seal_sha256 = base::sha256_hex(*seal),
                      .transcript = std::move(transcript).value()};
}

Result<std::vector<PublicRecord>> read_records(const Workplace& work) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no site is in this room, so there are no records to answer from; bring the vault "
                 "media of one site"};
  }
  std::vector<fs::path> folders;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(work.room.sites.front() / "ledger", failed)) {
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<PublicRecord> records;
  for (const fs::path& folder : folders) {
    auto record = read_record(folder);
    if (!record) {
      return std::move(record).error().while_doing("the record " + folder.filename().string());
    }
    records.push_back(std::move(record).value());
  }
  return records;
}

Result<std::optional<Reserve>> reserve_from(const Annex& annex) {
  if (!annex.quorum) {
    return std::optional<Reserve>();
  }
  ConfidentialFacts facts{.quorum = *annex.quorum, .holders = {}, .backup_sites = {}};
  for (const PlannedHolder& holder : annex.holders) {
    auto continent = continent_named(holder.continent);
    if (!continent) {
      return std::move(continent).error();
    }
    facts.holders.push_back({.continent = *continent, .health = ShareHealth::kGood});
  }
  for (const PlannedSite& site : annex.sites) {
    auto continent = continent_named(site.continent);
    if (!continent) {
      return std::move(continent).error();
    }
    facts.backup_sites.push_back(*continent);
  }
  auto reserve = reserve_of(facts, shamir::ConfidentialAccess::in_the_room());
  if (!reserve) {
    return std::move(reserve).error();
  }
  return std::optional<Reserve>(*reserve);
}

Result<EvaluationRecord> evaluation_of(const Workplace& work) {
  auto records = read_records(work);
  if (!records) {
    return std::move(records).error();
  }
  Declarations declarations;
  const fs::path declared = work.room.transfer_in / "declarations.toml";
  std::error_code failed;
  if (!work.room.transfer_in.empty() && fs::exists(declared, failed)) {
    auto read = read_declarations(declared);
    if (!read) {
      return std::move(read).error();
    }
    declarations = std::move(read).value();
  }
  auto reserve = reserve_from(work.annex);
  if (!reserve) {
    return std::move(reserve).error();
  }
  return EvaluationRecord::of({.records = std::move(records).value(),
                               .declarations = std::move(declarations),
                               .reserve = *reserve});
}

Result<Asking> ask_evaluation(const Workplace& work) {
  auto record = evaluation_of(work);
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

Result<Turn> evaluate(Workplace& work, client::Input& input) {
  auto record = evaluation_of(work);
  if (!record) {
    return std::move(record).error();
  }
  std::optional<PublicationChoice> choice;
  if (const auto text = input.texts.find("publish"); text != input.texts.end()) {
    auto named = publication_choice_named(text->second);
    if (!named) {
      return std::move(named).error();
    }
    choice = *named;
  }
  auto bytes = publish(*record, choice);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto saved =
      base::save_new_or_same(work.room.published / "evaluation.json", base::bytes_of(*bytes));
  if (!saved) {
    return std::move(saved).error();
  }
  Turn turn;
  turn.facts = {{"evaluation", saved->sha256}};
  turn.publications.push_back({.type = "evaluation",
                               .data = {{"file", "evaluation.json"}, {"sha256", saved->sha256}},
                               .hidden = {}});
  return turn;
}

constexpr std::array kLifeActions{
    Action{.name = "refuse-production", .ask = ask_nothing, .act = refuse_production},
    Action{.name = "start-clock", .ask = ask_nothing, .act = start_clock},
    Action{.name = "stop-clock", .ask = ask_nothing, .act = stop_clock},
    Action{.name = "evaluate", .ask = ask_evaluation, .act = evaluate}};

}  // namespace

std::span<const Action> life_actions() {
  return kLifeActions;
}

}  // namespace ceremony
