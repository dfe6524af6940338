// The acts of a CA's life besides signing: drill, evaluation.

#include <algorithm>
#include <array>
#include <utility>

#include "base/calendar.h"
#include "ceremony/action.h"
#include "ceremony/evaluation_actions.h"
#include "ceremony/holder_files.h"
#include "ceremony/keeper_key.h"
#include "ceremony/site_facts.h"
#include "ceremony/site_journals.h"
#include "ceremony/turns.h"
#include "shamir/envelope.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

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

// The rehearsed records are in the clear, so nobody is asked for a key.
Result<Asking> ask_keeper(const Workplace& work) {
  Asking asking;
  if (std::ranges::any_of(work.room.sites, has_sealed_journals)) {
    asking.asks = keeper_asks();
  }
  return asking;
}

// The journals of each site, with the key that was handed in. What does not open is a finding of
// the drill, and no reason to stop it.
Result<bool> open_journals(const Workplace& work, const KeySource& source) {
  bool all_open = !work.room.sites.empty();
  for (const std::filesystem::path& site : work.room.sites) {
    auto found = open_site_journals(site, source);
    if (!found) {
      return std::move(found).error();
    }
    all_open = all_open && found->unopened.empty();
    const Json noted = {
        {"site", site_name(site)}, {"opened", found->opened}, {"unopened", found->unopened}};
    if (auto kept = work.journal.append("journals-opened", noted); !kept) {
      return std::move(kept).error();
    }
  }
  return all_open;
}

Result<Turn> open_records(Workplace& work, client::Input& input) {
  auto secret = keeper_secret_in(input);
  if (!secret) {
    return std::move(secret).error();
  }
  auto all_open = open_journals(
      work, {.journal_key = nullptr, .keeper_secret = secret->has_value() ? &**secret : nullptr});
  if (!all_open) {
    return std::move(all_open).error();
  }
  Turn turn;
  turn.facts = {{"journals", *all_open}};
  turn.publications.push_back({.type = "records.open",
                               .data = {{"result", *all_open ? "all-opened" : "not-all-opened"}},
                               .hidden = {}});
  turn.public_note = *all_open ? "the journal of every record opens at each site in this room"
                               : "not every record has a journal here that opens; the journal of "
                                 "this ceremony names those that do not";
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

constexpr std::array kLifeActions{
    Action{.name = "refuse-production", .ask = ask_nothing, .act = refuse_production},
    Action{.name = "open-records", .ask = ask_keeper, .act = open_records},
    Action{.name = "start-clock", .ask = ask_nothing, .act = start_clock},
    Action{.name = "stop-clock", .ask = ask_nothing, .act = stop_clock},
    Action{.name = "evaluate", .ask = ask_evaluation, .act = evaluate}};

}  // namespace

std::span<const Action> life_actions() {
  return kLifeActions;
}

}  // namespace ceremony
