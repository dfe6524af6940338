// The acts of a re-share: the old set is proven, and the key goes under a new one.

#include <array>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/key_wrap.h"
#include "ca/root_blob.h"
#include "ceremony/action.h"
#include "ceremony/key_facts.h"
#include "ceremony/old_set.h"
#include "ceremony/own_outputs.h"
#include "ceremony/set_inventory.h"
#include "ceremony/site_facts.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// check-vault has compared the vault with the ledger; this proves who holds its set.
Result<Turn> check_old_set(Workplace& work, client::Input& /*input*/) {
  auto home = home_site(work);
  auto set = work.text_fact("set");
  auto header = set ? shamir::read_set_header(*set) : Result<shamir::SetHeader>(set.error());
  if (!home || !header) {
    return !home ? std::move(home).error() : std::move(header).error();
  }
  const std::uint32_t generation = header->set.generation;
  auto inventory = read_set_inventory(work, *home, generation);
  if (!inventory) {
    return std::move(inventory).error();
  }
  Turn turn;
  turn.facts = {{"old-set", *set},
                {"next-generation", generation + 1},
                {"inventory", std::move(inventory).value()}};
  turn.public_note = "generation " + std::to_string(generation) +
                     " of the share set is the live one; its holders are those of the records";
  return turn;
}

std::uint32_t next_generation(const Workplace& work) {
  return static_cast<std::uint32_t>(work.number_fact("next-generation"));
}

// Beside the old blob, which stays until the new set is live.
Result<void> write_new_blobs(const Workplace& work, base::ByteView blob) {
  for (const fs::path& site : work.room.sites) {
    const fs::path folder = generation_folder(site, next_generation(work));
    if (auto made = base::make_folder_where_missing(folder); !made) {
      return made;
    }
    if (auto saved = save_own(work, folder / kBlobFile, blob); !saved) {
      return saved;
    }
  }
  return {};
}

// The blob of the same key under another KEK, opened by the other implementation before it counts.
Result<base::Bytes> wrap_again(const Workplace& work, const ca::Kek& kek) {
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  auto there = read_blob(generation_folder(work.room.sites.front(), old->header.set.generation));
  if (!there) {
    return std::move(there).error();
  }
  auto opened = ca::unwrap_by_openssl(*there, *work.held.kek);
  if (!opened) {
    return std::move(opened).error();
  }
  auto blob = ca::wrap_by_openssl(*opened, kek);
  if (!blob) {
    return blob;
  }
  auto proven = ca::prove_blob_opens_elsewhere(
      work.held.token->session(), {.blob = *blob, .public_key_info = key->public_key_info}, kek);
  return proven ? std::move(blob) : Result<base::Bytes>(std::move(proven).error());
}

Result<Turn> rewrap_key(Workplace& work, client::Input& /*input*/) {
  if (!work.held.root_key || !work.held.kek || !work.held.token || next_generation(work) < 2) {
    return Error{ErrorCode::kWrongState,
                 "the key was not opened by its old quorum yet; let it do so first"};
  }
  auto kek = ca::Kek::random();
  if (!kek) {
    return std::move(kek).error();
  }
  auto blob = wrap_again(work, *kek);
  if (!blob) {
    return std::move(blob).error();
  }
  if (auto written = write_new_blobs(work, *blob); !written) {
    return std::move(written).error();
  }
  return key_wrapped(work, std::move(kek).value(), *blob);
}

Result<std::string> new_header(const Workplace& work) {
  auto root = work.text_fact("root-certificate");
  auto key = key_facts(work);
  auto set = set_of(work, WhichSet::kNew);
  auto blob = work.text_fact("blob");
  if (!root || !key || !set || !blob) {
    return Error{ErrorCode::kInconsistent,
                 "the record of this ceremony lacks what a vault needs; the script is at fault"};
  }
  auto der = base::from_base64(*root);
  if (!der) {
    return std::move(der).error();
  }
  return write_vault_header({.algorithm = key->algorithm,
                             .public_key_info = key->public_key_info,
                             .blob_sha256 = *blob,
                             .root_sha256 = base::sha256_hex(*der),
                             .set = *set});
}

// The header makes a blob a vault, so it comes last, and everywhere before anything old goes.
Result<Turn> write_generation(Workplace& work, client::Input& /*input*/) {
  if (auto home = home_site(work); !home) {
    return std::move(home).error();
  }
  auto header = new_header(work);
  if (!header) {
    return std::move(header).error();
  }
  for (const fs::path& site : work.room.sites) {
    const fs::path file = generation_folder(site, next_generation(work)) / kVaultHeaderFile;
    if (auto noted = note_output(work, file, base::bytes_of(*header)); !noted) {
      return std::move(noted).error();
    }
    if (auto saved = base::save_new_or_same(file, base::bytes_of(*header)); !saved) {
      return std::move(saved).error();
    }
    if (auto read = read_vault(site, next_generation(work)); !read) {
      return std::move(read).error().while_doing("reading back the vault");
    }
  }
  Turn turn;
  turn.facts = {{"vaults", work.room.sites.size()}};
  turn.publications.push_back(
      {.type = "vault.write", .data = {{"copies", work.room.sites.size()}}, .hidden = {}});
  return turn;
}

Result<Turn> accept_generation(Workplace& work, client::Input& /*input*/) {
  const std::uint32_t generation = next_generation(work);
  if (generation < 2) {
    return Error{ErrorCode::kInconsistent, "there is no new share set; the script is at fault"};
  }
  Turn turn;
  turn.facts = {{"live", generation}};
  turn.publications.push_back({.type = "set.live",
                               .data = {{"generation", generation}, {"retiring", generation - 1}},
                               .hidden = {}});
  turn.public_note = "generation " + std::to_string(generation) + " of the share set is live";
  return turn;
}

constexpr std::array kReshareActions{
    Action{.name = "check-old-set", .ask = ask_nothing, .act = check_old_set},
    Action{.name = "rewrap-key", .ask = ask_nothing, .act = rewrap_key},
    Action{.name = "write-generation", .ask = ask_nothing, .act = write_generation},
    Action{.name = "accept-generation", .ask = ask_nothing, .act = accept_generation}};

}  // namespace

std::span<const Action> reshare_actions() {
  return kReshareActions;
}

}  // namespace ceremony
