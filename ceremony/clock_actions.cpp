// The act in which two people say what time it is.

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "ceremony/action.h"
#include "ceremony/ledger.h"
#include "ceremony/watches.h"

namespace ceremony {

namespace {

using base::Result;

constexpr const char* kActorWatch = "actor-watch";
constexpr const char* kWitnessWatch = "witness-watch";

client::Ask watch_ask(const char* name, const std::string& role) {
  return {.name = name,
          .kind = client::AskKind::kText,
          .prompt = "The " + role + "'s own watch, in UTC: year-month-day hour:minute",
          .expected = {}};
}

Result<Asking> ask_watches(const Workplace& work) {
  return Asking{.subject = {},
                .shown = {"This computer's clock: " + base::format_utc_time(work.clock.now())},
                .asks = {watch_ask(kActorWatch, work.step.actor),
                         watch_ask(kWitnessWatch, work.step.witness)}};
}

Result<base::UtcTime> typed_watch(const client::Input& input,
                                  const char* name,
                                  const std::string& role) {
  const auto typed = input.texts.find(name);
  auto time = parse_watch(typed == input.texts.end() ? std::string_view() : typed->second);
  return time ? std::move(time) : std::move(time).error().while_doing("the " + role + "'s watch");
}

// The day of the newest record that the first site knows.
Result<std::optional<base::Date>> newest_record(const Workplace& work) {
  std::optional<base::Date> newest;
  if (work.room.sites.empty()) {
    return newest;
  }
  auto ledger = Ledger::read(work.room.sites.front() / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  for (const LedgerRecord& record : ledger->records()) {
    auto date = base::parse_date(record.date);
    if (!date) {
      return std::move(date).error();
    }
    newest = newest ? std::max(*newest, *date) : *date;
  }
  return newest;
}

// Rehearsals and drills may be held on any day; a PRODUCTION ceremony on its own.
Result<DayBounds> bounds_of(const Workplace& work) {
  DayBounds bounds;
  if (work.plan.mode != Mode::kProduction) {
    return bounds;
  }
  auto planned = base::parse_date(work.plan.date);
  if (!planned) {
    return std::move(planned).error();
  }
  if (work.step.purpose != "back") {
    bounds.planned = *planned;  // whoever comes back from a pause may come on another day
  }
  auto recorded = newest_record(work);
  if (!recorded) {
    return std::move(recorded).error();
  }
  bounds.recorded = *recorded;
  return bounds;
}

Result<Turn> compare_watches(Workplace& work, client::Input& input) {
  auto actor = typed_watch(input, kActorWatch, work.step.actor);
  if (!actor) {
    return std::move(actor).error();
  }
  auto witness = typed_watch(input, kWitnessWatch, work.step.witness);
  if (!witness) {
    return std::move(witness).error();
  }
  auto bounds = bounds_of(work);
  if (!bounds) {
    return std::move(bounds).error();
  }
  const Watches watches{.actor = *actor, .witness = *witness, .computer = work.clock.now()};
  if (auto judged = judge_watches(watches, *bounds); !judged) {
    return std::move(judged).error();
  }
  Turn turn;
  turn.facts = {{"time",
                 {{"actor", base::format_utc_time(watches.actor)},
                  {"witness", base::format_utc_time(watches.witness)},
                  {"computer", base::format_utc_time(watches.computer)}}}};
  turn.public_note = "the watches and this computer agree";
  return turn;
}

constexpr std::array kClockActions{
    Action{.name = "compare-watches", .ask = ask_watches, .act = compare_watches}};

}  // namespace

std::span<const Action> clock_actions() {
  return kClockActions;
}

}  // namespace ceremony
