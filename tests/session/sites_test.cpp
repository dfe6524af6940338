// One CA at two sites, as whole ceremonies: a copy that is behind, a primary that comes back, two
// branches that become one, and an activation with something wrong in it.

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_merge.h"
#include "session/stage.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using ceremony::cli::Rehearsal;
using ceremony::cli::SitesInRoom;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::has;
using support::plant;
namespace fs = std::filesystem;

bool says(const base::Result<void>& done, const std::string& words) {
  REQUIRE(!done.ok());
  INFO(done.error().message);
  return done.error().message.find(words) != std::string::npos;
}

void must(const base::Result<void>& done) {
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
}

std::string journal_of(const stage::Stage& stage, const std::string& record) {
  return content_of(stage.out() / "record" / "confidential" / record / "journal.log");
}

// Root and two certificates, at both sites.
void begin(stage::Stage& stage) {
  REQUIRE(stage.generate_root() == "");
  must(stage.rehearsal().sign_subordinates());
}

class SlowClock final : public base::Clock {
 public:
  [[nodiscard]] base::UtcTime now() const override { return time; }

  base::UtcTime time = base::SystemClock().now();
};

}  // namespace

TEST_CASE(
    "fault 56: an old copy is found by the slip that somebody brings, and nothing is signed") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  const support::TemporaryFolder old;
  fs::copy(stage.out() / "site-1", old / "site-1", fs::copy_options::recursive);
  must(stage.rehearsal().sign_subordinates());
  fs::remove_all(stage.out() / "site-1");
  fs::remove_all(stage.out() / "site-2");
  fs::copy(old / "site-1", stage.out() / "site-1", fs::copy_options::recursive);
  must(stage.rehearsal().go_on_at("site-1", SitesInRoom::kOwn));
  CHECK(says(stage.rehearsal().revoke(0),
             "This copy of the CA record ends at entry 1; holder slip says 2. Find the newer copy. "
             "Nothing was signed."));
  CHECK(!fs::exists(stage.out() / "site-1" / "crl" / "2.crl"));
  CHECK(has(journal_of(stage, "0002-crl"), "holder slip says 2"));
}

TEST_CASE("a second signing is refused, and the CRL after it revokes what the first one issued") {
  stage::Stage stage;
  begin(stage);
  CHECK(says(stage.rehearsal().sign_subordinates(), "This key is already used by the certificate"));
  CHECK(!fs::exists(stage.out() / "transfer" / "out" / "0003-subordinate-signing"));
  must(stage.rehearsal().revoke_one());
  const auto state = ceremony::read_ledger(stage.out() / "site-2" / "ledger");
  REQUIRE(state.ok());
  CHECK(state->sequence == 3);
  CHECK(state->revoked.size() == 1);
}

TEST_CASE("every ceremony ends with a slip for everybody") {
  stage::Stage stage;
  begin(stage);
  const std::string slip =
      content_of(stage.out() / "record" / "confidential" / "0002-subordinate-signing" / "slip.txt");
  const auto state = ceremony::read_ledger(stage.out() / "site-2" / "ledger");
  REQUIRE(state.ok());
  CHECK(has(slip, "    2 epoch 1 "));
}

TEST_CASE("fault 57: the primary that comes back is fenced, and may only import until it returns") {
  stage::Stage stage;
  begin(stage);
  Rehearsal& rehearsal = stage.rehearsal();
  must(rehearsal.activate_backup());
  must(rehearsal.go_on_at("site-1", SitesInRoom::kOwn));
  CHECK(
      says(rehearsal.revoke(0),
           "Another site is live: a holder slip says epoch 2, and this copy of the CA record ends "
           "in epoch 1. This site may only import (conclave ledger import). Nothing was signed."));
  fs::remove_all(stage.out() / "record" / "confidential" / "0003-crl");
  fs::remove_all(stage.out() / "record" / "public" / "0003-crl");
  rehearsal.lose_slips();
  must(rehearsal.go_on_at("site-1", SitesInRoom::kBoth));
  CHECK(says(rehearsal.revoke(0), "Another site is live: a record that was brought says epoch 2"));
  must(rehearsal.go_on_at("site-2", SitesInRoom::kBoth));
  must(rehearsal.return_to_primary());
  must(rehearsal.revoke(0));
  const auto state = ceremony::read_ledger(stage.out() / "site-2" / "ledger");
  REQUIRE(state.ok());
  CHECK(state->epoch == 3);
  CHECK(state->live_site == "site-1");
  CHECK(state->crl_number == 102);
  must(rehearsal.go_on_at("site-2", SitesInRoom::kOwn));
  CHECK(says(rehearsal.revoke(1), "Another site is live: site-1, since epoch 3"));
}

TEST_CASE("fault 58: where both sites have issued, the merge keeps every revocation") {
  stage::Stage stage;
  begin(stage);
  Rehearsal& rehearsal = stage.rehearsal();
  must(rehearsal.activate_backup());
  rehearsal.lose_slips();  // nobody at the primary knows
  must(rehearsal.go_on_at("site-1", SitesInRoom::kOwn));
  must(rehearsal.revoke(0));
  must(rehearsal.go_on_at("site-2", SitesInRoom::kBoth));
  CHECK(says(rehearsal.revoke(1), "both sites have acted"));
  fs::remove_all(stage.out() / "record" / "confidential" / "0004-crl");
  fs::remove_all(stage.out() / "record" / "public" / "0004-crl");
  must(rehearsal.merge_with("site-1"));
  const std::string merge = transcript_of(stage, "0004-ledger-merge");
  CHECK(has(merge, R"("type":"ledger.merge","data":{"incident":"fork")"));
  CHECK(has(merge, R"("type":"exception","data":{"any":true})"));
  must(rehearsal.revoke(1));
  const std::string crl = transcript_of(stage, "0005-crl");
  CHECK(has(crl, R"("number":102)"));
  for (const char* const site : {"site-1", "site-2"}) {
    const auto state = ceremony::read_ledger(stage.out() / site / "ledger");
    REQUIRE_MESSAGE(state.ok(), (state ? std::string() : state.error().message));
    CHECK(state->sequence == 5);
    CHECK(state->revoked.size() == 2);
    CHECK(fs::exists(stage.out() / site / "crl" / "2.crl"));
    CHECK(fs::exists(stage.out() / site / "crl" / "101.crl"));
  }
}

TEST_CASE("an activation stops where anybody at the primary site is alive") {
  stage::Stage stage([](const StepView& view, Input& input) {
    if (view.id == "reach-primary") {
      input.texts["way-2"] = "ALIVE";
    }
  });
  begin(stage);
  CHECK(says(stage.rehearsal().activate_backup(), "the primary site is alive"));
}

TEST_CASE("an activation needs an answer to every call") {
  stage::Stage stage([](const StepView& view, Input& input) {
    if (view.id == "reach-primary") {
      input.texts["way-3"].clear();
    }
  });
  begin(stage);
  CHECK(says(stage.rehearsal().activate_backup(), "was not called by a courier yet"));
}

TEST_CASE("an activation waits as long as the plan says, by a clock that was not set back") {
  SlowClock clock;
  std::chrono::hours later{0};
  stage::Stage stage({.clock = &clock}, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "wait") {
      clock.time += later;
    }
  });
  begin(stage);
  auto planned = stage.rehearsal().new_activation();
  REQUIRE(planned.ok());
  planned->waiting_hours = 12;
  SUBCASE("too early") {
    later = std::chrono::hours(11);
    CHECK(says(stage.rehearsal().activate_backup(*planned), "ends at "));
  }
  SUBCASE("set back") {
    later = std::chrono::hours(-1);
    CHECK(says(stage.rehearsal().activate_backup(*planned), "was set back"));
  }
  SUBCASE("in time") {
    later = std::chrono::hours(12);
    must(stage.rehearsal().activate_backup(*planned));
    CHECK(has(transcript_of(stage, "0003-backup-activation"),
              R"("data":{"hours":12,"result":"waited"})"));
  }
}

TEST_CASE("a waiting time that is shortened is an exception, and the record says so") {
  stage::Stage stage([](const StepView& view, Input& input) {
    if (view.id == "wait") {
      input.texts["shorten"] = "the policy authority and the auditor, for devices in the field";
    }
  });
  begin(stage);
  auto planned = stage.rehearsal().new_activation();
  REQUIRE(planned.ok());
  planned->waiting_hours = 12;
  must(stage.rehearsal().activate_backup(*planned));
  const std::string transcript = transcript_of(stage, "0003-backup-activation");
  CHECK(has(transcript, R"("data":{"hours":12,"result":"shortened"})"));
  CHECK(has(transcript, R"("type":"exception","data":{"any":true})"));
  CHECK(has(transcript, R"("type":"quorum.met","data":{"purpose":"activate"})"));
}

TEST_CASE("an activation gives the notice that was reviewed, and no other") {
  stage::Stage stage;
  begin(stage);
  auto planned = stage.rehearsal().new_activation();
  REQUIRE(planned.ok());
  planned->notice_sha256 = std::string(64, '7');
  CHECK(says(stage.rehearsal().activate_backup(*planned), "not the notice"));
}

TEST_CASE("an activation asks for what was published, or why it cannot be had") {
  fs::path published;
  std::string why;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "check-vault" && view.ceremony == "backup-activation") {
      fs::remove_all(published);
      input.texts["published-absent"] = why;
    }
  });
  published = stage.out() / "transfer" / "in" / "published";
  begin(stage);
  SUBCASE("nothing said") {
    CHECK(says(stage.rehearsal().activate_backup(), "or say why they cannot be had"));
  }
  SUBCASE("a reason given") {
    why = "the web site of the CA cannot be reached from here";
    must(stage.rehearsal().activate_backup());
    const std::string transcript = transcript_of(stage, "0003-backup-activation");
    CHECK(has(transcript, R"("published_crl":"absent","published_record":"absent")"));
    CHECK(has(transcript, R"("type":"exception","data":{"any":true})"));
    CHECK(!has(transcript, "web site"));
  }
}

TEST_CASE("an activation stops where a published record is not known here") {
  stage::Stage stage;
  begin(stage);
  const support::TemporaryFolder old;
  fs::copy(stage.out() / "site-2", old / "site-2", fs::copy_options::recursive);
  must(stage.rehearsal().revoke(0));
  fs::remove_all(stage.out() / "site-2");
  fs::copy(old / "site-2", stage.out() / "site-2", fs::copy_options::recursive);
  must(stage.rehearsal().go_on_at("site-2", SitesInRoom::kBoth));
  stage.rehearsal().lose_slips();
  const fs::path published = stage.out() / "transfer" / "in" / "published";
  SUBCASE("by its record") {
    fs::create_directories(published);
    fs::copy(stage.out() / "record" / "public" / "0003-crl",
             published / "0003-crl",
             fs::copy_options::recursive);
    CHECK(says(stage.rehearsal().activate_backup(), "a record that was brought is entry 3"));
  }
  SUBCASE("by its CRL") {
    plant(published / "2.crl", content_of(stage.out() / "site-1" / "crl" / "2.crl"));
    CHECK(says(stage.rehearsal().activate_backup(), "The published CRL 2 is newer"));
  }
  SUBCASE("but goes on where the plan has decided that it is lost") {
    plant(published / "2.crl", content_of(stage.out() / "site-1" / "crl" / "2.crl"));
    auto planned = stage.rehearsal().new_activation();
    REQUIRE(planned.ok());
    planned->records_lost = true;
    must(stage.rehearsal().activate_backup(*planned));
    const auto state = ceremony::read_ledger(stage.out() / "site-2" / "ledger");
    REQUIRE(state.ok());
    CHECK(state->crl_number == 102);
    CHECK(state->revoked.size() == 1);
  }
}

TEST_CASE("an activation that has lost a record says which, and later slips of it are known") {
  stage::Stage stage;
  begin(stage);
  const support::TemporaryFolder old;
  fs::copy(stage.out() / "site-2", old / "site-2", fs::copy_options::recursive);
  must(stage.rehearsal().verify_shares());
  fs::remove_all(stage.out() / "site-2");
  fs::copy(old / "site-2", stage.out() / "site-2", fs::copy_options::recursive);
  fs::remove_all(stage.out() / "record" / "public" / "0003-share-verification");
  must(stage.rehearsal().go_on_at("site-2", SitesInRoom::kBoth));
  auto planned = stage.rehearsal().new_activation();
  REQUIRE(planned.ok());
  SUBCASE("refused as long as nobody has decided") {
    CHECK(says(stage.rehearsal().activate_backup(*planned), "holder slip says 3"));
  }
  SUBCASE("decided in the plan") {
    planned->records_lost = true;
    must(stage.rehearsal().activate_backup(*planned));
    CHECK(has(transcript_of(stage, "0003-backup-activation"), R"("lost_to":3)"));
    const auto state = ceremony::read_ledger(stage.out() / "site-2" / "ledger");
    REQUIRE(state.ok());
    REQUIRE(state->lost.size() == 1);
    CHECK(state->lost.front().from == 3);
    CHECK(state->lost.front().to == 3);
  }
}

TEST_CASE("what the declaration of an activation does not name cannot be done after it") {
  stage::Stage stage;
  begin(stage);
  auto planned = stage.rehearsal().new_activation();
  REQUIRE(planned.ok());
  planned->allowed = {"share-handover"};
  must(stage.rehearsal().activate_backup(*planned));
  must(stage.rehearsal().go_on_at("site-2", SitesInRoom::kOwn));
  CHECK(says(stage.rehearsal().revoke(0), "was declared for share-handover and not for crl"));
}
