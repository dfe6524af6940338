// The acts in which a quorum of holders opens the root key.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "base/text_encoding.h"
#include "ca/root_key.h"
#include "ceremony/action.h"
#include "ceremony/key_facts.h"
#include "ceremony/share_carrier.h"
#include "ceremony/turns.h"
#include "ceremony/vault.h"
#include "shamir/possession.h"
#include "shamir/verify_share.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kUnknownCard = "this card";

// The seats that the lot named, in its order: so many as are needed.
Result<Turn> draw_quorum(Workplace& work, client::Input& /*input*/) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  if (!work.annex.quorum) {
    return Error{ErrorCode::kInconsistent,
                 "the annex does not say how the key is split; bring the annex of this plan"};
  }
  std::vector<std::size_t> order(work.annex.holders.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  base::shuffle_by_lot(std::span(order));
  order.resize(work.annex.quorum->threshold(access));
  Json drawn = Json::array();
  for (const std::size_t number : order) {
    drawn.push_back(number);
  }
  Turn turn;
  turn.facts = {{"drawn", std::move(drawn)}};
  return turn;
}

// Starts gathering with the set of this ceremony.
Result<void> begin_gathering(Workplace& work) {
  auto header = set_of(work);
  if (!header) {
    return std::move(header).error();
  }
  work.held.quorum.emplace(*header);
  work.held.kek.reset();
  work.held.possession.clear();
  return {};
}

// A share as it was handed over, and what the room calls it; empty where nobody knows yet whose it
// is.
struct OfferedShare {
  base::Bytes envelope;
  std::string label;
};

// What a card is called that was opened: its holder's seat where the annex knows its key, else the
// three words that its holder has noted.
std::string name_of_card(const Workplace& work, const shamir::HeldShare& held) {
  const std::string key = base::to_hex(shamir::PossessionKey::of(held).public_key());
  for (const PlannedHolder& holder : work.annex.holders) {
    if (holder.possession_key == key) {
      return "the card of seat " + holder.seat;
    }
  }
  return "the card \"" + shamir::check_name(held) + "\"";
}

// The share, signing the plan, goes into the record and into the quorum.
Result<void> enter_share(Workplace& work, shamir::HeldShare held, const std::string& label) {
  auto key = shamir::PossessionKey::of(held);
  auto signature = key.sign({.context = "plan", .message = base::bytes_of(work.plan.sha256)});
  if (!signature) {
    return std::move(signature).error();
  }
  if (auto taken = work.held.quorum->add(std::move(held), label); !taken) {
    return taken;
  }
  const Json noted = {{"share", label},
                      {"possession_key", base::to_hex(key.public_key())},
                      {"plan_signature", base::to_hex(*signature)}};
  work.held.possession.push_back({.seat = label, .key = std::move(key)});
  return work.journal.append("share-entered", noted);
}

// Takes one share in. Its holder signs the plan with it before it takes part in anything.
Result<void> take_share(Workplace& work, client::Input& input, const OfferedShare& offered) {
  auto header = set_of(work);
  if (!header) {
    return std::move(header).error();
  }
  auto passphrase = passphrase_of(input);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  const std::string_view label = offered.label.empty() ? kUnknownCard : offered.label;
  auto held = shamir::verify_share(
      *header, {.envelope = offered.envelope, .passphrase = *passphrase, .label = label});
  if (!held) {
    return std::move(held).error();
  }
  const std::string name = offered.label.empty() ? name_of_card(work, *held) : offered.label;
  return enter_share(work, std::move(held).value(), name);
}

// Combines what was gathered into the KEK.
Result<void> combine(Workplace& work) {
  auto secret = work.held.quorum->combine();
  if (!secret) {
    return std::move(secret).error();
  }
  auto kek = ca::Kek::from_bytes(std::move(secret).value());
  if (!kek) {
    return std::move(kek).error();
  }
  work.held.kek = std::move(kek).value();
  work.held.quorum.reset();
  return {};
}

// The holder whose turn the lot has made it.
Result<std::size_t> drawn_holder(const Workplace& work) {
  auto drawn = work.fact("drawn");
  if (!drawn) {
    return std::move(drawn).error();
  }
  if (!drawn->is_array() || work.held.turn >= drawn->size() ||
      drawn->at(work.held.turn).get<std::size_t>() >= work.annex.holders.size()) {
    return Error{ErrorCode::kInconsistent, "the lot names nobody whose turn it is; draw again"};
  }
  return drawn->at(work.held.turn).get<std::size_t>();
}

Result<Asking> ask_drawn(const Workplace& work) {
  auto number = drawn_holder(work);
  if (!number) {
    return std::move(number).error();
  }
  const PlannedHolder& holder = work.annex.holders[*number];
  Asking asking{.subject = "Seat " + holder.seat, .shown = {}, .asks = asks_to_read(holder)};
  asking.asks.push_back({.name = "passphrase",
                         .kind = client::AskKind::kSecret,
                         .prompt = "The passphrase of your share",
                         .expected = {}});
  return asking;
}

Result<Turn> gather_drawn(Workplace& work, client::Input& input) {
  if (work.held.turn == 0) {
    if (auto begun = begin_gathering(work); !begun) {
      return std::move(begun).error();
    }
  }
  auto number = drawn_holder(work);
  if (!number) {
    return std::move(number).error();
  }
  const std::string label = "the card of seat " + work.annex.holders[*number].seat;
  auto envelope = read_from_carrier(work, input, *number);
  if (!envelope) {
    return std::move(envelope).error().while_doing(label);
  }
  const OfferedShare offered{.envelope = std::move(envelope).value(), .label = label};
  if (auto taken = take_share(work, input, offered); !taken) {
    return std::move(taken).error();
  }
  Turn turn;
  turn.private_note = "good; thank you";
  if (work.held.turn + 1 < work.fact("drawn")->size()) {
    turn.progress = client::Progress::kAskAgain;
    return turn;
  }
  if (auto combined = combine(work); !combined) {
    return std::move(combined).error();
  }
  return turn;
}

Result<Asking> ask_any_share(const Workplace& /*work*/) {
  Asking asking{.subject = {}, .shown = {}, .asks = asks_to_hand_in()};
  asking.asks.push_back({.name = "passphrase",
                         .kind = client::AskKind::kSecret,
                         .prompt = "The passphrase of your share",
                         .expected = {}});
  asking.asks.push_back({.name = "done",
                         .kind = client::AskKind::kDone,
                         .prompt = "Everybody who is here has entered a share",
                         .expected = {}});
  return asking;
}

Result<Turn> gather_quorum(Workplace& work, client::Input& input) {
  if (!work.held.quorum) {
    if (auto begun = begin_gathering(work); !begun) {
      return std::move(begun).error();
    }
  }
  if (input.texts.contains("done")) {
    if (work.step.purpose == kLastStatement && work.held.possession.empty()) {
      work.held.quorum.reset();
      return Turn{};  // nobody is asked to open a key that is to be destroyed
    }
    if (auto combined = combine(work); !combined) {
      return std::move(combined).error();
    }
    return Turn{};
  }
  auto envelope = read_handed_in(work, input);
  if (!envelope) {
    return std::move(envelope).error().while_doing(std::string(kUnknownCard));
  }
  const OfferedShare offered{.envelope = std::move(envelope).value(), .label = {}};
  if (auto taken = take_share(work, input, offered); !taken) {
    return std::move(taken).error();
  }
  Turn turn;
  turn.progress = client::Progress::kAskAgain;
  turn.private_note = "good; thank you";
  return turn;
}

// The certificate that says that this is the key.
const char* certificate_name(const Workplace& work) {
  return work.facts.contains("signing-certificate") ? "signing certificate" : "root certificate";
}

const char* compared_certificate(const Workplace& work) {
  return work.facts.contains("signing-certificate") ? "signing-certificate" : "root-certificate";
}

std::vector<Publication> opened_publications(const Workplace& work, const KeyFacts& key) {
  if (work.step.purpose == "restore") {
    return {{.type = "restore.prove",
             .data = {{"result", "restored"},
                      {"quorum", "drawn-by-lot"},
                      {"public_key", key.public_key_sha256}},
             .hidden = {}}};
  }
  return {{.type = "quorum.met", .data = {{"purpose", work.step.purpose}}, .hidden = {}},
          {.type = "key.open",
           .data = {{"public_key", key.public_key_sha256},
                    {"compared_with", compared_certificate(work)}},
           .hidden = {}}};
}

Result<Turn> open_key(Workplace& work, client::Input& /*input*/) {
  if (!work.held.kek && work.step.purpose == kLastStatement) {
    Turn closed;
    closed.public_note = "the key stays closed: no last statement is signed";
    return closed;
  }
  if (!work.held.kek || work.room.sites.empty()) {
    return Error{ErrorCode::kWrongState, "no quorum has opened anything yet; let it do so first"};
  }
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  auto set = set_of(work);
  if (!set) {
    return std::move(set).error();
  }
  auto blob =
      read_blob(generation_folder(key_folder(work, work.room.sites.front()), set->set.generation));
  if (!blob) {
    return std::move(blob).error();
  }
  auto token = ca::SoftToken::create();
  if (!token) {
    return std::move(token).error();
  }
  auto signer = ca::RootKey::open(
      **token, {.blob = *blob, .public_key_info = key->public_key_info}, *work.held.kek);
  if (!signer) {
    return std::move(signer).error();
  }
  work.held.token = std::move(token).value();
  work.held.root_key = std::move(signer).value();
  Turn turn;
  turn.publications = opened_publications(work, *key);
  turn.public_note = work.plan.signing_key
                         ? std::string("the key is the one that was generated")
                         : std::string("the key is the one of the ") + certificate_name(work);
  return turn;
}

Result<Turn> destroy_key(Workplace& work, client::Input& /*input*/) {
  work.held.root_key.reset();
  if (work.held.token) {
    if (auto destroyed = work.held.token->destroy(); !destroyed) {
      return std::move(destroyed).error();
    }
  }
  Turn turn;
  turn.publications.push_back(
      {.type = "key.destroy", .data = {{"what", "token-copy-and-kek"}}, .hidden = {}});
  return turn;
}

constexpr std::array kQuorumActions{
    Action{.name = "draw-quorum", .ask = ask_nothing, .act = draw_quorum},
    Action{.name = "gather-drawn", .ask = ask_drawn, .act = gather_drawn},
    Action{.name = "gather-quorum", .ask = ask_any_share, .act = gather_quorum},
    Action{.name = "open-key", .ask = ask_nothing, .act = open_key},
    Action{.name = "destroy-key", .ask = ask_nothing, .act = destroy_key}};

}  // namespace

std::span<const Action> quorum_actions() {
  return kQuorumActions;
}

}  // namespace ceremony
