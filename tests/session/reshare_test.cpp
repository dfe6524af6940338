// A share set that is replaced, with people and blobs missing, and given up before it counts.

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "ceremony/transcript_verifier.h"
#include "ceremony/vault.h"
#include "session/stage.h"
#include "support/texts.h"

namespace {

using ceremony::cli::SitesInRoom;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::has;
namespace fs = std::filesystem;

constexpr const char* kRecord = "0002-re-share";

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

base::SecretBytes secret_of(const std::string& text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// Who has the old set and is not there when it is collected.
void be_absent(Input& input) {
  input.secrets.erase("passphrase");
  input.texts["owner"] = "the director";
  input.texts["until"] = "2099-12-31";
}

// What is missing when the old set is retired.
struct Missing {
  std::string seats;  // "AB": these are not there
  bool is_blob_altered = false;
};

std::string message_of(const base::Result<void>& done) {
  return done ? std::string() : done.error().message;
}

// A root and a re-share in which that is missing; what the stage's own hook would be.
stage::Hook hook_for(const Missing& missing, const fs::path& out) {
  return [missing, &out](const StepView& view, Input& input) {
    if (view.id == "destroy-old-blobs" && missing.is_blob_altered) {
      stage::flip_byte(out / "site-2" / "root-key.blob");
    }
    if (view.id == "collect-old-shares" && view.subject.size() == 6 &&
        missing.seats.find(view.subject.back()) != std::string::npos) {
      be_absent(input);
    }
  };
}

// Gives the public record of the re-share, after the ledger has been looked at.
std::string reshare_with(const Missing& missing, std::size_t retiring) {
  fs::path out;
  stage::Stage stage(hook_for(missing, out));
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  for (const char* const site : {"site-1", "site-2"}) {
    const auto ledger = ceremony::read_ledger(out / site / "ledger");
    REQUIRE(ledger.ok());
    CHECK(ledger->generation == 2);
    CHECK(ledger->retiring.size() == retiring);
    CHECK(ceremony::read_vault(out / site, 2).ok());
  }
  return content(out / "record" / "public" / kRecord / "transcript.log");
}

TEST_CASE("a re-share destroys every old blob and share, and the new set signs") {
  stage::Stage stage;
  const fs::path& out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  const std::string record = content(out / "record" / "public" / kRecord / "transcript.log");
  CHECK(has(record, R"("blobs":"gone")"));
  CHECK(has(record, R"("shares":"gone")"));
  CHECK(!fs::exists(out / "site-1" / "root-key.blob"));
  CHECK(!fs::exists(out / "site-2" / "root-key.blob"));
  CHECK(!fs::exists(out / "holders" / "amara-okafor" / "share.conclave"));
  CHECK(!fs::exists(out / "holders" / "amara-okafor" / "card.txt"));
  CHECK(fs::exists(out / "holders" / "amara-okafor-2" / "share.conclave"));
  const auto paper = ceremony::parse_signers(content(out / "signers.vkey"));
  REQUIRE(paper.ok());
  const auto verdict = ceremony::verify_record(out / "record" / "public" / kRecord, *paper);
  REQUIRE(verdict.ok());
  CHECK(verdict->state == ceremony::RecordState::kVerified);
  CHECK(message_of(stage.rehearsal().sign_subordinates()) == "");
}

TEST_CASE("an old set whose shares may open it still is dead by blob alone") {
  const std::string record = reshare_with({.seats = "AB"}, 0);
  CHECK(has(record, R"("blobs":"gone")"));
  CHECK(has(record, R"("shares":"left")"));
}

TEST_CASE("an old set of which a blob was not seen to go is dead by shares alone") {
  const std::string record = reshare_with({.seats = "A", .is_blob_altered = true}, 0);
  CHECK(has(record, R"("blobs":"left")"));
  CHECK(has(record, R"("shares":"gone")"));
}

TEST_CASE("an old set with a blob and enough shares left is not dead, and the ledger says so") {
  const std::string record = reshare_with({.seats = "AB", .is_blob_altered = true}, 1);
  CHECK(has(record, R"("blobs":"left")"));
  CHECK(has(record, R"("shares":"left")"));
}

TEST_CASE(
    "a re-share that is given up before its point of no return leaves the old set as it was") {
  stage::Stage stage({.cut = {.before = "write-generation", .how = stage::How::kAbort}}, {});
  const fs::path& out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  CHECK(has(content(out / "record" / "public" / kRecord / "transcript.log"),
            R"("result":"aborted")"));
  CHECK(!fs::exists(out / "site-1" / "generation-2" / "root-key.blob"));
  CHECK(ceremony::read_vault(out / "site-1").ok());
  CHECK(ceremony::read_ledger(out / "site-2" / "ledger")->generation == 1);
  CHECK(message_of(stage.rehearsal().sign_subordinates()) == "");
}

TEST_CASE("an old blob goes only where the new vault is whole, and what went is not missed after") {
  fs::path out;
  bool is_damaged = false;
  int refusals = 0;
  const auto new_blob = [&] { return out / "site-2" / "generation-2" / "root-key.blob"; };
  stage::Setting setting;
  setting.mend = [&] {
    CHECK(!fs::exists(out / "site-1" / "root-key.blob"));
    CHECK(fs::exists(out / "site-2" / "root-key.blob"));
    stage::flip_byte(new_blob());
    ++refusals;
    return true;
  };
  stage::Stage stage(setting, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "destroy-old-blobs" && !std::exchange(is_damaged, true)) {
      stage::flip_byte(new_blob());
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  CHECK(is_damaged);
  CHECK(refusals == 1);
  CHECK(has(content(out / "record" / "public" / kRecord / "transcript.log"), R"("blobs":"gone")"));
}

TEST_CASE("a power cut while old shares are collected is no reason to ask for a destroyed one") {
  stage::Stage stage({.cut = {.before = "collect-old-shares", .after_turns = 2}}, {});
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  CHECK(has(content(stage.out() / "record" / "public" / kRecord / "transcript.log"),
            R"("shares":"gone")"));
}

TEST_CASE("a share of the old set is refused by name after the re-share") {
  fs::path out;
  bool is_replaced = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "collect-old-shares" && view.subject == "Seat A") {
      be_absent(input);
    }
    if (view.id == "gather-quorum" && is_replaced) {
      const fs::path stick = out / "holders" / "amara-okafor";
      const std::string words = content(stick / "REHEARSAL-passphrase.txt");
      input.texts["share"] = stick.string();
      input.secrets.insert_or_assign("passphrase", secret_of(words.substr(0, words.find('\n'))));
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  is_replaced = true;
  const std::string message = message_of(stage.rehearsal().sign_subordinates());
  CHECK(has(message, "this card"));
  CHECK(has(message, "set"));
}

// A re-share with this done before a turn of `step`; its message.
std::string faulty(const std::string& step,
                   const std::function<void(const fs::path&, Input&)>& do_it) {
  fs::path out;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == step) {
      do_it(out, input);
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  return message_of(stage.rehearsal().replace_set());
}

TEST_CASE("what is said of the old set counts only where the records commit to it") {
  CHECK(has(faulty("check-old-set",
                   [](const fs::path& out, Input& /*input*/) {
                     stage::flip_byte(out / "record" / "confidential" / kRecord / "old-set.txt");
                   }),
            "does not open what the records say"));
  CHECK(has(faulty("check-old-set",
                   [](const fs::path& out, Input& /*input*/) {
                     fs::remove(out / "record" / "confidential" / kRecord / "old-set.txt");
                   }),
            "who holds this share set"));
}

TEST_CASE("a share of another seat is not destroyed for the one that is asked") {
  CHECK(has(faulty("collect-old-shares",
                   [](const fs::path& out, Input& input) {
                     const fs::path other = out / "holders" / "bjorn-lindqvist";
                     const std::string words = content(other / "REHEARSAL-passphrase.txt");
                     fs::copy_file(other / "share.conclave",
                                   out / "holders" / "amara-okafor" / "share.conclave",
                                   fs::copy_options::overwrite_existing);
                     input.secrets.insert_or_assign("passphrase",
                                                    secret_of(words.substr(0, words.find('\n'))));
                   }),
            "another holder's than that of seat A"));
}

TEST_CASE("an old share that is not here needs an owner and a date to come") {
  const auto absent = [](const std::string& owner, const std::string& until) {
    return faulty("collect-old-shares", [&](const fs::path& /*out*/, Input& input) {
      be_absent(input);
      input.texts["owner"] = owner;
      input.texts["until"] = until;
    });
  };
  CHECK(has(absent("", "2099-12-31"), "needs somebody who sees to it, and a date"));
  CHECK(has(absent("the director", "2001-01-01"), "lies before this ceremony"));
  CHECK(has(absent("the director", "soon"), "as YYYY-MM-DD"));
}

TEST_CASE("with too few old shares, or a wrong word, nothing of a re-share is done") {
  int turns = 0;
  CHECK(has(faulty("gather-old-quorum",
                   [&](const fs::path& /*out*/, Input& input) {
                     if (++turns == 2) {
                       input.texts = {{"done", "yes"}};
                       input.secrets.erase("passphrase");
                     }
                   }),
            "more shares are needed"));
  CHECK(has(faulty("gather-old-quorum",
                   [](const fs::path& /*out*/, Input& input) {
                     input.secrets.insert_or_assign("passphrase", secret_of("other words"));
                   }),
            "passphrase"));
}

TEST_CASE("a power cut before any step of a re-share that counts leaves a set that signs") {
  for (const auto& cut : {std::pair<std::string, int>{"rewrap-key", 0},
                          {"lock-shares", 1},
                          {"restore-key", 0},
                          {"write-generation", 0},
                          {"point-of-no-return", 0},
                          {"destroy-old-blobs", 0},
                          {"state-old-set", 0}}) {
    const std::string step = cut.first;
    CAPTURE(step);
    stage::Stage stage({.cut = {.before = step, .after_turns = cut.second}}, {});
    REQUIRE(stage.generate_root() == "");
    CHECK(message_of(stage.rehearsal().replace_set()) == "");
    CHECK(has(content(stage.out() / "record" / "public" / kRecord / "transcript.log"),
              R"("blobs":"gone","shares":"gone")"));
    CHECK(message_of(stage.rehearsal().sign_subordinates()) == "");
  }
}

// A root, and a re-share at site-1 alone that leaves the old set alive: a blob at site-2, and two
// shares.
void leave_old_set(stage::Stage& stage) {
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().go_on_at("site-1", SitesInRoom::kOwn)) == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  CHECK(ceremony::read_ledger(stage.out() / "site-1" / "ledger")->retiring.contains(1));
  REQUIRE(message_of(stage.rehearsal().go_on_at("site-1", SitesInRoom::kBoth)) == "");
}

// Before the first set retirement A and B are absent.
stage::Hook absent_until(const bool& is_later) {
  return [&is_later](const StepView& view, Input& input) {
    if (view.id == "collect-old-shares" && !is_later &&
        (view.subject == "Seat A" || view.subject == "Seat B")) {
      be_absent(input);
    }
  };
}

TEST_CASE("what a re-share has left of the old set, a later ceremony makes dead") {
  bool is_later = false;
  stage::Stage stage(absent_until(is_later));
  const fs::path& out = stage.out();
  leave_old_set(stage);
  CHECK(fs::exists(out / "site-2" / "root-key.blob"));
  CHECK(!ceremony::read_vault(out / "site-2", 2));
  is_later = true;
  REQUIRE(message_of(stage.rehearsal().retire_set()) == "");
  const std::string record =
      content(out / "record" / "public" / "0003-set-retirement" / "transcript.log");
  CHECK(has(record, R"("blobs":"gone","shares":"gone")"));
  CHECK(!fs::exists(out / "site-2" / "root-key.blob"));
  CHECK(!fs::exists(out / "holders" / "amara-okafor" / "share.conclave"));
  for (const char* const site : {"site-1", "site-2"}) {
    CHECK(ceremony::read_vault(out / site, 2).ok());
    CHECK(ceremony::read_ledger(out / site / "ledger")->retiring.empty());
  }
  CHECK(message_of(stage.rehearsal().sign_subordinates()) == "");
  CHECK(has(message_of(stage.rehearsal().retire_set()), "there is nothing to retire"));
}

TEST_CASE("a set retirement that still misses shares makes the old set dead by blob") {
  const bool is_later = false;
  stage::Stage stage(absent_until(is_later));
  leave_old_set(stage);
  REQUIRE(message_of(stage.rehearsal().retire_set()) == "");
  CHECK(has(content(stage.out() / "record" / "public" / "0003-set-retirement" / "transcript.log"),
            R"("blobs":"gone","shares":"left")"));
  CHECK(ceremony::read_ledger(stage.out() / "site-2" / "ledger")->retiring.empty());
}

TEST_CASE("a set retirement needs to be told what was left, as the records commit to it") {
  const bool is_later = false;
  fs::path out;
  const stage::Hook absent = absent_until(is_later);
  stage::Stage stage([&](const StepView& view, Input& input) {
    absent(view, input);
    if (view.id == "check-retiring-set") {
      const fs::path file = out / "record" / "confidential" / "0003-set-retirement" / "old-set.txt";
      const std::string facts = content(file);
      fs::resize_file(file, facts.rfind('\n', facts.size() - 2) + 1);  // without the last: "left"
    }
  });
  out = stage.out();
  leave_old_set(stage);
  CHECK(has(message_of(stage.rehearsal().retire_set()), "does not open what the records say"));
  CHECK(fs::exists(out / "site-2" / "root-key.blob"));
}

TEST_CASE(
    "a re-share that is given up behind its point of no return is live, and is finished later") {
  stage::Stage stage({.cut = {.before = "destroy-old-blobs", .how = stage::How::kAbort}}, {});
  const fs::path& out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(message_of(stage.rehearsal().replace_set()) == "");
  CHECK(
      has(content(out / "record" / "public" / kRecord / "transcript.log"), R"("outputs":"live")"));
  const auto ledger = ceremony::read_ledger(out / "site-2" / "ledger");
  REQUIRE(ledger.ok());
  CHECK(ledger->generation == 2);
  CHECK(ledger->retiring.contains(1));
  CHECK(ceremony::read_vault(out / "site-1").ok());
  REQUIRE(message_of(stage.rehearsal().retire_set()) == "");
  CHECK(ceremony::read_ledger(out / "site-2" / "ledger")->retiring.empty());
  CHECK(!fs::exists(out / "site-1" / "root-key.blob"));
  CHECK(message_of(stage.rehearsal().sign_subordinates()) == "");
}

}  // namespace
