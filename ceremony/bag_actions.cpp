// The acts in which bags are presented and sealed: one holder a turn. Numbers of bags and seals
// stand in the journal and nowhere else.

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>

#include "base/media.h"
#include "base/random.h"
#include "ceremony/action.h"
#include "ceremony/custody_turns.h"
#include "ceremony/own_outputs.h"
#include "ceremony/plan_holders.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array kBagStates{kWhole, kForced, kMissing, kNoBag, kAbsent};

// Nobody can prepare for coming first or last.
Result<Turn> draw_order(Workplace& work, client::Input& /*input*/) {
  HolderNumbers order(work.annex.holders.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  base::shuffle_by_lot(std::span(order));
  Turn turn;
  turn.facts = {{"order", order}};
  return turn;
}

Result<Asking> ask_presented_bag(const Workplace& work) {
  auto number = in_turn(work, everybody(work));
  if (!number) {
    return std::move(number).error();
  }
  const PlannedHolder& holder = work.annex.holders[*number];
  Asking asking{.subject = "Seat " + holder.seat, .shown = {}, .asks = {}};
  if (!holder.bag.empty()) {
    asking.shown.push_back("The record says: bag " + holder.bag);
  }
  asking.asks = {
      {.name = "bag-state",
       .kind = client::AskKind::kText,
       .prompt = "How the bag is: whole; forced; missing; none (the share comes straight "
                 "from the ceremony that made it); or absent (the holder did not come)",
       .expected = {}},
      {.name = "bag",
       .kind = client::AskKind::kText,
       .prompt = "The number on the bag",
       .expected = {},
       .is_optional = true},
      {.name = "seal",
       .kind = client::AskKind::kText,
       .prompt = "The number on its seal",
       .expected = {},
       .is_optional = true}};
  return asking;
}

// Whether what was said of a bag fits what the record says of it.
Result<void> check_presented(const PlannedHolder& holder,
                             const std::string& state,
                             const std::string& bag) {
  if (std::ranges::find(kBagStates, state) == kBagStates.end()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a bag is whole, forced, missing, none or absent; type one of these words"};
  }
  if ((state == kWhole || state == kForced) && bag.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "the number on the bag is missing; type it as it is printed on the bag"};
  }
  if (state == kNoBag && !holder.bag.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the record says that this share was put into a bag; look for the bag; if it is "
                 "not there, type: missing"};
  }
  if (state == kWhole && !holder.bag.empty() && bag != holder.bag) {
    return Error{ErrorCode::kInconsistent,
                 "the number on the bag is not that of the record; nothing was opened; read it "
                 "again; if it is another bag, type: forced"};
  }
  return {};
}

Result<void> note_presented(const Workplace& work,
                            const client::Input& input,
                            const PlannedHolder& holder) {
  const std::string state = typed_text(input, "bag-state");
  auto noted = work.journal.append("bag-presented",
                                   {{"seat", holder.seat},
                                    {"state", state},
                                    {"bag", typed_text(input, "bag")},
                                    {"seal", typed_text(input, "seal")},
                                    {"expected", holder.bag}});
  if (!noted || state == kWhole || state == kNoBag) {
    return noted;
  }
  const char* const decided =
      state == kForced ? "whatever the bag holds counts as suspect" : "the share counts as lost";
  return note_exception(work,
                        {.expected = "the bag of seat " + holder.seat + ", whole",
                         .seen = state,
                         .decided = decided,
                         .raised_by = input.acknowledged_by});
}

Result<Turn> present_bags(Workplace& work, client::Input& input) {
  const HolderNumbers holders = everybody(work);
  auto number = in_turn(work, holders);
  if (!number) {
    return std::move(number).error();
  }
  const PlannedHolder& holder = work.annex.holders[*number];
  auto fits = check_presented(holder, typed_text(input, "bag-state"), typed_text(input, "bag"));
  if (!fits) {
    return std::move(fits).error().while_doing("seat " + holder.seat);
  }
  if (auto noted = note_presented(work, input, holder); !noted) {
    return std::move(noted).error();
  }
  Json bags = Json::object();
  for (const auto& [seat, data] : noted_by_seat(work, "bag-presented")) {
    bags[seat] = data.at("state");
  }
  Turn last;
  last.facts = {{"bags", std::move(bags)}};
  return end_of_turn(work, holders, std::move(last));
}

Result<Asking> ask_new_bag(const Workplace& work) {
  auto number = in_turn(work, those_with_shares(work));
  if (!number) {
    return std::move(number).error();
  }
  return Asking{
      .subject = "Seat " + work.annex.holders[*number].seat, .shown = {}, .asks = asks_for_bag()};
}

Result<Turn> seal_bags(Workplace& work, client::Input& input) {
  const HolderNumbers holders = those_with_shares(work);
  auto number = in_turn(work, holders);
  if (!number) {
    return std::move(number).error();
  }
  auto bag = read_bag(work, input, work.annex.holders[*number].seat);
  if (!bag) {
    return std::move(bag).error();
  }
  if (auto noted = note_bag(work, *bag); !noted) {
    return std::move(noted).error();
  }
  Turn last;
  last.facts = {{"bagged", true}};
  return end_of_turn(work, holders, std::move(last));
}

// What shares are checked against elsewhere, by conclave-verify. It holds neither k nor n.
Result<Turn> write_set_header_file(Workplace& work, client::Input& /*input*/) {
  auto text = work.text_fact("set");
  if (!text) {
    return std::move(text).error();
  }
  if (work.room.transfer_out.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no transfer stick is in this room, so nobody could take the header of the share "
                 "set along; insert one, and do this step again"};
  }
  const std::filesystem::path folder = work.room.transfer_out / record_name(work.plan);
  const std::filesystem::path file = folder / "set.header";
  auto made = base::make_folder_where_missing(folder);
  if (made) {
    made = note_output(work, file, base::bytes_of(*text));
  }
  if (!made) {
    return std::move(made).error();
  }
  if (auto saved = base::save_new_or_same(file, base::bytes_of(*text)); !saved) {
    return std::move(saved).error();
  }
  Turn turn;
  turn.facts = {{"header", true}};
  turn.public_note = "set.header is written, read back and equal";
  return turn;
}

constexpr std::array kBagActions{
    Action{.name = "write-set-header", .ask = ask_nothing, .act = write_set_header_file},
    Action{.name = "draw-order", .ask = ask_nothing, .act = draw_order},
    Action{.name = "present-bags", .ask = ask_presented_bag, .act = present_bags},
    Action{.name = "seal-bags", .ask = ask_new_bag, .act = seal_bags}};

}  // namespace

std::span<const Action> bag_actions() {
  return kBagActions;
}

}  // namespace ceremony
