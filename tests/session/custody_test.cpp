// Shares handed over and verified: bags, receipts, proofs, and everything that can be wrong.

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text_encoding.h"
#include "ceremony/journal_reader.h"
#include "ceremony/json_lines.h"
#include "session/stage.h"
#include "shamir/possession.h"
#include "shamir/set_header.h"
#include "shamir/verify_share.h"
#include "support/public_folders.h"

namespace {

using ceremony::Json;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
namespace fs = std::filesystem;

constexpr const char* kHandedOver = "0002-share-hand-over";
constexpr const char* kVerified = "0002-share-verification";

base::SecretBytes secret_of(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// One thing that goes wrong, once, at the next turn of that step; and what is said to it.
struct Mishap {
  std::string step;
  std::function<void(const StepView&, Input&)> spoil;
  std::string said;  // "" where it is taken
};

// A rehearsal in which mishaps happen one after the other; after each refusal the turn is done
// again.
class Custody {
 public:
  explicit Custody(std::vector<Mishap> mishaps,
                   stage::Setting setting = {},
                   std::string ceremony = {})  // in which they happen; "": any
      : mishaps_(std::move(mishaps)),
        ceremony_(std::move(ceremony)),
        stage_(mended(std::move(setting)), hook()) {
    REQUIRE(stage_.generate_root() == "");
  }

  stage::Stage& stage() { return stage_; }
  ceremony::cli::Rehearsal& rehearsal() { return stage_.rehearsal(); }

  // Whether each mishap has happened, and was answered as it should be.
  void check(const std::string& record) {
    CHECK(next_ == mishaps_.size());
    const std::string journal = journal_of(record);
    for (const Mishap& mishap : mishaps_) {
      CHECK_MESSAGE(journal.find(mishap.said) != std::string::npos, mishap.said);
    }
  }

  [[nodiscard]] std::string journal_of(const std::string& record) const {
    return content_of(stage_.out() / "record" / "confidential" / record / "journal.log");
  }
  [[nodiscard]] std::string transcript_of(const std::string& record) const {
    return content_of(stage_.out() / "record" / "public" / record / "transcript.log");
  }

  // The data of every entry of that type.
  [[nodiscard]] std::vector<Json> entries(const std::string& record,
                                          const std::string& type) const {
    std::vector<Json> found;
    const auto read = ceremony::read_stored_journal(
        journal_of(record), {.journal_key = nullptr, .keeper_secret = nullptr});
    REQUIRE(read.ok());
    for (const ceremony::JournalEntry& entry : *read) {
      if (entry.type == type) {
        found.push_back(entry.data);
      }
    }
    return found;
  }

  // The fact of that name, as the step that found it says.
  [[nodiscard]] Json fact(const std::string& record, const std::string& name) const {
    Json found;
    for (const Json& complete : entries(record, "complete")) {
      if (complete.at("facts").contains(name)) {
        found = complete.at("facts").at(name);
      }
    }
    return found;
  }

 private:
  stage::Setting mended(stage::Setting setting) {
    setting.mend = [this] { return ++refusals_ < 100; };
    return setting;
  }
  stage::Hook hook() {
    return [this](const StepView& view, Input& input) {
      const bool is_meant = ceremony_.empty() || ceremony_ == view.ceremony;
      if (is_meant && next_ < mishaps_.size() && mishaps_[next_].step == view.id) {
        mishaps_[next_++].spoil(view, input);
      }
    };
  }

  std::vector<Mishap> mishaps_;
  std::string ceremony_;
  std::size_t next_ = 0;
  int refusals_ = 0;
  stage::Stage stage_;
};

Mishap typing(const std::string& step,
              const std::string& name,
              const std::string& text,
              const std::string& said) {
  return {.step = step,
          .spoil = [name, text](const StepView&, Input& input) { input.texts[name] = text; },
          .said = said};
}

TEST_CASE("hand-over: every share is signed for with bag and seal, and nothing of it is public") {
  Custody custody({});
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  CHECK(custody.entries(kHandedOver, "refused").empty());
  const auto handed = custody.entries(kHandedOver, "share-handed-over");
  REQUIRE(handed.size() == 3);
  for (const Json& one : handed) {
    const auto key_bytes = base::from_hex(one.at("possession_key").get<std::string>());
    const auto signature_bytes = base::from_hex(one.at("signature").get<std::string>());
    shamir::PossessionPublicKey key{};
    shamir::PossessionSignature signature{};
    REQUIRE((key_bytes->size() == key.size() && signature_bytes->size() == signature.size()));
    std::ranges::copy(*key_bytes, key.begin());
    std::ranges::copy(*signature_bytes, signature.begin());
    const std::string receipt = one.at("receipt");
    const shamir::PossessionMessage message{.context = "share hand-over",
                                            .message = base::bytes_of(receipt)};
    CHECK(shamir::verify_possession(key, message, signature).ok());
    const std::string seat = one.at("seat");
    CHECK(receipt.find("REHEARSAL-BAG-" + seat + "-SEAL") != std::string::npos);
    CHECK(receipt.find("bank-box") != std::string::npos);
  }
  const std::string transcript = custody.transcript_of(kHandedOver);
  CHECK(transcript.find("all-handed-over") != std::string::npos);
  CHECK(transcript.find("exception") == std::string::npos);
  for (const char* const secret : {"BAG", "bank-box", "seat", "bag"}) {
    CHECK(transcript.find(secret) == std::string::npos);
  }
  // Its numbers are those that the next ceremony wants to see.
  REQUIRE(custody.rehearsal().verify_shares().ok());
  CHECK(custody.entries("0003-share-verification", "refused").empty());
  const auto presented = custody.entries("0003-share-verification", "bag-presented");
  REQUIRE(presented.size() == 3);
  CHECK(presented.front().at("expected") == presented.front().at("bag"));
}

TEST_CASE("hand-over: what is wrong with a bag's state is said, and nothing is opened") {
  Custody custody({typing("present-bags", "bag-state", "fine", "a bag is whole, forced, missing"),
                   typing("present-bags", "bag", " ", "the number on the bag is missing")});
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  custody.check(kHandedOver);
  CHECK(custody.fact(kHandedOver, "bags").at("A") == "whole");
}

TEST_CASE(
    "hand-over: a wrong passphrase, numbers that are missing or double, and an address are "
    "refused") {
  Custody custody(
      {{.step = "verify-shares",
        .spoil =
            [](const StepView&, Input& input) {
              input.secrets.insert_or_assign("passphrase", secret_of("quite another one"));
            },
        .said = "the card of seat A: the passphrase does not open this card"},
       typing("verify-shares", "health", "fine", "is lost or suspect; type one of these words"),
       typing("verify-shares", "health", "lost", "nobody has said why this share counts as lost"),
       {.step = "hand-over-shares",
        .spoil =
            [](const StepView&, Input& input) {
              input.secrets.insert_or_assign("passphrase", secret_of("quite another one"));
            },
        .said = "the card of seat A: the passphrase does not open this card"},
       typing("hand-over-shares", "seal", "", "the number of the bag or of its seal is missing"),
       typing("hand-over-shares", "bag", "", "the number of the bag or of its seal is missing"),
       typing("hand-over-shares", "storage", "Rosenweg 12", "and never an address"),
       {.step = "hand-over-shares", .spoil = [](const StepView&, Input&) {}, .said = ""},
       typing("hand-over-shares",
              "bag",
              "REHEARSAL-BAG-A",
              "this number stands on another holder's bag already"),
       typing("hand-over-shares",
              "seal",
              "REHEARSAL-BAG-A-SEAL",
              "this number stands on another holder's bag already")});
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  custody.check(kHandedOver);
  CHECK(custody.entries(kHandedOver, "share-handed-over").size() == 3);
}

TEST_CASE(
    "hand-over: a forced bag makes a share suspect, a missing one lost; neither is handed out") {
  Custody custody({typing("present-bags", "bag-state", "forced", ""),
                   typing("present-bags", "bag-state", "missing", "")});
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  const Json health = custody.fact(kHandedOver, "health");
  CHECK(health.at("A") == "suspect");
  CHECK(health.at("B") == "lost");
  CHECK(health.at("C") == "good");
  CHECK(custody.entries(kHandedOver, "share-handed-over").size() == 1);
  CHECK(custody.entries(kHandedOver, "exception").size() == 2);
  const std::string transcript = custody.transcript_of(kHandedOver);
  CHECK(transcript.find("not-all-handed-over") != std::string::npos);
  CHECK(transcript.find(R"("any":true)") != std::string::npos);
  CHECK(transcript.find("forced") == std::string::npos);
  CHECK(transcript.find("missing") == std::string::npos);
}

// Sticks B and C change places; done twice, all is as before.
void swap_sticks(const fs::path& holders) {
  fs::rename(holders / "bjorn-lindqvist", holders / "away");
  fs::rename(holders / "chiara-moretti", holders / "bjorn-lindqvist");
  fs::rename(holders / "away", holders / "chiara-moretti");
}

base::SecretBytes passphrase_on(const fs::path& stick) {
  const std::string text = content_of(stick / "REHEARSAL-passphrase.txt");
  return secret_of(text.substr(0, text.find('\n')));
}

TEST_CASE("hand-over: another holder's share is not handed over, even with its passphrase") {
  fs::path holders;
  Custody custody({{.step = "verify-shares", .spoil = [](const StepView&, Input&) {}, .said = ""},
                   {.step = "verify-shares",
                    .spoil =
                        [&](const StepView&, Input& input) {
                          swap_sticks(holders);
                          input.secrets.insert_or_assign(
                              "passphrase", passphrase_on(holders / "bjorn-lindqvist"));
                        },
                    .said = "does not prove itself with the key that was noted for seat B"},
                   {.step = "verify-shares",
                    .spoil = [&](const StepView&, Input&) { swap_sticks(holders); },
                    .said = ""}});
  holders = custody.stage().out() / "holders";
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  custody.check(kHandedOver);
  CHECK(custody.entries(kHandedOver, "share-handed-over").size() == 3);
}

TEST_CASE("hand-over: nobody with a share ends it, and says what to do") {
  Custody custody({typing("present-bags", "bag-state", "missing", ""),
                   typing("present-bags", "bag-state", "absent", ""),
                   typing("present-bags", "bag-state", "missing", "")});
  const auto done = custody.rehearsal().hand_over();
  REQUIRE(!done.ok());
  CHECK(done.error().message.find("nobody is here with a share") != std::string::npos);
}

TEST_CASE("hand-over: a power cut between two holders loses nothing") {
  Custody custody(
      {}, {.cut = {.before = "hand-over-shares", .after_turns = 1, .ceremony = "share-hand-over"}});
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  CHECK(custody.entries(kHandedOver, "share-handed-over").size() == 4);
  CHECK(custody.transcript_of(kHandedOver).find("exception") == std::string::npos);
}

TEST_CASE(
    "verification: a bag that is not that of the record is refused until it is called forced") {
  Custody custody({typing("present-bags", "bag", "ANOTHER", "the number on the bag is not that of"),
                   typing("present-bags", "bag-state", "none", "was put into a bag"),
                   typing("present-bags", "bag-state", "forced", ""),
                   typing("seal-bags", "seal", "", "the number of the bag or of its seal")},
                  {},
                  "share-verification");
  const auto handed_over = custody.rehearsal().hand_over();
  REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
  REQUIRE(custody.rehearsal().verify_shares().ok());
  const std::string record = "0003-share-verification";
  custody.check(record);
  int suspect = 0;
  const Json found = custody.fact(record, "health");
  for (const auto& [seat, health] : found.items()) {
    CHECK((health == "good" || health == "suspect"));
    suspect += health == "suspect" ? 1 : 0;
  }
  CHECK(suspect == 1);
  CHECK(custody.entries(record, "bag-sealed").size() == 3);
  CHECK(custody.transcript_of(record).find("not-all-verified") != std::string::npos);
}

TEST_CASE("verification: who did not come, and who forgot the passphrase, have a lost share") {
  Custody custody({typing("present-bags", "bag-state", "absent", ""),
                   {.step = "verify-shares",
                    .spoil =
                        [](const StepView&, Input& input) {
                          input.secrets.erase("passphrase");
                          input.texts["health"] = "lost";
                          input.texts["why"] = "the passphrase is forgotten";
                        },
                    .said = R"("seen":"the passphrase is forgotten")"}});
  REQUIRE(custody.rehearsal().verify_shares().ok());
  custody.check(kVerified);
  int lost = 0;
  const Json found = custody.fact(kVerified, "health");
  for (const auto& [seat, health] : found.items()) {
    lost += health == "lost" ? 1 : 0;
  }
  CHECK(lost == 2);
  CHECK(custody.entries(kVerified, "exception").size() == 2);
  CHECK(custody.entries(kVerified, "bag-sealed").size() == 2);
  const std::string transcript = custody.transcript_of(kVerified);
  CHECK(transcript.find(R"("result":"not-all-verified")") != std::string::npos);
  CHECK(transcript.find("lost") == std::string::npos);
}

// The proof that `conclave-verify` prints for the share on `stick`, with the header that the
// ceremony gave away.
std::string proof_of(const fs::path& stick, const std::string& challenge) {
  const fs::path given = stick.parent_path().parent_path() / "transfer" / "out" / kVerified;
  const auto header = shamir::read_set_header(content_of(given / "set.header"));
  REQUIRE(header.ok());
  const std::string envelope = content_of(stick / "share.conclave");
  const auto passphrase = shamir::Passphrase::from_typed(passphrase_on(stick));
  REQUIRE(passphrase.ok());
  const auto held = shamir::verify_share(
      *header,
      {.envelope = base::bytes_of(envelope), .passphrase = *passphrase, .label = "this card"});
  REQUIRE(held.ok());
  const auto signature = shamir::PossessionKey::of(*held).sign(
      {.context = "share verification", .message = base::bytes_of(challenge)});
  REQUIRE(signature.ok());
  return base::to_hex(*signature);
}

fs::path stick_of_subject(const fs::path& holders, const std::string& subject) {
  const char seat = subject.back();
  return holders / (seat == 'A'   ? "amara-okafor"
                    : seat == 'B' ? "bjorn-lindqvist"
                                  : "chiara-moretti");
}

std::string challenge_in(const StepView& view) {
  REQUIRE(view.shown.size() == 1);
  return view.shown.front().substr(view.shown.front().rfind(' ') + 1);
}

TEST_CASE("verification: a proof that the share gave elsewhere counts, an old or foreign one not") {
  fs::path holders;
  const auto bring = [&](const std::string& challenge) {
    return [&holders, challenge](const StepView& view, Input& input) {
      input.secrets.erase("passphrase");
      input.texts["proof"] = proof_of(stick_of_subject(holders, view.subject),
                                      challenge.empty() ? challenge_in(view) : challenge);
    };
  };
  Custody custody({{.step = "verify-shares",
                    .spoil = bring("yesterday's challenge"),
                    .said = "for today's challenge: it is an old one"},
                   typing("verify-shares", "proof", "good horse", "this is not a proof"),
                   {.step = "verify-shares", .spoil = bring(""), .said = R"("by":"proof")"}});
  holders = custody.stage().out() / "holders";
  REQUIRE(custody.rehearsal().verify_shares().ok());
  custody.check(kVerified);
  const std::string transcript = custody.transcript_of(kVerified);
  CHECK(transcript.find("all-shares-verified") != std::string::npos);
  CHECK(transcript.find("exception") == std::string::npos);
}

TEST_CASE("hand-over and verification look alike in public, whoever the holders are") {
  const auto live = [](Custody& custody) {
    const auto handed_over = custody.rehearsal().hand_over();
    REQUIRE_MESSAGE(handed_over.ok(), (handed_over ? std::string() : handed_over.error().message));
    REQUIRE(custody.rehearsal().verify_shares().ok());
    return custody.stage().out() / "record" / "public";
  };
  Custody few({}, {.threshold = 2, .shares = 5});
  Custody many({}, {.threshold = 4, .shares = 7});
  CHECK(support::first_difference_in_shape(live(few), live(many)) == "");
  const std::vector<Mishap> mishaps{typing("present-bags", "bag-state", "forced", "")};
  const std::vector<Mishap> more{typing("present-bags", "bag-state", "missing", ""),
                                 typing("present-bags", "bag-state", "forced", "")};
  Custody one_lost(mishaps, {.threshold = 2, .shares = 5});
  Custody two_lost(more, {.threshold = 4, .shares = 7});
  CHECK(support::first_difference_in_shape(live(one_lost), live(two_lost)) == "");
}

}  // namespace
