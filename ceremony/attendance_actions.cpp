// The acts in which people come in, come back, and give up.

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "ceremony/action.h"
#include "ceremony/own_outputs.h"
#include "ceremony/pins.h"
#include "ceremony/signed_note.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The officer whose turn it is.
const PlannedSigner& arriving(const Workplace& work) {
  return work.plan.signers[std::min(work.held.turn, work.plan.signers.size() - 1)];
}

Result<Asking> ask_officer(const Workplace& work) {
  const PlannedSigner& officer = arriving(work);
  auto vkey = parse_vkey(officer.vkey);
  if (!vkey) {
    return std::move(vkey).error().while_doing("the " + officer.role + "'s key in the plan");
  }
  return Asking{.subject = officer.role,
                .shown = {"Signing key: " + officer.vkey,
                          "In words: " + base::digest_words(base::sha256(vkey->public_key))},
                .asks = {{.name = std::string(kNewPin),
                          .kind = client::AskKind::kSecret,
                          .prompt = "The " + officer.role +
                                    " compares the words of the signing key with the paper "
                                    "roster, and sets a PIN of 4 to 12 digits for today",
                          .expected = {},
                          .is_new = true}}};
}

Result<Turn> attend(Workplace& work, client::Input& input) {
  if (work.held.turn == 0) {
    work.held.pins.clear();
  }
  const std::string& role = arriving(work).role;
  const auto typed = input.secrets.find(std::string(kNewPin));
  if (typed == input.secrets.end()) {
    return Error{ErrorCode::kInsufficient,
                 "the " + role + " has set no PIN; type one, alone at the keyboard"};
  }
  auto hash = hash_pin(typed->second,
                       work.plan.kdf == "production" ? PinCost::kInteractive : PinCost::kMinimal);
  if (!hash) {
    return std::move(hash).error();
  }
  work.held.pins.insert_or_assign(role, std::move(hash).value());
  Turn turn;
  turn.private_note = "thank you; keep it to yourself until the record is sealed";
  if (work.held.turn + 1 < work.plan.signers.size()) {
    turn.progress = client::Progress::kAskAgain;
    return turn;
  }
  turn.facts = {{"pins", work.held.pins}};
  work.held.pins.clear();
  return turn;
}

// The head that stands on the ticket of the last pause. Errors: kInconsistent.
Result<base::Digest> ticket_head(const Workplace& work) {
  const auto& entries = work.journal.entries();
  const auto pause = std::find_if(entries.rbegin(), entries.rend(), [](const JournalEntry& entry) {
    return entry.type == "pause";
  });
  if (pause == entries.rend()) {
    return Error{ErrorCode::kInconsistent,
                 "this ceremony was never paused, so there is no ticket; the script is at fault"};
  }
  return base::parse_digest_hex(pause->data.value("head", ""));
}

Result<Asking> ask_ticket(const Workplace& /*work*/) {
  return Asking{.subject = {},
                .shown = {},
                .asks = {{.name = "ticket",
                          .kind = client::AskKind::kText,
                          .prompt = "The words of the resume ticket, at least the first four",
                          .expected = {}}}};
}

// The words that were typed, in lower case and with one blank between two.
std::string typed_words(const std::string& text) {
  std::istringstream stream(text);
  std::string words;
  for (std::string word; stream >> word;) {
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
    words += (words.empty() ? "" : " ") + word;
  }
  return words;
}

Result<Turn> compare_ticket(Workplace& work, client::Input& input) {
  auto head = ticket_head(work);
  if (!head) {
    return std::move(head).error();
  }
  const auto found = input.texts.find("ticket");
  const std::string typed = found == input.texts.end() ? "" : typed_words(found->second);
  if (typed != base::short_digest_words(*head) && typed != base::digest_words(*head)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "these are not the first words of the resume ticket of this journal: another "
                 "journal lies on the medium than was left here, or a word was misread; type the "
                 "words again, and if they differ, raise an exception and give the ceremony up"};
  }
  Turn turn;
  turn.public_note = "this is the journal that was left here";
  return turn;
}

Result<Turn> wipe_all(Workplace& work, client::Input& /*input*/) {
  work.held = Held{};
  Turn turn;
  turn.public_note = "no secret is held";
  return turn;
}

// What this ceremony has written and nobody may use is removed. Past the point of no return the
// outputs are live, and stay.
Result<Turn> void_outputs(Workplace& work, client::Input& /*input*/) {
  const bool is_live = work.progress.is_past_return(work.script);
  if (!is_live) {
    if (auto removed = remove_own_outputs(work); !removed) {
      return std::move(removed).error();
    }
  }
  Turn turn;
  turn.publications.push_back(
      {.type = "abort", .data = {{"outputs", is_live ? "live" : "void"}}, .hidden = {}});
  turn.public_note = is_live ? "the point of no return was passed: what was written stays"
                             : "what this ceremony has written is void";
  return turn;
}

constexpr std::array kAttendanceActions{
    Action{.name = "attend", .ask = ask_officer, .act = attend},
    Action{.name = "compare-ticket", .ask = ask_ticket, .act = compare_ticket},
    Action{.name = "wipe-all", .ask = ask_nothing, .act = wipe_all},
    Action{.name = "void-outputs", .ask = ask_nothing, .act = void_outputs}};

}  // namespace

std::span<const Action> attendance_actions() {
  return kAttendanceActions;
}

}  // namespace ceremony
