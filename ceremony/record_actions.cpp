// The acts that open, check, close and seal the record of a ceremony.

#include <array>
#include <set>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/entropy.h"
#include "base/machine.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/openssl_memory.h"
#include "ceremony/action.h"
#include "ceremony/fitness.h"
#include "ceremony/ledger_files.h"
#include "ceremony/officer_line.h"
#include "ceremony/own_outputs.h"
#include "ceremony/record_folder.h"
#include "ceremony/record_guard.h"
#include "ceremony/seal.h"
#include "ceremony/site_journals.h"
#include "ceremony/slip_file.h"
#include "ceremony/software.h"

namespace ceremony {

namespace {

using base::Result;

Json roster_data(const Plan& plan) {
  Json signers = Json::array();
  for (const PlannedSigner& signer : plan.signers) {
    signers.push_back({{"role", signer.role}, {"vkey", signer.vkey}});
  }
  return {{"signers", std::move(signers)}};
}

Result<Turn> open_record(Workplace& work, client::Input& /*input*/) {
  Turn turn;
  turn.facts = {{"record", record_name(work.plan)}};
  turn.publications.push_back({.type = "open",
                               .data = {{"ceremony", work.plan.ceremony},
                                        {"mode", name_of(work.plan.mode)},
                                        {"sequence", work.plan.sequence},
                                        {"origin", work.plan.origin},
                                        {"plan", work.plan.sha256},
                                        {"script", work.script.sha256},
                                        {"software", kSoftware},
                                        {"previous_head", work.plan.previous_head}},
                               .hidden = {}});
  turn.publications.push_back({.type = "roster", .data = roster_data(work.plan), .hidden = {}});
  return turn;
}

// OpenSSL's generator, for the same tests.
class OpensslSource final : public base::RandomSource {
 public:
  [[nodiscard]] std::string name() const override { return "OpenSSL"; }
  [[nodiscard]] std::size_t fill(std::span<std::uint8_t> target) override {
    return ca::openssl_random(target) ? target.size() : 0;
  }
};

// Both generators that keys are drawn from.
Result<void> test_randomness() {
  base::SodiumSource sodium;
  OpensslSource openssl;
  for (base::RandomSource* const source :
       {static_cast<base::RandomSource*>(&sodium), static_cast<base::RandomSource*>(&openssl)}) {
    if (auto tested = base::TestedSource::start(*source); !tested) {
      return std::move(tested).error();
    }
  }
  return {};
}

Result<Turn> check_machine(Workplace& work, client::Input& /*input*/) {
  const auto checks = base::check_machine(work.surroundings());
  const bool is_fit = base::is_fit_for_production(checks);
  if (!is_fit && work.plan.mode == Mode::kProduction) {
    return not_fit_for_production(checks);
  }
  if (auto tested = test_randomness(); !tested) {
    return std::move(tested).error();
  }
  Turn turn;
  if (!is_fit) {
    turn.public_note =
        "Warning: this computer would be refused for PRODUCTION:" + what_makes_unfit(checks);
  }
  turn.facts = {{"machine", is_fit ? "fit-for-production" : "rehearsal-only"}};
  turn.publications.push_back(
      {.type = "machine.check",
       .data = {{"result", is_fit ? "fit-for-production" : "rehearsal-only"},
                {"entropy", "passed"}},
       .hidden = {}});
  return turn;
}

Result<Asking> ask_plan(const Workplace& work) {
  auto digest = base::parse_digest_hex(work.plan.sha256);
  if (!digest) {
    return std::move(digest).error();
  }
  return Asking{.subject = {},
                .shown = {"Plan: " + work.plan.sha256, "In words: " + base::digest_words(*digest)},
                .asks = {}};
}

Result<Turn> show_plan(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

constexpr const char* kNoSecretAsk = "no-secret";
constexpr const char* kNoSecretPhrase = "this is no secret";

// As a rule nothing; where something in the record looks like a secret, whether it is one.
Result<Asking> ask_to_close(const Workplace& work) {
  auto found = find_secret_in_record(work);
  if (!found) {
    return std::move(found).error();
  }
  if (!*found) {
    return Asking{};
  }
  return Asking{.subject = {},
                .shown = {(*found)->where + " holds " + std::string((*found)->what) + "."},
                .asks = {{.name = kNoSecretAsk,
                          .kind = client::AskKind::kText,  // whoever acts for people skips it
                          .prompt = "Look at it, two of you. Only if it is no secret, type \"" +
                                    std::string(kNoSecretPhrase) + "\"",
                          .expected = {},
                          .is_optional = true}}};
}

// Whether there was something, and the people say that it is no secret; the next turn goes on.
Result<bool> settle_no_secret(const Workplace& work, const client::Input& input) {
  const auto typed = input.texts.find(kNoSecretAsk);
  if (typed == input.texts.end() || typed->second != kNoSecretPhrase) {
    return false;
  }
  auto found = find_secret_in_record(work);
  if (!found) {
    return std::move(found).error();
  }
  if (!*found) {
    return false;
  }
  auto noted = note_no_secret(work, **found);
  return noted ? Result<bool>(true) : Result<bool>(std::move(noted).error());
}

Result<Turn> close_record(Workplace& work, client::Input& input) {
  auto settled = settle_no_secret(work, input);
  if (!settled) {
    return std::move(settled).error();
  }
  if (*settled) {
    Turn turn;
    turn.progress = client::Progress::kAskAgain;
    return turn;
  }
  if (auto clean = check_record_for_secrets(work); !clean) {
    return std::move(clean).error();
  }
  Turn turn;
  turn.facts = {{"closed", true}};
  const bool any_exception =
      std::ranges::any_of(work.journal.entries(), [](const JournalEntry& entry) {
        return entry.type == "exception" || entry.type == kNoSecretEntry;
      });
  if (any_exception) {
    turn.publications.push_back({.type = "exception", .data = {{"any", true}}, .hidden = {}});
  }
  const char* const result = work.step.purpose == "aborted" ? "aborted" : "completed";
  turn.publications.push_back({.type = "close", .data = {{"result", result}}, .hidden = {}});
  return turn;
}

// The signer whose turn it is.
const PlannedSigner& signer_in_turn(const Workplace& work) {
  return work.plan.signers[std::min(work.held.turn, work.plan.signers.size() - 1)];
}

Result<Asking> ask_signature(const Workplace& work) {
  const std::string& role = signer_in_turn(work).role;
  auto text = seal_text(work.plan.origin, work.journal.transcript());
  if (!text) {
    return std::move(text).error();
  }
  return Asking{.subject = role, .shown = {*text}, .asks = officer_asks(role)};
}

// The lines of the executives, each with the own share's possession key.
Result<std::vector<std::string>> executive_lines(const Workplace& work, std::string_view text) {
  std::vector<std::string> lines;
  for (const PossessionForSeal& one : work.held.possession) {
    const NoteSigner signer{.name = executive_name(work.plan.origin), .seed = one.key.seed()};
    auto line = sign_note_line(signer, text);
    if (!line) {
      return std::move(line).error();
    }
    lines.push_back(std::move(line).value());
  }
  return lines;
}

// The first ceremony makes the folders of its sites, also where it is given up before it has
// written a vault. Later a site that is missing is a medium that was pulled: making its folder
// would put the record on this computer, where nobody looks for it.
Result<void> make_site_folders(const Workplace& work) {
  const bool is_first = work.plan.sequence == 1;
  for (const std::filesystem::path& site : work.room.sites) {
    auto made = is_first ? base::make_folder_where_missing(site) : Result<void>();
    if (!made) {
      return made;
    }
  }
  return base::make_folder_where_missing(work.room.sites.front() / "ledger");
}

// What the other sites in this room lack of earlier ceremonies.
Result<void> bring_earlier(const Workplace& work) {
  const std::filesystem::path& home = work.room.sites.front();
  for (const std::filesystem::path& site : work.room.sites) {
    const TwoSites sites{.home = home, .other = site};
    auto brought = site == home ? Result<void>() : bring_up_to_date(sites);
    brought = brought && site != home ? exchange_journals(work, sites) : brought;
    if (!brought) {
      return brought;
    }
  }
  return {};
}

// Brings the sealed record to every site that is in this room, and its journal.
Result<void> archive(const Workplace& work) {
  if (work.room.sites.empty()) {
    return {};
  }
  if (auto made = make_site_folders(work); !made) {
    return made;
  }
  if (auto brought = bring_earlier(work); !brought) {
    return brought;
  }
  if (auto kept = keep_journal(work); !kept) {
    return kept;
  }
  for (const std::filesystem::path& site : work.room.sites) {
    const std::filesystem::path ledger = site / "ledger";
    auto copied = add_to_ledger({.from = work.public_folder(), .to = ledger});
    if (!copied) {
      return copied;
    }
  }
  return {};
}

struct BothSeals {
  std::string_view full;
  std::string_view published;
};

// Executives whose keys were gone when the seal was made, for they are in no file: the ceremony was
// interrupted after these had entered their shares. The record says whose lines are missing; that
// they agreed to the plan is proven by their signatures in "share-entered".
Result<void> note_unsigned(const Workplace& work) {
  std::set<std::string> missing;
  for (const JournalEntry& entry : work.journal.entries()) {
    if (entry.type == "share-entered") {
      missing.insert(entry.data.at("possession_key").get<std::string>());
    }
  }
  for (const PossessionForSeal& one : work.held.possession) {
    missing.erase(base::to_hex(one.key.public_key()));
  }
  if (missing.empty()) {
    return {};
  }
  return work.journal.append("seal-unsigned",
                             {{"possession_keys", missing},
                              {"why",
                               "the ceremony was interrupted after these shares were entered, and "
                               "their keys are kept nowhere; their holders signed the plan"}});
}

// The full seal of an attempt that was cut off stays, when the same officers signed the same text:
// only the tags that hide the executives' names were drawn anew.
Result<void> save_full_seal(const Workplace& work, const BothSeals& seals) {
  const std::filesystem::path path = work.confidential_folder() / "seal-full.note";
  if (const auto there = base::read_file(path, kLargestSeal); there) {
    const auto same = make_public_seal(base::text_of(*there));
    if (same && *same == seals.published) {
      return {};
    }
  }
  if (auto noted = note_unsigned(work); !noted) {
    return noted;
  }
  return save_own(work, path, base::bytes_of(seals.full));
}

// All have signed: writes the full seal among the confidential, the public one beside the record.
Result<Turn> finish_seal(Workplace& work, std::string_view text) {
  auto lines = executive_lines(work, text);
  if (!lines) {
    return std::move(lines).error();
  }
  std::vector<std::string> all = work.held.signature_lines;
  all.insert(all.end(), lines->begin(), lines->end());
  auto full = make_seal(text, all);
  if (!full) {
    return std::move(full).error();
  }
  auto published = make_public_seal(*full);
  if (!published) {
    return std::move(published).error();
  }
  if (auto saved = save_full_seal(work, {.full = *full, .published = *published}); !saved) {
    return std::move(saved).error();
  }
  auto saved = base::save_new_or_same(work.public_folder() / kSealFile, base::bytes_of(*published));
  if (!saved) {
    return std::move(saved).error();
  }
  if (auto archived = archive(work); !archived) {
    return std::move(archived).error();
  }
  auto slip = write_slip(work);
  if (!slip) {
    return std::move(slip).error();
  }
  work.held.possession.clear();
  Turn turn;
  turn.progress = client::Progress::kCeremonyDone;
  turn.public_note = "sealed; head " + work.journal.transcript_head() +
                     (slip->empty() ? "" : "; slip for everybody: " + *slip);
  return turn;
}

Result<Turn> seal_record(Workplace& work, client::Input& input) {
  // Also right before the first signs: a record that was closed before may have grown by a line.
  const bool is_first = work.held.turn == 0;
  if (auto clean = is_first ? check_record_for_secrets(work) : Result<void>(); !clean) {
    return std::move(clean).error();
  }
  auto text = seal_text(work.plan.origin, work.journal.transcript());
  if (!text) {
    return std::move(text).error();
  }
  if (is_first) {
    work.held.signature_lines.clear();
  }
  auto line = officer_line({.officer = signer_in_turn(work), .text = *text}, input);
  if (!line) {
    return std::move(line).error();
  }
  work.held.signature_lines.push_back(std::move(line).value());
  if (work.held.turn + 1 < work.plan.signers.size()) {
    Turn turn;
    turn.progress = client::Progress::kAskAgain;
    return turn;
  }
  auto sealed = finish_seal(work, *text);
  if (!sealed) {
    work.held.signature_lines.pop_back();  // the last officer signs again when it can be written
  }
  return sealed;
}

constexpr std::array kRecordActions{
    Action{.name = "open-record", .ask = ask_nothing, .act = open_record},
    Action{.name = "check-machine", .ask = ask_nothing, .act = check_machine},
    Action{.name = "show-plan", .ask = ask_plan, .act = show_plan},
    Action{.name = "close-record", .ask = ask_to_close, .act = close_record},
    Action{.name = "seal-record", .ask = ask_signature, .act = seal_record}};

}  // namespace

std::span<const Action> record_actions() {
  return kRecordActions;
}

}  // namespace ceremony
