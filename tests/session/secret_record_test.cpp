// Nothing secret gets into a record: what people type is refused at once, and a record that holds
// a secret all the same is not closed.

#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/text_encoding.h"
#include "ceremony/journal.h"
#include "ceremony/session.h"
#include "session/stage.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::plant;
namespace fs = std::filesystem;

constexpr const char* kBornRecord = "0001-root-generation";
constexpr const char* kPem = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr const char* kOwnWords = "grey heron at the weir";  // not of SLIP-39's list

bool record_says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

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
    CHECK(record_says(
        raised.error().message,
        "what was typed for \"seen\" holds what looks like a private key, and it would "
        "stand in the record for good; nothing of it was recorded; type it again without"));
    const auto aborted =
        session->abort(std::string("he said memory soul mule script hairy ") + "density instead");
    REQUIRE(!aborted.ok());
    CHECK(record_says(aborted.error().message,
                      "what was typed for \"reason\" holds what looks like the "
                      "words of a passphrase or of a share"));
    const auto paused = session->pause("lunch, then EJS9 6CY2 TJNS Z82T XNAM CQ2D");
    REQUIRE(!paused.ok());
    CHECK(record_says(paused.error().message, "holds what looks like a line of a share card"));
    const std::string journal =
        content_of(out / "record" / "confidential" / kBornRecord / "journal.log");
    CHECK(!record_says(journal, "PRIVATE KEY"));
    CHECK(!record_says(journal, "hairy"));
    CHECK(!record_says(journal, "EJS9"));
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
  CHECK(!record_says(content_of(journal), kOwnWords));
  return refusal;
}

TEST_CASE("what was typed as a secret is refused as a text, in the same turn and later") {
  const std::string same_turn = refusal_of_input("lock-shares", [](Input& input) {
    input.secrets.insert_or_assign("passphrase", as_secret(kOwnWords));
    input.texts["why"] = std::string("she chose ") + kOwnWords;
  });
  CHECK_MESSAGE(
      record_says(same_turn,
                  "what was typed for \"why\" holds what was typed as a secret in this ceremony"),
      same_turn);
  const std::string pin = refusal_of_input("generate-key", [](Input& input) {
    const auto reader = input.secrets.at("actor-pin").read();
    input.texts["why"] = base::text_of(reader.bytes());
  });
  CHECK_MESSAGE(record_says(pin, "A number that is the same by chance"), pin);
  std::string later;
  stage::Stage stage([&](const StepView& view, Input& input) {
    const auto typed = input.secrets.find("new-pin");
    if (view.id == "attendance" && later.empty() && typed != input.secrets.end()) {
      later = base::text_of(typed->second.read().bytes());
    } else if (view.id == "generate-key") {
      input.texts["why"] = later;
    }
  });
  CHECK(record_says(stage.generate_root(), "holds what was typed as a secret in this ceremony"));
}

TEST_CASE("a record with a secret in it is not closed, and the entry is named and not its value") {
  const std::string refusal =
      refusal_after("close-record", [](const fs::path& out) { add_exception(out, kPem); });
  CHECK_MESSAGE(record_says(refusal,
                            " of the journal (\"exception\") holds what looks like a private "
                            "key; a record is read by many, so one with a secret in it is not "
                            "closed; lock its media away"),
                refusal);
  CHECK(record_says(refusal, "entry "));
  CHECK(!record_says(refusal, "BEGIN"));
}

TEST_CASE("a record that was closed is not sealed where a secret came in behind") {
  stage::Stage* held = nullptr;
  stage::Stage stage(
      {.cut = {.before = "seal", .meanwhile = [&] { add_exception(held->out(), kPem); }}}, {});
  held = &stage;
  const std::string refusal = stage.generate_root();
  CHECK_MESSAGE(
      record_says(refusal, "of the journal (\"exception\") holds what looks like a private key"),
      refusal);
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
  CHECK_MESSAGE(
      record_says(
          refusal,
          "of the journal (\"exception\") holds what was typed as a secret in this ceremony"),
      refusal);
  CHECK(!record_says(refusal, kOwnWords));
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
  CHECK_MESSAGE(
      record_says(refusal, "the public file evaluation.json holds what looks like a private key"),
      refusal);
}

}  // namespace
