// The ceremonies of a rehearsal in which a share set ends.

#include <algorithm>
#include <iterator>
#include <utility>

#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"

namespace ceremony::cli {

namespace {

using base::Result;

// What was said of the old set.
std::string state_in(const RehearsedResult& result) {
  const auto found = std::ranges::find_if(
      result.notes, [](const std::string& note) { return note.starts_with("the old set is"); });
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

// Of the newest entries that made a share set, or said what is left of one.
void Rehearsal::learn_disclosures(const Json& publication) {
  const Json* const line = publication.contains("line") ? &publication.at("line") : nullptr;
  const auto entry = line == nullptr ? parse_json("{}") : parse_json(line->get<std::string>());
  const std::string type = entry ? entry->value("type", "") : std::string();
  if (type != "shares.issue" && type != "set.retire") {
    return;
  }
  std::string& facts = type == "shares.issue" ? set_facts_ : left_facts_;
  facts.clear();
  for (const Json& disclosure : publication.at("disclosures")) {
    facts += disclosure.get<std::string>() + "\n";
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
  say_held("re-share", result->seconds, state_in(*result));
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
  say_held("set retirement", result->seconds, state_in(*result));
  auto entries = read_journal(record);
  return entries ? Result<void>() : Result<void>(std::move(entries).error());
}

}  // namespace ceremony::cli
