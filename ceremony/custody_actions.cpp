// The acts in which each holder's share is verified, and handed over: one holder a turn. No share
// is combined with another.

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "base/calendar.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/custody_turns.h"
#include "ceremony/own_share.h"
#include "ceremony/plan_holders.h"
#include "ceremony/share_carrier.h"
#include "shamir/verify_share.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kHandOver = "hand-over";  // purpose of a step
constexpr std::string_view kShareVerified = "share-verified";
constexpr std::chrono::minutes kRemembered{10};  // between two entries of one passphrase

constexpr std::array<std::string_view, 4> kStorages{"home-safe", "bank-box", "vault", "carried"};

bool is_hand_over(const Workplace& work) {
  return work.step.purpose == kHandOver;
}

client::Ask passphrase_ask() {
  return {.name = "passphrase",
          .kind = client::AskKind::kSecret,
          .prompt = "The passphrase of your share",
          .expected = {}};
}

client::Ask optional_text(const char* name, const char* prompt) {
  return {.name = name,
          .kind = client::AskKind::kText,
          .prompt = prompt,
          .expected = {},
          .is_optional = true};
}

Result<Asking> ask_to_verify(const Workplace& work) {
  auto number = in_turn(work, those_with_shares(work));
  if (!number) {
    return std::move(number).error();
  }
  const PlannedHolder& holder = work.annex.holders[*number];
  Asking asking{.subject = "Seat " + holder.seat, .shown = {}, .asks = asks_to_read(holder)};
  asking.asks.push_back(passphrase_ask());
  if (!is_hand_over(work)) {
    asking.shown.push_back("Challenge for conclave-verify: " + work.plan.sha256);
    asking.asks.push_back(optional_text(
        "proof", "Where the share is elsewhere: the proof that conclave-verify gave there"));
  }
  asking.asks.push_back(
      optional_text("health", "Only where the share cannot be verified: lost, or suspect"));
  asking.asks.push_back(optional_text("why", "And why"));
  return asking;
}

// What came of one holder's share.
struct Finding {
  std::string health = kShareGood;
  std::string by;  // "here", "proof" or "said"
  std::string signature = {};
  std::string check_name = {};
};

// The people say what the machine cannot see.
Result<Finding> take_their_word(const Workplace& work,
                                const client::Input& input,
                                const std::string& seat) {
  const std::string health = typed_text(input, "health");
  const std::string why = typed_text(input, "why");
  if (health != kShareLost && health != kShareSuspect) {
    return Error{ErrorCode::kInvalidArgument,
                 "a share that cannot be verified is lost or suspect; type one of these words, or "
                 "nothing and the passphrase"};
  }
  if (why.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "nobody has said why this share counts as " + health + "; type it in a few words"};
  }
  auto noted = note_exception(work,
                              {.expected = "seat " + seat + " has a good share",
                               .seen = why,
                               .decided = health,
                               .raised_by = input.acknowledged_by});
  return noted ? Result<Finding>(Finding{.health = health, .by = "said"})
               : Result<Finding>(std::move(noted).error());
}

Result<Finding> verify_here(const Workplace& work, client::Input& input, std::size_t number) {
  auto envelope = read_every_copy(work, input, number);
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " + work.annex.holders[number].seat);
  }
  auto held = open_own_share(work, input, number, *envelope);
  if (!held) {
    return std::move(held).error();
  }
  auto signature =
      prove_possession(work,
                       *held,
                       {.number = number,
                        .context = is_hand_over(work) ? kHandOverContext : kVerificationContext,
                        .message = base::bytes_of(work.plan.sha256)});
  if (!signature) {
    return std::move(signature).error();
  }
  return Finding{
      .by = "here", .signature = base::to_hex(*signature), .check_name = shamir::check_name(*held)};
}

Result<Finding> verify_proof(const Workplace& work, const std::string& proof, std::size_t number) {
  auto checked = check_brought_proof(work,
                                     proof,
                                     {.number = number,
                                      .context = kVerificationContext,
                                      .message = base::bytes_of(work.plan.sha256)});
  return checked ? Result<Finding>(Finding{.by = "proof", .signature = proof})
                 : Result<Finding>(std::move(checked).error());
}

Result<Finding> find_out(const Workplace& work, client::Input& input, std::size_t number) {
  const std::string& seat = work.annex.holders[number].seat;
  if (!typed_text(input, "health").empty()) {
    return take_their_word(work, input, seat);
  }
  const std::string proof = is_hand_over(work) ? std::string() : typed_text(input, "proof");
  auto finding =
      proof.empty() ? verify_here(work, input, number) : verify_proof(work, proof, number);
  if (finding && said_of(work, "bags", seat) == kForced) {
    finding->health = kShareSuspect;  // genuine; and somebody may have made a copy
  }
  return finding;
}

// How every share is, those that nobody brought too.
Json health_of_all(const Workplace& work) {
  Json health = Json::object();
  for (const PlannedHolder& holder : work.annex.holders) {
    health[holder.seat] = kShareLost;
  }
  for (const auto& [seat, data] : noted_by_seat(work, kShareVerified)) {
    health[seat] = data.at("health");
  }
  return health;
}

bool are_all_good(const Json& health) {
  return std::ranges::all_of(health, [](const Json& one) { return one == kShareGood; });
}

std::string words_for_holder(const Finding& finding) {
  if (finding.check_name.empty()) {
    return "noted; thank you";
  }
  return "good: " + finding.check_name +
         "; these three words are your share's own: compare them with your notebook, or note them "
         "there";
}

Result<Turn> verify_shares(Workplace& work, client::Input& input) {
  const HolderNumbers holders = those_with_shares(work);
  auto number = in_turn(work, holders);
  if (!number) {
    return std::move(number).error();
  }
  auto finding = find_out(work, input, *number);
  if (!finding) {
    return std::move(finding).error();
  }
  const Json noted = {{"seat", work.annex.holders[*number].seat},
                      {"health", finding->health},
                      {"by", finding->by},
                      {"signature", finding->signature}};
  if (auto written = work.journal.append(kShareVerified, noted); !written) {
    return std::move(written).error();
  }
  Json health = health_of_all(work);
  Turn last;
  last.private_note = words_for_holder(*finding);
  if (!is_hand_over(work)) {
    const char* const result = are_all_good(health) ? "all-shares-verified" : "not-all-verified";
    last.publications.push_back(
        {.type = "shares.health", .data = {{"result", result}}, .hidden = {}});
  }
  last.facts = {{"health", std::move(health)}};
  return end_of_turn(work, holders, std::move(last));
}

Result<Asking> ask_hand_over(const Workplace& work) {
  auto number = in_turn(work, those_with_good_shares(work));
  if (!number) {
    return std::move(number).error();
  }
  const PlannedHolder& holder = work.annex.holders[*number];
  Asking asking{.subject = "Seat " + holder.seat, .shown = {}, .asks = asks_to_read(holder)};
  asking.asks.push_back(passphrase_ask());
  for (client::Ask& ask : asks_for_bag()) {
    asking.asks.push_back(std::move(ask));
  }
  asking.asks.push_back({.name = "storage",
                         .kind = client::AskKind::kText,
                         .prompt = "Where you will keep it, without an address: home-safe, "
                                   "bank-box, vault or carried",
                         .expected = {}});
  return asking;
}

// A passphrase that was just typed proves nothing about tomorrow. Rehearsals do not wait.
Result<void> check_waited(const Workplace& work, const std::string& seat) {
  if (work.plan.mode != Mode::kProduction) {
    return {};
  }
  std::string time;
  for (const JournalEntry& entry : work.journal.entries()) {
    if (entry.type == kShareVerified && entry.data.value("seat", "") == seat) {
      time = entry.time;
    }
  }
  auto verified = base::parse_utc_time(time);
  if (!verified) {
    return std::move(verified).error();
  }
  if (work.clock.now() - *verified < kRemembered) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "ten minutes have not passed since this passphrase was typed first, so it proves "
                 "little; nothing was done; wait, and do this turn again"};
  }
  return {};
}

// What a holder signs: which share went into which bag.
Result<std::string> receipt_of(const Workplace& work,
                               const client::Input& input,
                               const SealedBag& bag) {
  const std::string storage = typed_text(input, "storage");
  if (std::ranges::find(kStorages, storage) == kStorages.end()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a share is kept in a home-safe, a bank-box, a vault, or carried; type one of "
                 "these words, and never an address"};
  }
  const Json receipt = {{"plan", work.plan.sha256},
                        {"seat", bag.seat},
                        {"bag", bag.bag},
                        {"seal", bag.seal},
                        {"storage", storage}};
  return receipt.dump();
}

// The holder opens the share once more and signs the receipt with it.
Result<std::string> sign_receipt(const Workplace& work,
                                 client::Input& input,
                                 std::size_t number,
                                 const std::string& receipt) {
  auto envelope = read_every_copy(work, input, number);
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " + work.annex.holders[number].seat);
  }
  auto held = open_own_share(work, input, number, *envelope);
  if (!held) {
    return std::move(held).error();
  }
  auto signature = prove_possession(
      work,
      *held,
      {.number = number, .context = kHandOverContext, .message = base::bytes_of(receipt)});
  return signature ? Result<std::string>(base::to_hex(*signature))
                   : Result<std::string>(std::move(signature).error());
}

Result<void> hand_over_one(Workplace& work, client::Input& input, std::size_t number) {
  const std::string& seat = work.annex.holders[number].seat;
  if (auto waited = check_waited(work, seat); !waited) {
    return waited;
  }
  auto bag = read_bag(work, input, seat);
  if (!bag) {
    return std::move(bag).error();
  }
  auto receipt = receipt_of(work, input, *bag);
  if (!receipt) {
    return std::move(receipt).error();
  }
  auto signature = sign_receipt(work, input, number, *receipt);
  if (!signature) {
    return std::move(signature).error();
  }
  if (auto noted = note_bag(work, *bag); !noted) {
    return noted;
  }
  return work.journal.append("share-handed-over",
                             {{"seat", seat},
                              {"carrier", work.annex.holders[number].carrier},
                              {"receipt", *receipt},
                              {"possession_key", work.annex.holders[number].possession_key},
                              {"signature", *signature}});
}

Result<Turn> hand_over_shares(Workplace& work, client::Input& input) {
  const HolderNumbers holders = those_with_good_shares(work);
  auto number = in_turn(work, holders);
  if (!number) {
    return std::move(number).error();
  }
  if (auto done = hand_over_one(work, input, *number); !done) {
    return std::move(done).error();
  }
  const bool is_all = holders.size() == work.annex.holders.size();
  Turn last;
  last.private_note = "signed; put it into the bag, and close the seal in sight of the witness";
  last.facts = {{"handed-over", true}};
  last.publications.push_back(
      {.type = "shares.hand-over",
       .data = {{"result", is_all ? "all-handed-over" : "not-all-handed-over"}},
       .hidden = {}});
  return end_of_turn(work, holders, std::move(last));
}

constexpr std::array kCustodyActions{
    Action{.name = "verify-shares", .ask = ask_to_verify, .act = verify_shares},
    Action{.name = "hand-over-shares", .ask = ask_hand_over, .act = hand_over_shares}};

}  // namespace

std::span<const Action> custody_actions() {
  return kCustodyActions;
}

}  // namespace ceremony
