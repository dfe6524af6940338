// The acts that lead up to the end of a root key: its order, who still needs it, what there is of
// it, its last statement, the consents, and the proof that it signs nothing any more.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ceremony/action.h"
#include "ceremony/holder_files.h"
#include "ceremony/key_facts.h"
#include "ceremony/ledger.h"
#include "ceremony/old_set.h"
#include "ceremony/own_outputs.h"
#include "ceremony/turns.h"
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

// Serial numbers as numbers: without zeros before.
std::string bare_serial(const std::string& serial) {
  const std::size_t first = serial.find_first_not_of('0');
  return first == serial.npos ? "0" : serial.substr(first);
}

// What the newest CRL of the records says.
struct NewestCrl {
  std::set<std::string> revoked;  // bare serial numbers
  std::string next_update;        // YYYY-MM-DD; "" where there is no CRL
};

Result<NewestCrl> newest_crl(const fs::path& home, const LedgerState& ledger) {
  NewestCrl newest;
  for (const std::string& name : ledger.records) {
    auto record = Transcript::read(home / "ledger" / name / "transcript.log");
    if (!record) {
      return std::move(record).error();
    }
    for (const TranscriptEntry& entry : record->entries()) {
      if (entry.type != "crl.issue" || record->opening("mode") == name_of(Mode::kDrill)) {
        continue;
      }
      newest = {.revoked = {}, .next_update = entry.data.value("next_update", "")};
      for (const Json& one : entry.data.value("revoked", Json::array())) {
        newest.revoked.insert(bare_serial(one.value("serial", "")));
      }
    }
  }
  return newest;
}

Error still_needed(const IssuedCertificate& one) {
  return Error{ErrorCode::kRefusedByPolicy,
               "the certificate " + one.serial + " (" + one.subject + ") is valid until " +
                   one.not_after +
                   " and not revoked, so this key is still needed; nothing was done; revoke it "
                   "by a CRL ceremony first, or wait until it has expired"};
}

// A certificate that was revoked needs a CRL that says so for as long as it would have lasted.
Result<void> check_needs(const Plan& plan, const LedgerState& ledger, const NewestCrl& crl) {
  for (const IssuedCertificate& one : ledger.issued) {
    if (one.certificate == ledger.root_certificate || one.not_after < plan.date) {
      continue;
    }
    if (!crl.revoked.contains(bare_serial(one.serial))) {
      return still_needed(one);
    }
    if (crl.next_update < one.not_after) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "the newest CRL ends on " + crl.next_update +
                       ", before the revoked certificate " + one.serial + " does on " +
                       one.not_after +
                       ", and after today nobody can sign another one; nothing was done; sign a "
                       "last CRL that lasts until then first"};
    }
  }
  return {};
}

Result<Turn> check_dependencies(Workplace& work, client::Input& /*input*/) {
  if (work.room.sites.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "no vault is in this room; bring the vault media of the sites"};
  }
  const fs::path& home = work.room.sites.front();
  auto ledger = read_ledger(home / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  auto crl = newest_crl(home, *ledger);
  if (!crl) {
    return std::move(crl).error();
  }
  if (auto free = check_needs(work.plan, *ledger, *crl); !free) {
    return std::move(free).error();
  }
  Turn turn;
  turn.facts = {{"dependencies", "none"}};
  turn.publications.push_back(
      {.type = "key.unneeded",
       .data = {{"certificates", "expired-or-revoked"}, {"last_crl_until", crl->next_update}},
       .hidden = {}});
  return turn;
}

// What there must be of the key, and whether it is here.
struct InventoryItem {
  std::string what;
  bool is_here = false;
};

Result<std::vector<InventoryItem>> inventory_of(const Workplace& work) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  if (work.annex.sites.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the annex names no site, so nobody can say where encrypted keys are; bring an "
                 "annex that names every site"};
  }
  std::vector<InventoryItem> items;
  for (const PlannedSite& site : work.annex.sites) {
    const auto found = std::ranges::find_if(
        work.room.sites, [&](const fs::path& one) { return one.filename() == site.name; });
    items.push_back({.what = "the encrypted key at " + site.name,
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
  auto items = inventory_of(work);
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
  auto items = inventory_of(work);
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

std::string statement_text(const Workplace& work, const KeyFacts& key) {
  return "End of key\n\nThis key signs nothing after this statement.\nRoot: " +
         work.facts.at("short-name").get<std::string>() +
         "\nPublic key (SHA-256): " + key.public_key_sha256 +
         "\nReason: " + work.facts.at("reason").get<std::string>() + "\nDate: " + work.plan.date +
         "\n";
}

struct Statement {
  std::string text;
  base::Bytes signature;
};

Result<void> write_statement(const Workplace& work, const Statement& statement) {
  std::vector<fs::path> folders;
  for (const fs::path& site : work.room.sites) {
    folders.push_back(site / "end-of-key");
  }
  if (!work.room.transfer_out.empty()) {
    folders.push_back(work.room.transfer_out / record_name(work.plan));
  }
  for (const fs::path& folder : folders) {
    auto done = base::make_folder_where_missing(folder);
    if (done) {
      done = save_own(work, folder / "end-of-key.txt", base::bytes_of(statement.text));
    }
    if (done) {
      done = save_own(work, folder / "end-of-key.sig", statement.signature);
    }
    if (!done) {
      return done;
    }
  }
  return {};
}

Result<Turn> sign_statement(Workplace& work, client::Input& /*input*/) {
  Turn turn;
  if (!work.held.root_key) {
    turn.facts = {{"statement", "none"}};
    return turn;
  }
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  Statement statement{.text = statement_text(work, *key), .signature = {}};
  auto signature = work.held.root_key->sign(base::bytes_of(statement.text));
  if (!signature) {
    return std::move(signature).error();
  }
  statement.signature = std::move(signature).value();
  if (auto written = write_statement(work, statement); !written) {
    return std::move(written).error();
  }
  turn.facts = {{"statement", "signed"}};
  turn.publications.push_back(
      {.type = "key.statement",
       .data = {{"statement", base::sha256_hex(base::bytes_of(statement.text))},
                {"signature", base::sha256_hex(statement.signature)}},
       .hidden = {}});
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

// Whether the key in this machine still signs after it was deleted. None in it: it cannot.
bool still_signs(const Workplace& work) {
  const std::string_view probe = "a deleted key must not sign this";
  return work.held.root_key && work.held.root_key->sign(base::bytes_of(probe)).ok();
}

Result<Turn> delete_key(Workplace& work, client::Input& /*input*/) {
  const bool was_here = work.held.root_key != nullptr;
  if (was_here) {
    if (auto destroyed = work.held.root_key->destroy(); !destroyed) {
      return std::move(destroyed).error();
    }
  }
  if (still_signs(work)) {
    return Error{ErrorCode::kDeviceFailure,
                 "the key was deleted in the token and has signed all the same; keep everybody "
                 "here, do not let this machine out of sight, and raise an exception"};
  }
  if (work.held.token) {
    if (auto destroyed = work.held.token->destroy(); !destroyed) {
      return std::move(destroyed).error();
    }
  }
  Turn turn;
  turn.facts = {{"deleted", true}};
  turn.publications.push_back({.type = "key.delete",
                               .data = {{"signing_attempt", was_here ? "failed" : "no-key"}},
                               .hidden = {}});
  return turn;
}

constexpr std::array kDestructionActions{
    Action{.name = "record-order", .ask = ask_reason, .act = record_order},
    Action{.name = "check-dependencies", .ask = ask_nothing, .act = check_dependencies},
    Action{.name = "tick-inventory", .ask = ask_inventory, .act = tick_inventory},
    Action{.name = "sign-statement", .ask = ask_nothing, .act = sign_statement},
    Action{.name = "agree-to-destroy", .ask = ask_destroy_phrase, .act = agree_to_destroy},
    Action{.name = "delete-key", .ask = ask_nothing, .act = delete_key}};

}  // namespace

std::span<const Action> destruction_actions() {
  return kDestructionActions;
}

}  // namespace ceremony
