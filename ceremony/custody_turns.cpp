#include "ceremony/custody_turns.h"

#include <algorithm>
#include <utility>

#include "ceremony/plan_holders.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kOrderFact = "order";
constexpr std::string_view kBagsFact = "bags";
constexpr std::string_view kHealthFact = "health";
constexpr std::string_view kBagSealed = "bag-sealed";

bool is_without_share(const Workplace& work, std::size_t number) {
  const std::string state = said_of(work, kBagsFact, work.annex.holders[number].seat);
  return state == kMissing || state == kAbsent;
}

}  // namespace

HolderNumbers everybody(const Workplace& work) {
  HolderNumbers numbers;
  const auto drawn = work.facts.find(std::string(kOrderFact));
  if (drawn != work.facts.end() && drawn->second.is_array()) {
    for (const Json& number : drawn->second) {
      numbers.push_back(number.get<std::size_t>());
    }
  }
  const bool fits = numbers.size() == work.annex.holders.size() &&
                    std::ranges::all_of(numbers, [&](std::size_t number) {
                      return number < work.annex.holders.size();
                    });
  if (fits) {
    return numbers;
  }
  numbers.resize(work.annex.holders.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = i;
  }
  return numbers;
}

HolderNumbers those_with_shares(const Workplace& work) {
  HolderNumbers numbers = everybody(work);
  std::erase_if(numbers, [&](std::size_t number) { return is_without_share(work, number); });
  return numbers;
}

HolderNumbers those_with_good_shares(const Workplace& work) {
  HolderNumbers numbers = everybody(work);
  std::erase_if(numbers, [&](std::size_t number) {
    return said_of(work, kHealthFact, work.annex.holders[number].seat) != kShareGood;
  });
  return numbers;
}

Result<std::size_t> in_turn(const Workplace& work, const HolderNumbers& holders) {
  if (work.held.turn >= holders.size()) {
    return Error{ErrorCode::kInsufficient,
                 "nobody is here with a share that this step could go on with; nothing was done; "
                 "give the ceremony up, and hold it again when the holders can come"};
  }
  return holders[work.held.turn];
}

Turn end_of_turn(const Workplace& work, const HolderNumbers& holders, Turn last) {
  if (work.held.turn + 1 < holders.size()) {
    Turn turn;
    turn.progress = client::Progress::kAskAgain;
    turn.private_note = std::move(last.private_note);
    return turn;
  }
  return last;
}

std::string said_of(const Workplace& work, std::string_view fact, const std::string& seat) {
  const auto found = work.facts.find(std::string(fact));
  return found != work.facts.end() && found->second.is_object() ? found->second.value(seat, "")
                                                                : std::string();
}

std::map<std::string, Json> noted_by_seat(const Workplace& work, std::string_view type) {
  std::map<std::string, Json> noted;
  for (const JournalEntry& entry : work.journal.entries()) {
    if (entry.type == "begin") {
      noted.clear();
    } else if (entry.type == type) {
      noted.insert_or_assign(entry.data.value("seat", ""), entry.data);
    }
  }
  return noted;
}

std::string typed_text(const client::Input& input, const std::string& name) {
  const auto found = input.texts.find(name);
  if (found == input.texts.end()) {
    return {};
  }
  const std::string& text = found->second;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos
             ? std::string()
             : text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

std::vector<client::Ask> asks_for_bag() {
  return {{.name = "bag",
           .kind = client::AskKind::kText,
           .prompt = "The number of the new bag, as the internal witness reads it out",
           .expected = {}},
          {.name = "seal",
           .kind = client::AskKind::kText,
           .prompt = "The number of its seal",
           .expected = {}}};
}

Result<SealedBag> read_bag(const Workplace& work,
                           const client::Input& input,
                           const std::string& seat) {
  SealedBag bag{.seat = seat, .bag = typed_text(input, "bag"), .seal = typed_text(input, "seal")};
  if (bag.bag.empty() || bag.seal.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "the number of the bag or of its seal is missing; without both nobody can tell "
                 "later whether it was opened; type them"};
  }
  for (const auto& [other, data] : noted_by_seat(work, kBagSealed)) {
    if (other != seat && (data.value("bag", "") == bag.bag || data.value("seal", "") == bag.seal)) {
      return Error{ErrorCode::kInconsistent,
                   "this number stands on another holder's bag already; nothing was noted; read "
                   "both numbers again from the bag and the seal"};
    }
  }
  return bag;
}

Result<void> note_bag(const Workplace& work, const SealedBag& bag) {
  return work.journal.append(kBagSealed,
                             {{"seat", bag.seat}, {"bag", bag.bag}, {"seal", bag.seal}});
}

}  // namespace ceremony
