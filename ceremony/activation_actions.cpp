// The acts by which a backup site becomes live, and gives back. ceremonies.md 5.7.

#include <array>
#include <chrono>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/crl_drafts.h"
#include "ceremony/ledger_guard.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestNotice = 1U << 20U;  // bytes
constexpr std::string_view kAlive = "ALIVE";

Result<PlannedActivation> planned_activation(const Workplace& work) {
  if (!work.plan.activation) {
    return Error{ErrorCode::kInconsistent, "the plan has no section [activation]; correct it"};
  }
  return *work.plan.activation;
}

Result<Asking> ask_declaration(const Workplace& work) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  Asking asking;
  asking.shown.push_back("Reason: " + planned->reason);
  for (const std::string& one : planned->allowed) {
    asking.shown.push_back("Allowed until the primary returns: " + one);
  }
  return asking;
}

// What the declaration does not name cannot be done in this ceremony.
Result<Turn> declare(Workplace& work, client::Input& /*input*/) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  if (work.plan.root || !work.plan.requests.empty() || work.plan.batch) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "an activation signs the next CRL and nothing else, and its plan asks for more; "
                 "nothing was done; sign certificates in a ceremony of their own after it, if the "
                 "declaration allows that one"};
  }
  Turn turn;
  turn.facts = {{"declared", base::format_utc_time(work.clock.now())}};
  turn.publications.push_back({.type = "activation.declare",
                               .data = {{"reason", planned->reason}, {"allowed", planned->allowed}},
                               .hidden = {}});
  turn.public_note = "declared: " + planned->reason;
  return turn;
}

std::string way_name(std::size_t number) {
  return "way-" + std::to_string(number + 1);
}

Result<Asking> ask_ways(const Workplace& work) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  Asking asking;
  for (std::size_t i = 0; i < planned->ways.size(); ++i) {
    asking.asks.push_back({.name = way_name(i),
                           .kind = client::AskKind::kText,
                           .prompt = "Call the primary site by " + planned->ways[i] +
                                     ". What was the answer? Type ALIVE if anybody there says "
                                     "that they are alive",
                           .expected = {}});
  }
  return asking;
}

Result<Turn> reach_primary(Workplace& work, client::Input& input) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  Json answers = Json::array();
  for (std::size_t i = 0; i < planned->ways.size(); ++i) {
    const auto answer = input.texts.find(way_name(i));
    if (answer == input.texts.end() || answer->second.empty()) {
      return Error{ErrorCode::kInsufficient,
                   "the primary site was not called by " + planned->ways[i] +
                       " yet; call it, and write down what was answered"};
    }
    if (answer->second == kAlive) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "the primary site is alive, so this activation stops here; nothing was opened; "
                   "abort it, and speak with the primary site"};
    }
    answers.push_back({{"way", planned->ways[i]}, {"answer", answer->second}});
  }
  Turn turn;
  turn.facts = {{"tries", std::move(answers)}};
  turn.public_note = "the primary site was called by every way, and nobody there was alive";
  return turn;
}

Result<Asking> ask_notice(const Workplace& work) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  return Asking{.subject = {},
                .shown = {"Notice: " + planned->notice, "SHA-256: " + planned->notice_sha256},
                .asks = {}};
}

Result<Turn> give_notice(Workplace& work, client::Input& /*input*/) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  auto notice = base::read_file(work.room.transfer_in / planned->notice, kLargestNotice);
  if (!notice) {
    return std::move(notice).error().while_doing("the notice");
  }
  if (base::sha256_hex(*notice) != planned->notice_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "this is not the notice that the plan was reviewed with (its digest differs); "
                 "bring the right file, or review the plan again"};
  }
  Turn turn;
  turn.facts = {{"noticed", true}};
  turn.publications.push_back(
      {.type = "activation.notice", .data = {{"notice", planned->notice_sha256}}, .hidden = {}});
  return turn;
}

// When the waiting time ends.
Result<base::UtcTime> end_of_waiting(const Workplace& work, const PlannedActivation& planned) {
  auto text = work.text_fact("declared");
  auto declared = text ? base::parse_utc_time(*text) : Result<base::UtcTime>(text.error());
  if (!declared) {
    return std::move(declared).error();
  }
  if (work.clock.now() < *declared) {
    return Error{ErrorCode::kInconsistent,
                 "this computer's clock was set back since the declaration, so nobody knows how "
                 "long was waited; set it right, and do this step again"};
  }
  return *declared + std::chrono::hours(planned.waiting_hours);
}

Result<Asking> ask_waiting(const Workplace& work) {
  auto planned = planned_activation(work);
  auto end = planned ? end_of_waiting(work, *planned) : Result<base::UtcTime>(planned.error());
  if (!end) {
    return std::move(end).error();
  }
  return Asking{.subject = {},
                .shown = {"The waiting time ends at " + base::format_utc_time(*end)},
                .asks = {{.name = "shorten",
                          .kind = client::AskKind::kText,
                          .prompt = "If it must be shortened for the safety of people or devices: "
                                    "who decided it, and why; else nothing",
                          .expected = {},
                          .is_optional = true}}};
}

Result<Turn> wait_out(Workplace& work, client::Input& input) {
  auto planned = planned_activation(work);
  auto end = planned ? end_of_waiting(work, *planned) : Result<base::UtcTime>(planned.error());
  if (!end) {
    return std::move(end).error();
  }
  const auto shorten = input.texts.find("shorten");
  const bool is_over = work.clock.now() >= *end;
  const bool is_shortened = !is_over && shorten != input.texts.end() && !shorten->second.empty();
  if (!is_over && !is_shortened) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the waiting time, in which a false call would be found out, ends at " +
                     base::format_utc_time(*end) +
                     "; nothing was opened; wait, and do this step again then"};
  }
  if (is_shortened) {
    auto noted = note_exception(work,
                                {.expected = "a waiting time until " + base::format_utc_time(*end),
                                 .seen = "it would end too late",
                                 .decided = shorten->second,
                                 .raised_by = input.acted_by});
    if (!noted) {
      return std::move(noted).error();
    }
  }
  Turn turn;
  turn.facts = {{"waited", true}};
  turn.publications.push_back({.type = "activation.wait",
                               .data = {{"hours", planned->waiting_hours},
                                        {"result", is_shortened ? "shortened" : "waited"}},
                               .hidden = {}});
  return turn;
}

Result<Turn> activate_site(Workplace& work, client::Input& /*input*/) {
  auto planned = planned_activation(work);
  if (!planned) {
    return std::move(planned).error();
  }
  auto epoch = work.fact("epoch");
  const auto number = work.fact("crl-number");
  auto compared = work.fact("compared");
  if (!epoch || !number || !compared) {
    return Error{ErrorCode::kInconsistent, "the vault was not looked at yet; check it first"};
  }
  const std::uint64_t next = epoch->get<std::uint64_t>() + 1;
  Turn turn;
  turn.facts = {{"activation", next}};
  turn.publications.push_back({.type = "site.activate",
                               .data = {{"epoch", next},
                                        {"site", work.plan.site},
                                        {"reason", planned->reason},
                                        {"allowed", planned->allowed},
                                        {"last_known_crl_number", highest_known_number(work)},
                                        {"crl_number_jump", kActivationJump},
                                        {"published_crl", compared->at("crl")},
                                        {"published_record", compared->at("record")},
                                        {"lost_to", compared->at("lost_to")}},
                               .hidden = {}});
  turn.public_note = "epoch " + std::to_string(next) + " is open at " + work.plan.site;
  return turn;
}

Result<Turn> return_site(Workplace& work, client::Input& /*input*/) {
  auto epoch = work.fact("epoch");
  if (!epoch) {
    return Error{ErrorCode::kInconsistent, "the vault was not looked at yet; check it first"};
  }
  const std::uint64_t next = epoch->get<std::uint64_t>() + 1;
  Turn turn;
  turn.facts = {{"returned", next}};
  turn.publications.push_back(
      {.type = "site.return", .data = {{"epoch", next}, {"site", work.plan.site}}, .hidden = {}});
  turn.public_note = "epoch " + std::to_string(next) + " is open at " + work.plan.site;
  return turn;
}

constexpr std::array kActivationActions{
    Action{.name = "declare-activation", .ask = ask_declaration, .act = declare},
    Action{.name = "reach-primary", .ask = ask_ways, .act = reach_primary},
    Action{.name = "give-notice", .ask = ask_notice, .act = give_notice},
    Action{.name = "wait-activation", .ask = ask_waiting, .act = wait_out},
    Action{.name = "activate-site", .ask = ask_nothing, .act = activate_site},
    Action{.name = "return-site", .ask = ask_nothing, .act = return_site}};

}  // namespace

std::span<const Action> activation_actions() {
  return kActivationActions;
}

}  // namespace ceremony
