// The ceremonies of a rehearsal in which a share set ends.

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"

namespace ceremony::cli {

namespace {

using base::Result;

// What was said of an old set, and of a key.
constexpr std::array<std::string_view, 1> kStates{"the old set is"};
constexpr std::array<std::string_view, 3> kClaims{
    "the key is provably gone", "the key is out of use", "the destruction is not complete"};

// The first note that begins with one of these words.
std::string note_with(const RehearsedResult& result, std::span<const std::string_view> words) {
  const auto found = std::ranges::find_if(result.notes, [&](const std::string& note) {
    return std::ranges::any_of(words, [&](std::string_view one) { return note.starts_with(one); });
  });
  return found == result.notes.end() ? std::string() : *found;
}

// Other people than those of the set before, with new media.
RehearsedPeople invent_successors(const shamir::Quorum& quorum, const std::string& mark) {
  RehearsedPeople people = invent_people(quorum, shamir::ConfidentialAccess::in_the_room());
  for (RehearsedHolder& holder : people.holders) {
    holder.planned.folder += "-" + mark;
    holder.planned.seat += mark;
  }
  return people;
}

void move_to(std::vector<RehearsedHolder>& to,
             std::vector<RehearsedHolder>::iterator from,
             std::vector<RehearsedHolder>::iterator end) {
  to.insert(to.end(), std::make_move_iterator(from), std::make_move_iterator(end));
}

}  // namespace

// Of the newest entries that made a share set, or said what is left of one or of the key.
void Rehearsal::learn_disclosures(const Json& publication) {
  const Json* const line = publication.contains("line") ? &publication.at("line") : nullptr;
  const auto entry = line == nullptr ? parse_json("{}") : parse_json(line->get<std::string>());
  const std::string type = entry ? entry->value("type", "") : std::string();
  std::string* const facts = type == "shares.issue" ? &set_facts_
                             : type == "set.retire" ? &left_facts_
                             : type == "key.end"    ? &end_facts_
                                                    : nullptr;
  if (facts == nullptr) {
    return;
  }
  facts->clear();
  for (const Json& disclosure : publication.at("disclosures")) {
    *facts += disclosure.get<std::string>() + "\n";
  }
}

Result<std::uint32_t> Rehearsal::live_generation() const {
  auto ledger = read_ledger(options_.out / live_site_ / "ledger");
  return ledger ? Result<std::uint32_t>(ledger->generation)
                : Result<std::uint32_t>(std::move(ledger).error());
}

// Of old and new holders, one behind the other, one part goes on; the old ones are kept aside where
// they were replaced.
void Rehearsal::keep_holders(Holders which, std::size_t old_holders) {
  std::vector<RehearsedHolder> all = std::exchange(people_.holders, {});
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(old_holders);
  if (which == Holders::kOld) {
    move_to(people_.holders, all.begin(), middle);
    return;
  }
  move_to(people_.holders, middle, all.end());
  replaced_holders_.clear();
  move_to(replaced_holders_, all.begin(), middle);
}

// The old holders open the key, new ones get shares; where it is given up, the old ones stay.
Result<void> Rehearsal::replace_set() {
  Plan plan = new_plan("re-share");
  const std::string record = record_name(plan);
  auto before = live_generation();
  if (!before) {
    return std::move(before).error();
  }
  RehearsedPeople next = invent_successors(options_.quorum, std::to_string(plan.sequence));
  if (auto made = make_sticks(next, options_.out / "holders"); !made) {
    return made;
  }
  Annex annex{.quorum = options_.quorum, .holders = {}, .sites = people_.sites};
  for (const RehearsedHolder& holder : next.holders) {
    annex.holders.push_back(holder.planned);
  }
  const std::size_t old_holders = people_.holders.size();
  QuorumOrder order = quorum_from(old_holders - 1);
  facts_ = set_facts_;
  move_to(people_.holders, next.holders.begin(), next.holders.end());
  auto result = hold(std::move(plan), &annex, room(), std::move(order));
  auto now = live_generation();
  const bool is_replaced = now && *now > *before;
  keep_holders(is_replaced ? Holders::kNew : Holders::kOld, old_holders);
  if (!result) {
    return std::move(result).error();
  }
  if (!is_replaced) {
    return {};
  }
  replaced_facts_ = std::exchange(set_facts_, {});
  say_held("re-share", result->seconds, note_with(*result, kStates));
  return learn_possession_keys(record);
}

// The old holders bring what they still have; nobody needs a quorum.
Result<void> Rehearsal::retire_set() {
  facts_ = replaced_facts_ + left_facts_;
  const std::string record = record_name(new_plan("set-retirement"));
  std::swap(people_.holders, replaced_holders_);
  auto result = hold(new_plan("set-retirement"), nullptr, room(), {});
  std::swap(people_.holders, replaced_holders_);
  if (!result) {
    return std::move(result).error();
  }
  say_held("set retirement", result->seconds, note_with(*result, kStates));
  auto entries = read_journal(record);
  return entries ? Result<void>() : Result<void>(std::move(entries).error());
}

// Where an earlier one was not complete, this goes on with it.
Result<void> Rehearsal::destroy_key() {
  facts_ = set_facts_ + end_facts_;
  const std::string record = record_name(new_plan("key-destruction"));
  auto result = hold(new_plan("key-destruction"), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  say_held("key destruction", result->seconds, note_with(*result, kClaims));
  auto entries = read_journal(record);
  return entries ? Result<void>() : Result<void>(std::move(entries).error());
}

}  // namespace ceremony::cli
