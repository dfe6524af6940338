// The end of a root key: its three claims, what stops it, and that nothing follows it.

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "session/stage.h"
#include "support/texts.h"

namespace {

using ceremony::cli::SitesInRoom;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::has;
namespace fs = std::filesystem;

constexpr const char* kEnd = "0002-key-destruction";

std::string words_in(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string said(const base::Result<void>& done) {
  return done ? std::string() : done.error().message;
}

std::string end_record(const stage::Stage& stage) {
  return words_in(stage.out() / "record" / "public" / kEnd / "transcript.log");
}

void miss_share(Input& input) {
  input.secrets.erase("passphrase");
  input.texts["owner"] = "the director";
  input.texts["until"] = "2099-12-31";
}

TEST_CASE("a key is provably gone, and no ceremony follows on its chain") {
  stage::Stage stage;
  const fs::path& out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(end_record(stage), R"("claim":"provably-gone")"));
  CHECK(has(end_record(stage), R"("signing_attempt":"failed")"));
  for (const char* const name : {"site-1/root-key.blob",
                                 "site-2/root-key.blob",
                                 "holders/amara-okafor/share.conclave",
                                 "holders/bjorn-lindqvist/card.txt",
                                 "holders/chiara-moretti/card.svg"}) {
    CHECK_MESSAGE(!fs::exists(out / name), name);
  }
  CHECK(has(words_in(out / "site-2" / "end-of-key" / "end-of-key.txt"),
            "This key signs nothing after this statement."));
  CHECK(ceremony::read_ledger(out / "site-1" / "ledger")->ended == "provably-gone");
  CHECK(has(said(stage.rehearsal().sign_subordinates()), "the key of this chain of records was"));
}

// A destruction in which `hook` meddles; gives its message and leaves the record's text in
// `record`.
std::string end_with(const stage::Hook& hook, std::string& record) {
  stage::Stage stage(hook);
  REQUIRE(stage.generate_root() == "");
  const std::string message = said(stage.rehearsal().destroy_key());
  record = end_record(stage);
  return message;
}

TEST_CASE("an empty folder in a stick's place is no share that was destroyed") {
  fs::path out;
  int refusals = 0;
  int tries = 0;
  const auto folder = [&] { return out / "holders" / "amara-okafor"; };
  const auto mend = [&] {
    if (++refusals > 1) {
      return false;
    }
    fs::rename(folder(), out / "in-a-drawer");
    fs::create_directory(folder());
    return true;
  };
  stage::Stage stage({.mend = mend}, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "collect-shares" && view.subject == "Seat A" && tries++ == 0) {
      fs::remove(folder() / "card.txt");  // so that it begins, and is refused half-way
      fs::create_directory(folder() / "card.txt");
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  CHECK(has(said(stage.rehearsal().destroy_key()),
            "the destruction of the share of seat A has begun, and its medium is not here"));
  CHECK(refusals == 2);
  CHECK(fs::exists(out / "in-a-drawer" / "share.conclave"));
  const std::string journal = words_in(out / "record" / "confidential" / kEnd / "journal.log");
  CHECK(has(journal, R"("type":"share-checked")"));
  CHECK(!has(journal, R"("type":"share-destroyed")"));
}

TEST_CASE("an altered blob that comes back after its destruction keeps the key from being gone") {
  bool is_later = false;
  fs::path out;
  std::string noted;
  const auto told = [&](const StepView& view, const ceremony::client::StepOutcome& outcome) {
    noted = view.id == "destroy-blobs" ? outcome.public_note : noted;
  };
  stage::Stage stage({.told = told}, [&](const StepView& view, Input& input) {
    if (view.id == "collect-shares" && !is_later && view.subject != "Seat C") {
      miss_share(input);
    }
    if (view.id == "gather-last" && is_later) {
      input.texts = {{"done", "yes"}};
      input.secrets.erase("passphrase");
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().go_on_at("site-1", SitesInRoom::kOwn)) == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(noted, "every encrypted key in this room was overwritten"));
  is_later = true;
  support::plant(out / "site-1" / "root-key.blob", "what may be a copy");
  REQUIRE(said(stage.rehearsal().go_on_at("site-1", SitesInRoom::kBoth)) == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(noted, "the encrypted key at site-1 was not seen (it is missing or altered)"));
  CHECK(has(words_in(out / "record" / "public" / "0003-key-destruction" / "transcript.log"),
            R"("claim":"out-of-use")"));
}

TEST_CASE("a key that nobody opens any more is destroyed without a last statement") {
  std::string record;
  CHECK(end_with(
            [](const StepView& view, Input& input) {
              if (view.id == "gather-last") {
                input.texts = {{"done", "yes"}};
                input.secrets.erase("passphrase");
              }
            },
            record) == "");
  CHECK(has(record, R"("claim":"provably-gone")"));
  CHECK(has(record, R"("signing_attempt":"no-key")"));
  CHECK(record.find("key.statement") == std::string::npos);
}

TEST_CASE("with enough shares out of reach the key is out of use, and no more is claimed") {
  std::string record;
  CHECK(end_with(
            [](const StepView& view, Input& input) {
              if (view.id == "collect-shares" && view.subject != "Seat C") {
                miss_share(input);
              }
            },
            record) == "");
  CHECK(has(record, R"("claim":"out-of-use")"));
}

TEST_CASE("with a blob and enough shares left the destruction is not complete") {
  fs::path out;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "destroy-blobs") {
      stage::flip_byte(out / "site-2" / "root-key.blob");
    }
    if (view.id == "collect-shares" && view.subject != "Seat C") {
      miss_share(input);
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(end_record(stage), R"("claim":"not-complete")"));
  CHECK(has(words_in(out / "record" / "confidential" / kEnd / "journal.log"), "open-item"));
}

TEST_CASE("each of the three types the key's name, and a wrong letter stops everything") {
  for (const std::string step : {"agree-director", "agree-witness", "agree-auditor"}) {
    CAPTURE(step);
    std::string record;
    CHECK(has(end_with(
                  [&](const StepView& view, Input& input) {
                    if (view.id == step) {
                      input.texts["phrase"] = "DESTROY";
                    }
                  },
                  record),
              "what was typed is not \"DESTROY REHEARSAL Root"));
  }
}

TEST_CASE("a key that a valid certificate still needs is not destroyed") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().sign_subordinates()) == "");
  CHECK(has(said(stage.rehearsal().destroy_key()), "so this key is still needed"));
  CHECK(fs::exists(stage.out() / "site-1" / "root-key.blob"));
}

TEST_CASE("the reason is one of three, and what is missing needs a plan") {
  std::string record;
  CHECK(has(end_with(
                [](const StepView& view, Input& input) {
                  if (view.id == "order") {
                    input.texts["reason"] = "because";
                  }
                },
                record),
            "none of retired, replaced and compromised"));
  fs::path out;
  stage::Stage stage([&](const StepView& view, Input& /*input*/) {
    if (view.id == "tick-inventory") {
      fs::remove(out / "holders" / "amara-okafor" / "share.conclave");
    }
  });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  CHECK(has(said(stage.rehearsal().destroy_key()), "the share of seat A is not here"));
}

TEST_CASE("a destruction goes on after a power cut, and needs nothing that was destroyed") {
  for (const auto& cut : {std::pair<std::string, int>{"delete-key", 0},
                          {"destroy-blobs", 0},
                          {"collect-shares", 1},
                          {"claim", 0}}) {
    const std::string step = cut.first;
    CAPTURE(step);
    stage::Stage stage({.cut = {.before = step, .after_turns = cut.second}}, {});
    REQUIRE(stage.generate_root() == "");
    CHECK(said(stage.rehearsal().destroy_key()) == "");
    CHECK(has(end_record(stage), R"("claim":"provably-gone")"));
  }
}

TEST_CASE(
    "a destruction that is not complete is gone on with, and nothing else is held meanwhile") {
  bool is_later = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "collect-shares" && !is_later && view.subject != "Seat C") {
      miss_share(input);
    }
    if (view.id == "gather-last" && is_later) {
      input.texts = {{"done", "yes"}};
      input.secrets.erase("passphrase");
    }
  });
  const fs::path& out = stage.out();
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().go_on_at("site-1", SitesInRoom::kOwn)) == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(end_record(stage), R"("claim":"not-complete")"));
  CHECK(ceremony::read_ledger(out / "site-1" / "ledger")->ended == "not-complete");
  CHECK(fs::exists(out / "site-2" / "root-key.blob"));
  CHECK(has(said(stage.rehearsal().sign_subordinates()), "has begun and is not complete"));
  is_later = true;
  REQUIRE(said(stage.rehearsal().go_on_at("site-1", SitesInRoom::kBoth)) == "");
  REQUIRE(said(stage.rehearsal().destroy_key()) == "");
  CHECK(has(words_in(out / "record" / "public" / "0003-key-destruction" / "transcript.log"),
            R"("claim":"provably-gone")"));
  CHECK(!fs::exists(out / "site-2" / "root-key.blob"));
  CHECK(!fs::exists(out / "holders" / "amara-okafor" / "share.conclave"));
  CHECK(ceremony::read_ledger(out / "site-2" / "ledger")->ended == "provably-gone");
}

TEST_CASE("a key is destroyed after a last CRL, which leaves nothing out and lasts long enough") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().sign_subordinates()) == "");
  CHECK(has(said(stage.rehearsal().revoke_rest()), "so this key is still needed"));
  CHECK(!fs::exists(stage.out() / "site-1" / "crl" / "2.crl"));
}

TEST_CASE("a revoked certificate whose CRL ends before it does still needs the key") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  REQUIRE(said(stage.rehearsal().sign_subordinates()) == "");
  REQUIRE(said(stage.rehearsal().revoke(0)) == "");
  REQUIRE(said(stage.rehearsal().revoke(1)) == "");
  CHECK(has(said(stage.rehearsal().destroy_key()), "sign a last CRL (profile crl-last)"));
  CHECK(fs::exists(stage.out() / "site-1" / "root-key.blob"));
}

}  // namespace
