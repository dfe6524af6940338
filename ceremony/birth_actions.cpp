// The acts of a key's birth, a root's or a signing key's: the key, the KEK and the blob, the
// shares.

#include <array>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/root_key.h"
#include "ca/serial_number.h"
#include "ceremony/action.h"
#include "ceremony/key_facts.h"
#include "ceremony/own_outputs.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"
#include "shamir/dealer.h"
#include "shamir/slip39.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

shamir::Mode share_mode(Mode mode) {
  return *shamir::mode_of_name(name_of(mode));
}

// Of the root or signing key that the plan wants.
Result<ca::Algorithm> planned_algorithm(const Plan& plan) {
  if (plan.root.has_value() == plan.signing_key.has_value()) {
    return Error{ErrorCode::kInconsistent,
                 "the plan has no section [root] or [signing_key], or both, so nobody knows which "
                 "key to make; correct it"};
  }
  return plan.root ? plan.root->algorithm : plan.signing_key->algorithm;
}

Result<Turn> generate_key(Workplace& work, client::Input& /*input*/) {
  auto algorithm = planned_algorithm(work.plan);
  if (!algorithm) {
    return std::move(algorithm).error();
  }
  auto token = ca::SoftToken::create();
  if (!token) {
    return std::move(token).error();
  }
  auto key = ca::RootKey::generate(**token, *algorithm);
  if (!key) {
    return std::move(key).error();
  }
  const base::Bytes& info = (*key)->public_key_info();
  auto fact = public_key_fact(info);
  if (!fact) {
    return std::move(fact).error();
  }
  const ca::TokenFacts& facts = (*token)->facts();
  Turn turn;
  turn.facts = {{"public-key", *fact}};
  if (work.plan.root) {
    turn.facts["root-serial"] = base::to_hex(ca::new_serial_number());
  }
  turn.publications.push_back(
      {.type = "key.generate",
       .data = {{"algorithm", ca::name_of(*algorithm)},
                {"public_key", base::sha256_hex(info)},
                {"made_in", (*key)->home() == ca::KeyHome::kToken ? "token" : "locked-memory"},
                {"token",
                 {{"manufacturer", facts.manufacturer},
                  {"model", facts.model},
                  {"firmware", facts.firmware_version}}}},
       .hidden = {}});
  turn.public_note = "public key " + base::digest_words(base::sha256(info));
  work.held.token = std::move(token).value();
  work.held.root_key = std::move(key).value();
  return turn;
}

// Puts the blob at every site of this room.
Result<void> write_blobs(const Workplace& work, base::ByteView blob) {
  for (const std::filesystem::path& site : work.room.sites) {
    auto made = base::make_folder_where_missing(site);
    if (made) {
      made = base::make_folder_where_missing(key_folder(work, site));
    }
    if (!made) {
      return made;
    }
    if (auto saved = save_own(work, key_folder(work, site) / kBlobFile, blob); !saved) {
      return saved;
    }
  }
  return {};
}

Result<Turn> wrap_key(Workplace& work, client::Input& /*input*/) {
  if (!work.held.root_key) {
    return Error{ErrorCode::kWrongState, "there is no key to encrypt yet; generate it first"};
  }
  if (work.room.sites.empty()) {
    return Error{
        ErrorCode::kRefusedByPolicy,
        "no site is in this room, so the encrypted key would have nowhere to go; bring the "
        "vault media of every site of the plan"};
  }
  auto kek = ca::Kek::random();
  if (!kek) {
    return std::move(kek).error();
  }
  auto blob = work.held.root_key->wrap(*kek);
  if (!blob) {
    return std::move(blob).error();
  }
  if (auto written = write_blobs(work, *blob); !written) {
    return std::move(written).error();
  }
  return key_wrapped(work, std::move(kek).value(), *blob);
}

// The seats with their continents and the public halves of their possession keys: confidential.
Result<Json> holders_data(const Workplace& work) {
  Json holders = Json::array();
  for (std::size_t i = 0; i < work.annex.holders.size(); ++i) {
    const PlannedHolder& holder = work.annex.holders[i];
    const auto key = shamir::PossessionKey::of(work.held.shares[i]);
    holders.push_back({{"seat", holder.seat},
                       {"folder", holder.folder},
                       {"continent", holder.continent},
                       {"possession_key", base::to_hex(key.public_key())}});
  }
  Json sites = Json::array();
  for (const PlannedSite& site : work.annex.sites) {
    sites.push_back({{"site", site.name}, {"continent", site.continent}});
  }
  const auto access = shamir::ConfidentialAccess::in_the_room();
  return Json{{"holders", std::move(holders)},
              {"threshold", work.annex.quorum->threshold(access)},
              {"sites", std::move(sites)}};
}

// The first generation at a birth; at a re-share the one after the old set's.
std::uint32_t generation_of_split(const Workplace& work) {
  const std::uint64_t next = work.number_fact("next-generation");
  return next == 0 ? 1 : static_cast<std::uint32_t>(next);
}

// Splits the KEK, has the dealer sign every share, and proves that they belong together.
Result<shamir::SetHeader> split(Workplace& work) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  const base::SecretBytes& kek = work.held.kek->bytes();
  const base::SecretBytes no_passphrase(0);
  auto shares = shamir::split_master_secret({.secret = kek, .passphrase = no_passphrase},
                                            shamir::one_group(*work.annex.quorum, access));
  if (!shares) {
    return std::move(shares).error();
  }
  if (auto proven = shamir::prove_one_polynomial(*shares); !proven) {
    return std::move(proven).error();
  }
  const shamir::Dealer dealer = shamir::Dealer::make();
  const shamir::SetIdentity identity{.id = shamir::draw_set_id(),
                                     .generation = generation_of_split(work),
                                     .mode = share_mode(work.plan.mode)};
  work.held.shares.clear();
  for (shamir::Slip39Share& share : *shares) {
    auto held = dealer.sign(identity, std::move(share));
    if (!held) {
      return std::move(held).error();
    }
    work.held.shares.push_back(std::move(held).value());
  }
  return shamir::SetHeader{.set = identity,
                           .secret_bytes = kek.size(),
                           .commitment = shamir::commit_to(identity.id, kek),
                           .dealer = dealer.public_key()};
}

// The set that this step has split before, when the ceremony was cut off behind it; "" where it has
// not. (The fact "set" may be another one's: that of a vault.)
std::string set_split_before(const Workplace& work) {
  std::string set;
  for (const JournalEntry& entry : work.journal.entries()) {
    if (entry.type == "complete" && entry.data.value("step", "") == work.step.id) {
      set = entry.data.at("facts").value("set", "");
    }
  }
  return set;
}

// Whoever has a card of the split that was cut off has a card that opens nothing.
Result<void> declare_void(const Workplace& work, const std::string& set) {
  if (set.empty()) {
    return {};
  }
  auto old = shamir::read_set_header(set);
  if (!old) {
    return std::move(old).error();
  }
  return work.journal.append("set-void",
                             {{"set", base::to_hex(old->set.id)},
                              {"why", "the split was cut off; its cards are to be destroyed"}});
}

Result<Turn> split_kek(Workplace& work, client::Input& /*input*/) {
  if (!work.held.kek || !work.annex.quorum) {
    return Error{ErrorCode::kInconsistent,
                 "the annex does not say how the key is split; bring the annex of this plan"};
  }
  auto header = split(work);
  if (!header) {
    return std::move(header).error();
  }
  auto text = shamir::write_set_header(*header);
  if (!text) {
    return std::move(text).error();
  }
  const std::string before = set_split_before(work);
  if (auto declared = declare_void(work, before); !declared) {
    return std::move(declared).error();
  }
  auto holders = holders_data(work);
  if (!holders) {
    return std::move(holders).error();
  }
  if (auto noted = work.journal.append("holders", *holders); !noted) {
    return std::move(noted).error();
  }
  const auto access = shamir::ConfidentialAccess::in_the_room();
  Turn turn;
  turn.facts = {{"set", *text}};
  turn.publications.push_back(
      {.type = "shares.issue",
       .data = {{"generation", header->set.generation},
                {"scheme", "slip-39"},
                {"extra", work.annex.quorum->spare_shares().count()}},
       .hidden = {{.name = "k", .value = work.annex.quorum->threshold(access)},
                  {.name = "n", .value = work.annex.quorum->shares(access)},
                  {.name = "holders", .value = holders->at("holders")},
                  {.name = "sites", .value = holders->at("sites")}}});
  if (!before.empty()) {
    turn.public_note = "a new set; every card of the split that was cut off is void: destroy it";
  }
  return turn;
}

constexpr std::array kBirthActions{
    Action{.name = "generate-key", .ask = ask_nothing, .act = generate_key},
    Action{.name = "wrap-key", .ask = ask_nothing, .act = wrap_key},
    Action{.name = "split-kek", .ask = ask_nothing, .act = split_kek}};

}  // namespace

std::span<const Action> birth_actions() {
  return kBirthActions;
}

}  // namespace ceremony
