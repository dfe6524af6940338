// The acts that make a share set dead: blobs are destroyed, shares are collected, and what is left
// of both is computed. The last way to a key is never taken before its successor was read back.

#include <array>
#include <utility>

#include "base/destroy_file.h"
#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/blob_destruction.h"
#include "ceremony/holder_files.h"
#include "ceremony/ledger.h"
#include "ceremony/live_vault.h"
#include "ceremony/old_set.h"
#include "ceremony/open_item.h"
#include "ceremony/set_inventory.h"
#include "ceremony/site_facts.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"
#include "shamir/possession.h"
#include "shamir/share_set.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// A site that was not there at the re-share may still lack the set that is live.
Result<void> bring_live_vaults(const Workplace& work, const LedgerState& ledger) {
  const fs::path& home = work.room.sites.front();
  for (const fs::path& site : work.room.sites) {
    auto brought =
        site == home ? Result<void>() : bring_live_vault({.home = home, .other = site}, ledger);
    if (!brought) {
      return brought;
    }
  }
  return {};
}

// The oldest set that was replaced and may not be dead yet, and what the last ceremony has left of
// it.
Result<Turn> check_retiring_set(Workplace& work, client::Input& /*input*/) {
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  if (ledger->retiring.empty()) {
    return Error{ErrorCode::kWrongState,
                 "every share set that was replaced is known to be dead, so there is nothing to "
                 "retire; nothing was done; abort this ceremony"};
  }
  const std::uint32_t generation = *ledger->retiring.begin();
  auto papers = read_vault_papers(*home, generation);
  if (!papers) {
    return std::move(papers).error();
  }
  auto set = shamir::write_set_header(papers->header.set);
  auto inventory = read_set_inventory(work, *home, generation);
  if (!set || !inventory) {
    return !set ? std::move(set).error() : std::move(inventory).error();
  }
  if (auto brought = bring_live_vaults(work, *ledger); !brought) {
    return std::move(brought).error();
  }
  Turn turn;
  turn.facts = {{"old-set", *set}, {"inventory", std::move(inventory).value()}};
  turn.public_note = "generation " + std::to_string(generation) + " of the share set is retiring";
  return turn;
}

// Never a moment without a whole vault: the new blob is read back right before the old one goes.
Result<void> check_successor(const Workplace& work, const fs::path& site) {
  const auto ended = work.text_fact("ended");
  if (ended && !ended->empty()) {
    return {};  // the key is being destroyed: no vault follows this one
  }
  auto set = set_of(work, WhichSet::kNew);
  if (!set) {
    return std::move(set).error();
  }
  auto vault = read_vault(site, set->set.generation);
  if (!vault) {
    return std::move(vault).error().while_doing("the new vault, before the old blob goes");
  }
  if (vault->header.set.set.id == set->set.id) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "the new vault at this site is not the one that was written today, so the old blob "
               "was not touched; look at the medium, and raise an exception"};
}

Result<Turn> destroy_old_blobs(Workplace& work, client::Input& /*input*/) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  const std::uint32_t generation = old->header.set.generation;
  for (const fs::path& site : work.room.sites) {
    if (auto checked = check_successor(work, site); !checked) {
      return std::move(checked).error();
    }
    const auto is_meant = has_blob_to_destroy(work, *old, site, generation);
    if (!is_meant) {
      return is_meant.error();
    }
    if (auto done = *is_meant ? destroy_blob(work, site, generation) : Result<void>(); !done) {
      return std::move(done).error();
    }
  }
  Turn turn;
  turn.facts = {{"old-blobs", true}};
  turn.public_note = destruction_note(work);
  return turn;
}

// The first holder of whom the journal does not say yet what became of the share.
const PlannedHolder* next_open(const Workplace& work, const OldSet& old) {
  for (const PlannedHolder& holder : old.holders) {
    if (!is_noted_of(work, kShareDestroyed, holder.seat) &&
        !is_noted_of(work, "share-absent", holder.seat)) {
      return &holder;
    }
  }
  return nullptr;
}

Result<Asking> ask_old_holder(const Workplace& work) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  const PlannedHolder* const holder = next_open(work, *old);
  if (holder == nullptr) {
    return Asking{};
  }
  Asking asking{.subject = "Seat " + holder->seat, .shown = {}, .asks = {}};
  asking.asks = owner_asks("this share, when its holder is not here,");
  // What was begun needs no passphrase: it was opened before, and may not open any more.
  if (!is_noted_of(work, "share-checked", holder->seat)) {
    asking.asks.push_back({.name = "passphrase",
                           .kind = client::AskKind::kSecret,
                           .prompt = "The passphrase of your old share",
                           .expected = {},
                           .is_optional = true});
  }
  return asking;
}

// One share alone: of this set, signed by its dealer, and this seat's. Nothing is combined.
Result<void> check_old_share(const Workplace& work,
                             client::Input& input,
                             const OldSet& old,
                             const PlannedHolder& holder) {
  auto envelope = read_share_file(work.room.holders / holder.folder);
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " + holder.seat);
  }
  auto passphrase = passphrase_of(input);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  auto held = shamir::verify_share(old.header,
                                   {.envelope = *envelope,
                                    .passphrase = *passphrase,
                                    .label = "the card of seat " + holder.seat});
  if (!held) {
    return std::move(held).error();
  }
  if (base::to_hex(shamir::PossessionKey::of(*held).public_key()) != holder.possession_key) {
    return Error{ErrorCode::kInconsistent,
                 "this share is another holder's than that of seat " + holder.seat +
                     "; nothing was destroyed; bring the medium of this seat"};
  }
  return work.journal.append("share-checked",
                             {{"seat", holder.seat}, {"sha256", base::sha256_hex(*envelope)}});
}

// Every copy on the stick; those on paper are destroyed by the people in the room. The share's own
// name goes last, when the journal says that its content is gone: an empty folder, as where no
// stick is inserted, is no share that was destroyed.
Result<void> destroy_share(const Workplace& work, const PlannedHolder& holder) {
  const fs::path stick = work.room.holders / holder.folder;
  auto is_there = base::lies_at(stick / kShareFile);
  if (!is_there) {
    return std::move(is_there).error();
  }
  if (!*is_there) {
    return Error{ErrorCode::kNotFound,
                 "the destruction of the share of seat " + holder.seat +
                     " has begun, and its medium is not here any more; bring it back, and do this "
                     "step again"};
  }
  for (const char* const name : {kCardSvg, kCardText}) {
    if (auto done = base::destroy_file_where_it_lies(stick / name); !done) {
      return done;
    }
  }
  if (auto done = base::overwrite_file(stick / kShareFile); !done) {
    return done;
  }
  if (auto noted = work.journal.append(kShareDestroyed, {{"seat", holder.seat}}); !noted) {
    return noted;
  }
  return base::destroy_file(stick / kShareFile);
}

// What the power left of the names of shares that are gone.
Result<void> remove_destroyed_shares(const Workplace& work, const OldSet& old) {
  for (const PlannedHolder& holder : old.holders) {
    const bool is_gone = is_noted_of(work, kShareDestroyed, holder.seat);
    auto done =
        is_gone ? base::destroy_file_where_it_lies(work.room.holders / holder.folder / kShareFile)
                : Result<void>();
    if (!done) {
      return done;
    }
  }
  return {};
}

Turn shares_collected() {
  Turn turn;
  turn.facts = {{"collected", true}};
  return turn;
}

Result<void> settle_share(const Workplace& work,
                          client::Input& input,
                          const OldSet& old,
                          const PlannedHolder& holder) {
  const bool was_checked = is_noted_of(work, "share-checked", holder.seat);
  if (input.texts.contains("owner") && !was_checked) {
    auto item = open_item_of(work, input);
    return item ? work.journal.append(
                      "share-absent",
                      {{"seat", holder.seat}, {"owner", item->owner}, {"until", item->until}})
                : Result<void>(std::move(item).error());
  }
  if (auto checked = was_checked ? Result<void>() : check_old_share(work, input, old, holder);
      !checked) {
    return checked;
  }
  return destroy_share(work, holder);
}

Result<Turn> collect_shares(Workplace& work, client::Input& input) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  if (auto removed = remove_destroyed_shares(work, *old); !removed) {
    return std::move(removed).error();
  }
  const PlannedHolder* const holder = next_open(work, *old);
  if (holder == nullptr) {
    return shares_collected();
  }
  if (auto settled = settle_share(work, input, *old, *holder); !settled) {
    return std::move(settled).error();
  }
  Turn turn = shares_collected();
  if (next_open(work, *old) != nullptr) {
    turn.progress = client::Progress::kAskAgain;
  }
  turn.private_note = "good; thank you";
  return turn;
}

std::string state_text(const Remains& remains) {
  if (remains.are_blobs_gone && remains.are_shares_gone) {
    return "the old set is dead by blob and by shares";
  }
  if (remains.are_blobs_gone) {
    return "the old set is dead by blob";
  }
  if (remains.are_shares_gone) {
    return "the old set is dead by shares";
  }
  return "the old set is not dead yet: what is left has an owner and a date in the journal";
}

Result<Turn> state_old_set(Workplace& work, client::Input& input) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  const Remains remains = remains_of(work, *old);
  if (auto noted = note_open_sites(work, input, remains); !noted) {
    return std::move(noted).error();
  }
  Turn turn;
  turn.facts = {{"old-state", state_text(remains)}};
  turn.publications.push_back({.type = "set.retire",
                               .data = {{"generation", old->header.set.generation},
                                        {"blobs", gone_or_left(remains.are_blobs_gone)},
                                        {"shares", gone_or_left(remains.are_shares_gone)}},
                               .hidden = {left_fact(remains)}});
  turn.public_note = state_text(remains);
  return turn;
}

constexpr std::array kRetiringActions{
    Action{.name = "check-retiring-set", .ask = ask_nothing, .act = check_retiring_set},
    Action{.name = "destroy-old-blobs", .ask = ask_nothing, .act = destroy_old_blobs},
    Action{.name = "collect-shares", .ask = ask_old_holder, .act = collect_shares},
    Action{.name = "state-old-set", .ask = ask_open_sites, .act = state_old_set}};

}  // namespace

std::span<const Action> retiring_actions() {
  return kRetiringActions;
}

}  // namespace ceremony
