// The acts that lead up to the end of a root key: its order, who still needs it, what there is of
// it, and the consents.

#include <algorithm>
#include <array>
#include <utility>

#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/revocation_list.h"
#include "ceremony/action.h"
#include "ceremony/holder_files.h"
#include "ceremony/key_facts.h"
#include "ceremony/key_need.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_files.h"
#include "ceremony/old_set.h"
#include "ceremony/site_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kReasons{"retired", "replaced", "compromised"};

Result<Asking> ask_reason(const Workplace& /*work*/) {
  return Asking{.subject = {},
                .shown = {},
                .asks = {{.name = "reason",
                          .kind = client::AskKind::kText,
                          .prompt = "The reason in the order: retired, replaced or compromised",
                          .expected = {}}}};
}

// What people call the key: the common name of its root certificate.
Result<std::string> short_name_of(const Workplace& work) {
  auto text = work.text_fact("root-certificate");
  if (!text) {
    return text;
  }
  auto der = base::from_base64(*text);
  if (!der) {
    return std::move(der).error();
  }
  auto root = ca::Certificate::parse(*der);
  if (!root) {
    return std::move(root).error();
  }
  const auto name = root->subject().value_of("CN");
  return name ? std::string(*name) : root->subject().text();
}

Result<Turn> record_order(Workplace& work, client::Input& input) {
  const auto reason = input.texts.find("reason");
  if (reason == input.texts.end() ||
      std::find(kReasons.begin(), kReasons.end(), reason->second) == kReasons.end()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the reason is none of retired, replaced and compromised; type the one that "
                 "stands in the order"};
  }
  auto name = short_name_of(work);
  auto key = key_facts(work);
  if (!name || !key) {
    return !name ? std::move(name).error() : std::move(key).error();
  }
  Turn turn;
  turn.facts = {{"reason", reason->second},
                {"short-name", *name},
                {"root-public-key-digest", key->public_key_sha256}};
  return turn;
}

// The newest CRL of the records, as it lies in the vault.
Result<ca::RevocationList> newest_list(const fs::path& home, const LedgerState& ledger) {
  auto der = read_site_crl(home, ledger.crl_number, ledger.crl_sha256);
  return der ? ca::RevocationList::parse(*der) : Result<ca::RevocationList>(std::move(der).error());
}

Result<Turn> check_dependencies(Workplace& work, client::Input& /*input*/) {
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  auto list = newest_list(*home, *ledger);
  if (!list) {
    return std::move(list).error();
  }
  if (auto unneeded = check_unneeded(*ledger, *list, work.plan.date); !unneeded) {
    return std::move(unneeded).error();
  }
  Turn turn;
  turn.facts = {{"dependencies", "none"}};
  turn.publications.push_back({.type = "key.unneeded",
                               .data = {{"certificates", "expired-or-revoked"},
                                        {"last_crl", ledger->crl_sha256},
                                        {"last_crl_until", ledger->crl_next_update}},
                               .hidden = {}});
  return turn;
}

// What there must be of the key, and whether it is here.
struct InventoryItem {
  std::string what;
  bool is_here = false;
};

Result<std::vector<InventoryItem>> items_of(const Workplace& work) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  std::vector<InventoryItem> items;
  for (const std::string& site : old->sites) {
    const auto found = std::ranges::find_if(
        work.room.sites, [&](const fs::path& one) { return site_name(one) == site; });
    items.push_back({.what = "the encrypted key at " + site,
                     .is_here = found != work.room.sites.end() &&
                                read_vault(*found, old->header.set.generation).ok()});
  }
  for (const PlannedHolder& holder : old->holders) {
    items.push_back({.what = "the share of seat " + holder.seat,
                     .is_here = read_share_file(work.room.holders / holder.folder).ok()});
  }
  return items;
}

std::string missing_name(std::size_t number) {
  return "missing-" + std::to_string(number);
}

Result<Asking> ask_inventory(const Workplace& work) {
  auto items = items_of(work);
  if (!items) {
    return std::move(items).error();
  }
  Asking asking;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const InventoryItem& item = (*items)[i];
    asking.shown.push_back(item.what + (item.is_here ? ": here" : ": NOT HERE"));
    if (!item.is_here) {
      asking.asks.push_back({.name = missing_name(i),
                             .kind = client::AskKind::kText,
                             .prompt = "Where is " + item.what +
                                       ", who answers for it, and until when is it destroyed",
                             .expected = {}});
    }
  }
  return asking;
}

Result<Turn> tick_inventory(Workplace& work, client::Input& input) {
  auto items = items_of(work);
  if (!items) {
    return std::move(items).error();
  }
  Json noted = Json::array();
  for (std::size_t i = 0; i < items->size(); ++i) {
    const InventoryItem& item = (*items)[i];
    const auto plan = input.texts.find(missing_name(i));
    const bool is_planned = plan != input.texts.end() && !plan->second.empty();
    if (!item.is_here && !is_planned) {
      return Error{ErrorCode::kInsufficient,
                   item.what +
                       " is not here, and nobody has said where it is and who answers "
                       "for it; bring it, or name place, person and date"};
    }
    noted.push_back({{"item", item.what},
                     {"here", item.is_here},
                     {"plan", item.is_here ? std::string() : plan->second}});
  }
  if (auto written = work.journal.append("inventory", {{"items", std::move(noted)}}); !written) {
    return std::move(written).error();
  }
  Turn turn;
  turn.facts = {{"ticked", true}};
  return turn;
}

Result<std::string> destroy_phrase(const Workplace& work) {
  auto name = work.text_fact("short-name");
  return name ? Result<std::string>("DESTROY " + *name) : name;
}

Result<Asking> ask_destroy_phrase(const Workplace& work) {
  auto phrase = destroy_phrase(work);
  if (!phrase) {
    return std::move(phrase).error();
  }
  return Asking{.subject = {},
                .shown = {},
                .asks = {{.name = "phrase",
                          .kind = client::AskKind::kPhrase,
                          .prompt = "Type exactly: " + *phrase,
                          .expected = *phrase}}};
}

Result<Turn> agree_to_destroy(Workplace& work, client::Input& input) {
  auto phrase = destroy_phrase(work);
  if (!phrase) {
    return std::move(phrase).error();
  }
  const auto typed = input.texts.find("phrase");
  if (typed == input.texts.end() || typed->second != *phrase) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "what was typed is not \"" + *phrase +
                     "\", letter by letter; nothing was done; type it exactly, or raise an "
                     "exception"};
  }
  Turn turn;
  turn.facts = {{"agreed-" + work.step.actor, true}};
  turn.publications.push_back(
      {.type = "key.consent", .data = {{"role", work.step.actor}}, .hidden = {}});
  return turn;
}

constexpr std::array kDestructionActions{
    Action{.name = "record-order", .ask = ask_reason, .act = record_order},
    Action{.name = "check-dependencies", .ask = ask_nothing, .act = check_dependencies},
    Action{.name = "tick-inventory", .ask = ask_inventory, .act = tick_inventory},
    Action{.name = "agree-to-destroy", .ask = ask_destroy_phrase, .act = agree_to_destroy}};

}  // namespace

std::span<const Action> destruction_actions() {
  return kDestructionActions;
}

}  // namespace ceremony
