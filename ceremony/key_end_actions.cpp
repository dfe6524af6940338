// The acts in which a root key ends: its last statement, the key in the machine, the blobs, and
// what can be claimed of it after that.

#include <array>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/blob_destruction.h"
#include "ceremony/key_facts.h"
#include "ceremony/ledger.h"
#include "ceremony/old_set.h"
#include "ceremony/open_item.h"
#include "ceremony/own_outputs.h"
#include "ceremony/site_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

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

// Of the live set and of every one before it.
Result<void> destroy_blobs_at(const Workplace& work, const OldSet& old, const fs::path& site) {
  for (std::uint32_t generation = 1; generation <= old.header.set.generation; ++generation) {
    const auto is_meant = has_blob_to_destroy(work, old, site, generation);
    if (!is_meant) {
      return is_meant.error();
    }
    auto done = *is_meant ? destroy_blob(work, site, generation) : Result<void>();
    if (!done) {
      return done;
    }
  }
  return {};
}

Result<Turn> destroy_blobs(Workplace& work, client::Input& /*input*/) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  for (const fs::path& site : work.room.sites) {
    if (auto done = destroy_blobs_at(work, *old, site); !done) {
      return std::move(done).error();
    }
  }
  Turn turn;
  turn.facts = {{"old-blobs", true}};
  turn.public_note = destruction_note(work);
  return turn;
}

struct EndClaim {
  const char* claim;
  const char* text;
};

// A set before the live one that is not known to be dead may open what is left of its own blobs.
EndClaim claim_of(const Remains& remains, const LedgerState& ledger) {
  const bool is_any_gone = remains.are_blobs_gone || remains.are_shares_gone;
  if (!is_any_gone || !ledger.retiring.empty()) {
    return {.claim = kNotComplete,
            .text =
                "the destruction is not complete: what is left has an owner and a date in the "
                "journal, and another ceremony goes on with it"};
  }
  if (remains.are_blobs_gone && remains.are_shares_gone) {
    return {.claim = "provably-gone",
            .text = "the key is provably gone; this record is the last of its chain"};
  }
  return {.claim = "out-of-use",
          .text =
              "the key is out of use; what is left of it is listed in the journal; this record "
              "is the last of its chain"};
}

Result<Turn> claim_end(Workplace& work, client::Input& input) {
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  auto key = work.text_fact("root-public-key-digest");
  auto reason = work.text_fact("reason");
  auto old = old_set_of(work);
  if (!ledger) {
    return std::move(ledger).error();
  }
  if (!key || !reason || !old) {
    return Error{ErrorCode::kInconsistent,
                 "the record of this ceremony lacks what the claim rests on; the script is at "
                 "fault"};
  }
  const Remains remains = remains_of(work, *old);
  if (auto noted = note_open_sites(work, input, remains); !noted) {
    return std::move(noted).error();
  }
  const EndClaim end = claim_of(remains, *ledger);
  Turn turn;
  turn.facts = {{"claim", end.claim}};
  turn.publications.push_back({.type = "key.end",
                               .data = {{"generation", old->header.set.generation},
                                        {"claim", end.claim},
                                        {"public_key", *key},
                                        {"reason", *reason}},
                               .hidden = {left_fact(remains)}});
  turn.public_note = end.text;
  return turn;
}

constexpr std::array kKeyEndActions{
    Action{.name = "sign-statement", .ask = ask_nothing, .act = sign_statement},
    Action{.name = "delete-key", .ask = ask_nothing, .act = delete_key},
    Action{.name = "destroy-blobs", .ask = ask_nothing, .act = destroy_blobs},
    Action{.name = "claim-end", .ask = ask_open_sites, .act = claim_end}};

}  // namespace

std::span<const Action> key_end_actions() {
  return kKeyEndActions;
}

}  // namespace ceremony
