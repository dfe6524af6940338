// Nothing secret gets into a record: what people type is refused at once, and a record that holds
// a secret all the same is not closed.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/text_encoding.h"
#include "ceremony/holder_files.h"
#include "ceremony/journal.h"
#include "ceremony/session.h"
#include "ceremony/vault.h"
#include "session/stage.h"
#include "shamir/passphrase.h"
#include "shamir/possession.h"
#include "shamir/verify_share.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::has;
using support::plant;
namespace fs = std::filesystem;

constexpr const char* kBornRecord = "0001-root-generation";
constexpr const char* kPem = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr const char* kOwnWords = "grey heron at the weir";  // not of SLIP-39's list

base::SecretBytes as_secret(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// The room of the root generation of a stage.
ceremony::client::OpenRequest born_room(const fs::path& out) {
  const fs::path folder = out / "record" / "confidential" / kBornRecord;
  return {.plan = folder / "plan.toml",
          .annex = folder / "annex.toml",
          .data = DATA_FOLDER,
          .sites = {out / "site-1", out / "site-2"},
          .holders = out / "holders",
          .transfer_in = out / "transfer" / "in",
          .transfer_out = out / "transfer" / "out",
          .confidential = out / "record" / "confidential",
          .published = out / "record" / "public"};
}

// Generates a root that is cut off before a step, with `meanwhile` while nobody has it open; gives
// the refusal, or "".
std::string refusal_after(const std::string& step,
                          const std::function<void(const fs::path&)>& meanwhile) {
  fs::path out;
  stage::Stage stage({.cut = {.before = step, .meanwhile = [&] { meanwhile(out); }}}, {});
  out = stage.out();
  return stage.generate_root();
}

// Adds an entry to the journal as a program would that does not look at what it writes.
void add_exception(const fs::path& out, const std::string& seen) {
  const base::SystemClock clock;
  auto journal = ceremony::Journal::open(
      {.journal_path = out / "record" / "confidential" / kBornRecord / "journal.log",
       .transcript_path = out / "record" / "public" / kBornRecord / "transcript.log",
       .mode = ceremony::Mode::kRehearsal,
       .clock = &clock,
       .date = {},
       .keepers = {},
       .journal_key = nullptr,
       .keeper_secret = nullptr});
  REQUIRE_MESSAGE(journal.ok(), (journal ? "" : journal.error().message));
  REQUIRE(journal
              ->append("exception",
                       {{"step", "close-record"},
                        {"expected", "a key file on the stick"},
                        {"seen", seen},
                        {"decided", "to go on"},
                        {"raised_by", "director"}})
              .ok());
}

TEST_CASE("a secret that is typed into a reason or a sheet is refused at once, and not written") {
  const auto meanwhile = [](const fs::path& out) {
    const base::SystemClock clock;
    auto session = ceremony::Session::open(born_room(out), {.clock = &clock});
    REQUIRE_MESSAGE(session.ok(), (session ? "" : session.error().message));
    const auto raised = session->raise_exception(
        {.expected = "a whole bag", .seen = kPem, .decided = "go on", .raised_by = "director"});
    REQUIRE(!raised.ok());
    CHECK(has(raised.error().message,
              "what was typed for \"seen\" holds what looks like a private key, and it would "
              "stand in the record for good; nothing of it was recorded; type it again without"));
    const auto aborted =
        session->abort(std::string("he said memory soul mule script hairy ") + "density instead");
    REQUIRE(!aborted.ok());
    CHECK(has(aborted.error().message,
              "what was typed for \"reason\" holds what looks like the "
              "words of a passphrase or of a share"));
    const auto paused = session->pause("lunch, then EJS9 6CY2 TJNS Z82T XNAM CQ2D");
    REQUIRE(!paused.ok());
    CHECK(has(paused.error().message, "holds what looks like a line of a share card"));
    const std::string journal =
        content_of(out / "record" / "confidential" / kBornRecord / "journal.log");
    CHECK(!has(journal, "PRIVATE KEY"));
    CHECK(!has(journal, "hairy"));
    CHECK(!has(journal, "EJS9"));
  };
  CHECK(refusal_after("draw-quorum", meanwhile) == "");
}

// The refusal where an input is spoilt once at that step.
std::string refusal_of_input(const std::string& step, const std::function<void(Input&)>& spoil) {
  bool is_spoilt = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == step && !is_spoilt) {
      is_spoilt = true;
      spoil(input);
    }
  });
  const std::string refusal = stage.generate_root();
  const fs::path journal = stage.out() / "record" / "confidential" / kBornRecord / "journal.log";
  CHECK(!has(content_of(journal), kOwnWords));
  return refusal;
}

TEST_CASE("what was typed as a secret is refused as a text, in the same turn and later") {
  const std::string same_turn = refusal_of_input("lock-shares", [](Input& input) {
    input.secrets.insert_or_assign("passphrase", as_secret(kOwnWords));
    input.texts["why"] = std::string("she chose ") + kOwnWords;
  });
  CHECK(has(same_turn,
            "what was typed for \"why\" holds what was typed as a secret in this ceremony"));
  const std::string pin = refusal_of_input("generate-key", [](Input& input) {
    const auto reader = input.secrets.at("actor-pin").read();
    input.texts["why"] = base::text_of(reader.bytes());
  });
  CHECK(has(pin, "A number that is the same by chance"));
  std::string later;
  stage::Stage stage([&](const StepView& view, Input& input) {
    const auto typed = input.secrets.find("new-pin");
    if (view.id == "attendance" && later.empty() && typed != input.secrets.end()) {
      later = base::text_of(typed->second.read().bytes());
    } else if (view.id == "generate-key") {
      input.texts["why"] = later;
    }
  });
  CHECK(has(stage.generate_root(), "holds what was typed as a secret in this ceremony"));
}

TEST_CASE("a record with a secret in it is not closed, and the entry is named and not its value") {
  const std::string refusal =
      refusal_after("close-record", [](const fs::path& out) { add_exception(out, kPem); });
  CHECK(has(
      refusal,
      " of the journal (\"exception\"), \"/seen\" holds what looks like a private key; a record "
      "is read by many, so one with a secret in it is not closed. Look at it, two of you. If "
      "it is one: lock its media away"));
  CHECK(has(refusal, "entry "));
  CHECK(!has(refusal, "BEGIN"));
}

TEST_CASE("what only looks like a secret is looked at by two people, and the record says so") {
  stage::Stage* held = nullptr;
  int asked = 0;
  stage::Stage stage(
      {.cut = {.before = "close-record", .meanwhile = [&] { add_exception(held->out(), kPem); }}},
      [&](const StepView& view, Input& input) {
        const bool is_asked =
            std::ranges::any_of(view.asks, [](const auto& ask) { return ask.name == "no-secret"; });
        if (is_asked) {
          ++asked;
          CHECK(has(view.shown.front(), "\"/seen\" holds what looks like a private key."));
          input.texts["no-secret"] = "this is no secret";
        }
      });
  held = &stage;
  CHECK(stage.generate_root() == "");
  CHECK(asked == 1);
  const fs::path records = stage.out() / "record";
  const std::string journal = content_of(records / "confidential" / kBornRecord / "journal.log");
  CHECK(support::count_of(journal, R"("type":"no-secret")") == 1);
  CHECK(has(stage::transcript_of(stage, kBornRecord), R"("type":"exception")"));
}

TEST_CASE("a phrase that is not the one is no word that something is no secret") {
  stage::Stage* held = nullptr;
  stage::Stage stage(
      {.cut = {.before = "close-record", .meanwhile = [&] { add_exception(held->out(), kPem); }}},
      [&](const StepView& view, Input& input) {
        if (view.id == "close-record") {
          input.texts["no-secret"] = "this is a secret";
        }
      });
  held = &stage;
  CHECK(has(stage.generate_root(), "so one with a secret in it is not closed"));
}

// What its holder signs with, opened from the stick; in groups of four, as people copy a number.
std::string possession_key_of(const fs::path& out,
                              const std::string& holder,
                              const std::string& passphrase) {
  const auto vault = ceremony::read_vault_papers(out / "site-1", 1);
  const auto envelope = ceremony::read_share_file(out / "holders" / holder);
  const auto words = shamir::Passphrase::from_typed(as_secret(passphrase));
  REQUIRE(vault.ok());
  REQUIRE(envelope.ok());
  REQUIRE(words.ok());
  const auto share = shamir::verify_share(
      vault->header.set, {.envelope = *envelope, .passphrase = *words, .label = "it"});
  REQUIRE_MESSAGE(share.ok(), (share ? "" : share.error().message));
  const base::SecretBytes seed = shamir::PossessionKey::of(*share).seed();
  std::string groups = base::to_hex(seed.read().bytes());
  for (std::size_t at = 4; at < groups.size(); at += 5) {
    groups.insert(at, " ");
  }
  return groups;
}

TEST_CASE("a key that the ceremony holds is known in what somebody types") {
  std::map<std::string, std::string> passphrases;
  std::string refusal;
  stage::Stage* held = nullptr;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "lock-shares") {
      passphrases[view.subject] = base::text_of(input.secrets.at("passphrase").read().bytes());
    } else if (view.id == "point-of-no-return") {
      for (const auto& [subject, holder] : {std::pair{"Seat A", "amara-okafor"},
                                            {"Seat B", "bjorn-lindqvist"},
                                            {"Seat C", "chiara-moretti"}}) {
        input.texts["why"] +=
            "; it says " + possession_key_of(held->out(), holder, passphrases.at(subject));
      }
    }
  });
  held = &stage;
  CHECK(has(stage.generate_root(), "\"why\" holds a key that this ceremony holds"));
}

TEST_CASE("a record that was closed is not sealed where a secret came in behind") {
  stage::Stage* held = nullptr;
  stage::Stage stage(
      {.cut = {.before = "seal", .meanwhile = [&] { add_exception(held->out(), kPem); }}}, {});
  held = &stage;
  const std::string refusal = stage.generate_root();
  CHECK(has(refusal,
            "of the journal (\"exception\"), \"/seen\" holds what looks like a private key"));
  CHECK(!fs::exists(stage.out() / "record" / "public" / kBornRecord / "seal.note"));
  CHECK(!fs::exists(stage.out() / "site-1" / "ledger" / kBornRecord));
}

TEST_CASE("a passphrase that stands in the record is found when its owner types it to sign") {
  stage::Stage* held = nullptr;
  stage::Stage stage(
      {.cut = {.before = "seal", .meanwhile = [&] { add_exception(held->out(), kOwnWords); }}},
      [](const StepView& view, Input& input) {
        if (view.id == "seal") {
          input.secrets.insert_or_assign("signing-passphrase", as_secret(kOwnWords));
        }
      });
  held = &stage;
  const std::string refusal = stage.generate_root();
  CHECK(has(refusal,
            "of the journal (\"exception\"), \"/seen\" holds what was typed as a secret in this "
            "ceremony"));
  CHECK(!has(refusal, kOwnWords));
}

TEST_CASE("a ceremony that was given up is not closed with a secret in its record either") {
  bool is_added = false;
  fs::path out;
  stage::Stage stage({.cut = {.before = "draw-quorum", .how = stage::How::kAbort}},
                     [&](const StepView& view, Input& /*input*/) {
                       if (view.id == "wipe" && !is_added) {
                         is_added = true;
                         plant(out / "record" / "public" / kBornRecord / "evaluation.json", kPem);
                       }
                     });
  out = stage.out();
  const std::string refusal = stage.generate_root();
  CHECK(has(refusal, "the public file evaluation.json holds what looks like a private key"));
}

}  // namespace
