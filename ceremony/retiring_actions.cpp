// The acts that make a share set dead: blobs are destroyed, shares are collected, and what is left
// of both is computed. The last way to a key is never taken before its successor was read back.

#include <array>
#include <system_error>
#include <utility>

#include "base/destroy_file.h"
#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/holder_files.h"
#include "ceremony/ledger.h"
#include "ceremony/old_set.h"
#include "ceremony/open_item.h"
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

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(path, failed));
}

// Whether what lies there is the blob that its header names: nobody destroys a dummy for a blob.
bool is_the_blob(const fs::path& site, std::uint32_t generation) {
  return read_vault(site, generation).ok();
}

// A blob that is not where it was left counts as being somewhere.
Result<void> note_unseen(const Workplace& work, const fs::path& site, std::uint32_t generation) {
  return work.journal.append("blob-unseen",
                             {{"site", site.filename().string()},
                              {"generation", generation},
                              {"why", "it is missing or altered, so it counts as left"}});
}

// Destroyed once, however often the power fails: what was begun is done again, what is gone is
// seen to be gone.
Result<void> destroy_blob(const Workplace& work, const fs::path& site, std::uint32_t generation) {
  const fs::path file = generation_folder(site, generation) / "root-key.blob";
  const BlobState state = blob_state(work, site.filename().string(), generation);
  if (state == BlobState::kDestroyed) {
    return {};
  }
  if (state == BlobState::kThere) {
    if (!is_the_blob(site, generation)) {
      return note_unseen(work, site, generation);
    }
    if (auto noted = note_blob(work, site, generation, BlobState::kBegun); !noted) {
      return noted;
    }
  }
  if (!is_there(file.parent_path() / "vault.json")) {
    return Error{ErrorCode::kNotFound,
                 "the destruction of the encrypted key at " + site.filename().string() +
                     " has begun, and its medium is not here any more; bring it back, and do this "
                     "step again"};
  }
  // The name goes only after the content: where it is gone, all of it is.
  if (auto done = is_there(file) ? base::destroy_file(file) : Result<void>(); !done) {
    return done;
  }
  return note_blob(work, site, generation, BlobState::kDestroyed);
}

// Never a moment without a whole vault: the new blob is read back right before the old one goes.
Result<void> check_successor(const Workplace& work, const fs::path& site) {
  auto set = set_of(work);
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
  for (const fs::path& site : work.room.sites) {
    if (auto checked = check_successor(work, site); !checked) {
      return std::move(checked).error();
    }
    if (auto done = destroy_blob(work, site, old->header.set.generation); !done) {
      return std::move(done).error();
    }
  }
  Turn turn;
  turn.facts = {{"old-blobs", true}};
  turn.public_note = "the old blobs in this room were overwritten, read back and removed";
  return turn;
}

Result<Turn> destroy_blobs(Workplace& work, client::Input& /*input*/) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  for (const fs::path& site : work.room.sites) {
    for (std::uint32_t generation = 1; generation <= old->header.set.generation; ++generation) {
      const bool is_live = generation == old->header.set.generation;
      const bool is_old_left =
          is_there(generation_folder(site, generation) / "root-key.blob") ||
          blob_state(work, site.filename().string(), generation) == BlobState::kBegun;
      if (!is_live && !is_old_left) {
        continue;
      }
      if (auto done = destroy_blob(work, site, generation); !done) {
        return std::move(done).error();
      }
    }
  }
  Turn turn;
  turn.facts = {{"old-blobs", true}};
  turn.public_note = "the blobs in this room were overwritten, read back and removed";
  return turn;
}

// The first holder of whom the journal does not say yet what became of the share.
const PlannedHolder* next_open(const Workplace& work, const OldSet& old) {
  for (const PlannedHolder& holder : old.holders) {
    if (!is_noted_of(work, "share-destroyed", holder.seat) &&
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
                           .expected = {}});
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

// Every copy on the stick; those on paper are destroyed by the people in the room.
Result<void> destroy_share(const Workplace& work, const PlannedHolder& holder) {
  const fs::path stick = work.room.holders / holder.folder;
  if (!is_there(stick)) {
    return Error{ErrorCode::kNotFound,
                 "the destruction of the share of seat " + holder.seat +
                     " has begun, and its medium is not here any more; bring it back, and do this "
                     "step again"};
  }
  for (const char* const name : {kCardSvg, kCardText, kShareFile}) {
    const fs::path file = stick / name;
    if (auto done = is_there(file) ? base::destroy_file(file) : Result<void>(); !done) {
      return done;
    }
  }
  return work.journal.append("share-destroyed", {{"seat", holder.seat}});
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

Result<Remains> remains_here(const Workplace& work) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  return remains_of(work, *old);
}

Result<Asking> ask_about_remains(const Workplace& work) {
  auto remains = remains_here(work);
  if (!remains) {
    return std::move(remains).error();
  }
  Asking asking;
  if (!remains->open_sites.empty()) {
    asking.asks = owner_asks("the encrypted key at each site that is not done");
    for (client::Ask& ask : asking.asks) {
      ask.is_optional = false;
    }
  }
  return asking;
}

// Sites that are left get an owner and a date; seats have got theirs in their turn.
Result<void> note_open_sites(const Workplace& work, const client::Input& input, const Remains& at) {
  if (at.open_sites.empty()) {
    return {};
  }
  auto item = open_item_of(work, input);
  if (!item) {
    return std::move(item).error();
  }
  return work.journal.append(
      "open-item", {{"sites", at.open_sites}, {"owner", item->owner}, {"until", item->until}});
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

// Both words have four letters: the line is as long whatever is left.
const char* gone_or_left(bool is_gone) {
  return is_gone ? "gone" : "left";
}

Result<Turn> state_old_set(Workplace& work, client::Input& input) {
  auto old = old_set_of(work);
  auto remains = remains_here(work);
  if (!old || !remains) {
    return !old ? std::move(old).error() : std::move(remains).error();
  }
  if (auto noted = note_open_sites(work, input, *remains); !noted) {
    return std::move(noted).error();
  }
  Turn turn;
  turn.facts = {{"old-state", state_text(*remains)}};
  turn.publications.push_back({.type = "set.retire",
                               .data = {{"generation", old->header.set.generation},
                                        {"blobs", gone_or_left(remains->are_blobs_gone)},
                                        {"shares", gone_or_left(remains->are_shares_gone)}},
                               .hidden = {}});
  turn.public_note = state_text(*remains);
  return turn;
}

struct EndClaim {
  const char* claim;
  const char* text;
};

EndClaim claim_of(const Remains& remains, const LedgerState& ledger) {
  // An older set that is not known to be dead may open what is left of its own blobs.
  if (remains.are_blobs_gone && remains.are_shares_gone && ledger.retiring.empty()) {
    return {.claim = "provably-gone", .text = "the key is provably gone"};
  }
  if (remains.are_blobs_gone || remains.are_shares_gone) {
    return {.claim = "out-of-use",
            .text = "the key is out of use; what is left of it is listed in the journal"};
  }
  return {.claim = "not-complete", .text = "the destruction is not complete"};
}

Result<Turn> claim_end(Workplace& work, client::Input& input) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no site is in this room; bring the vault media of one"};
  }
  auto key = work.fact("root-public-key-digest");
  auto reason = work.text_fact("reason");
  auto remains = remains_here(work);
  auto ledger = read_ledger(work.room.sites.front() / "ledger");
  if (!key || !reason || !remains || !ledger) {
    return Error{ErrorCode::kInconsistent,
                 "the record of this ceremony lacks what the claim rests on; the script is at "
                 "fault"};
  }
  if (auto noted = note_open_sites(work, input, *remains); !noted) {
    return std::move(noted).error();
  }
  const EndClaim end = claim_of(*remains, *ledger);
  Turn turn;
  turn.facts = {{"claim", end.claim}};
  turn.publications.push_back(
      {.type = "key.end",
       .data = {{"claim", end.claim}, {"public_key", *key}, {"reason", *reason}},
       .hidden = {}});
  turn.public_note = std::string(end.text) + "; this record is the last of its chain";
  return turn;
}

constexpr std::array kRetiringActions{
    Action{.name = "destroy-old-blobs", .ask = ask_nothing, .act = destroy_old_blobs},
    Action{.name = "destroy-blobs", .ask = ask_nothing, .act = destroy_blobs},
    Action{.name = "collect-shares", .ask = ask_old_holder, .act = collect_shares},
    Action{.name = "state-old-set", .ask = ask_about_remains, .act = state_old_set},
    Action{.name = "claim-end", .ask = ask_about_remains, .act = claim_end}};

}  // namespace

std::span<const Action> retiring_actions() {
  return kRetiringActions;
}

}  // namespace ceremony
