// PRODUCTION ceremonies, on a computer that is fit: what reaches the medium, and who can read it.

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/append_log.h"
#include "base/calendar.h"
#include "ca/key_file.h"
#include "ceremony/journal_reader.h"
#include "ceremony/session.h"
#include "ceremony/transcript_verifier.h"
#include "session/stage.h"
#include "shamir/passphrase.h"
#include "support/fit_machine.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
namespace fs = std::filesystem;

base::Surroundings fit_surroundings() {
  static const support::FitMachine machine;
  return machine.around;
}

stage::Setting production() {
  stage::Setting setting;
  setting.mode = ceremony::Mode::kProduction;
  setting.surroundings = fit_surroundings;
  return setting;
}

fs::path journal_of(const stage::Stage& stage, const std::string& record) {
  return stage.out() / "record" / "confidential" / record / "journal.log";
}

constexpr const char* kFirst = "0001-root-generation";

TEST_CASE("a whole life in PRODUCTION is sealed, and no line of a journal is in the clear") {
  stage::Stage stage(production(), {});
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  const auto verdict = ceremony::verify_record(stage.out() / "record" / "public", std::nullopt);
  REQUIRE(verdict.ok());
  CHECK(verdict->state == ceremony::RecordState::kSignersUnverified);
  CHECK(verdict->ceremonies.size() == 8);
  for (const auto& ceremony : verdict->ceremonies) {
    CAPTURE(ceremony.folder);
    const bool is_drill = ceremony.ceremony == "recovery-drill";
    CHECK(ceremony.mode == (is_drill ? "DRILL" : "PRODUCTION"));
    const auto lines = base::parse_log(content_of(journal_of(stage, ceremony.folder)));
    REQUIRE(lines.ok());
    for (std::size_t i = 1; !is_drill && i < lines->size(); ++i) {
      CHECK((*lines)[i].text.find("\"box\":\"") != std::string::npos);
      CHECK((*lines)[i].text.find("\"type\"") == std::string::npos);
    }
  }
}

// What the drill's record says of the journals, and the sizes of those at a site.
struct DrilledJournals {
  std::string result;
  std::set<std::uintmax_t> sizes;
};

DrilledJournals drilled_journals(const stage::Stage& stage) {
  const std::string record =
      content_of(stage.out() / "record" / "public" / "0007-recovery-drill" / "transcript.log");
  DrilledJournals found;
  for (const std::string result : {"all-opened", "not-all-opened"}) {
    if (record.find("\"result\":\"" + result + "\"") != std::string::npos) {
      found.result += result;
    }
  }
  for (const auto& entry : fs::directory_iterator(stage.out() / "site-2" / "confidential")) {
    found.sizes.insert(entry.file_size());
  }
  return found;
}

TEST_CASE("a keeper's key opens every journal at each site, and their lengths tell nothing") {
  bool is_wrong = true;
  int refusals = 0;
  stage::Setting setting = production();
  setting.mend = [&] { return ++refusals < 3; };
  stage::Stage stage(setting, [&](const StepView& view, Input& input) {
    if (view.id == "open-records" && std::exchange(is_wrong, false)) {
      const auto words = shamir::Passphrase::drawn();
      const auto file = ca::write_key_file({.kind = ca::FileKey::kX25519,
                                            .raw = base::SecretBytes::random(32),
                                            .passphrase = words.text(),
                                            .cost = ca::KeyFileCost::kMinimal});
      input.secrets.insert_or_assign("keeper-key", base::SecretBytes::copy_of(*file));
      input.secrets.insert_or_assign("keeper-passphrase",
                                     base::SecretBytes::copy_of(words.text().read().bytes()));
    }
  });
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(refusals == 1);
  const DrilledJournals found = drilled_journals(stage);
  CHECK(found.result == "all-opened");
  CHECK(found.sizes.size() == 1);
}

TEST_CASE("a drill to which no keeper brings a key says that the journals did not open") {
  stage::Stage stage(production(), [](const StepView& view, Input& input) {
    if (view.id == "open-records") {
      input.secrets.erase("keeper-key");
    }
  });
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(drilled_journals(stage).result == "not-all-opened");
}

TEST_CASE("a ceremony that was cut off goes on with the journal's key, and with none it does not") {
  stage::Setting setting = production();
  setting.cut = {.before = "draw-quorum"};
  stage::Stage stage(setting, {});
  CHECK(stage.generate_root() == "");
  const std::string content = content_of(journal_of(stage, kFirst));
  const auto refused = ceremony::read_stored_journal(content, {});
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("this journal is encrypted") != std::string::npos);
  const base::SecretBytes another = base::SecretBytes::random(32);
  const auto wrong =
      ceremony::read_stored_journal(content, {.journal_key = &another, .keeper_secret = nullptr});
  REQUIRE(!wrong.ok());
  CHECK(wrong.error().message.find("this is not the key of this journal") != std::string::npos);
  const auto nobody =
      ceremony::read_stored_journal(content, {.journal_key = nullptr, .keeper_secret = &another});
  REQUIRE(!nobody.ok());
  CHECK(nobody.error().message.find("not sealed to this record keeper") != std::string::npos);
}

TEST_CASE("a computer that has become unfit stops a PRODUCTION ceremony at its next opening") {
  static support::FitMachine machine;
  stage::Setting setting = production();
  setting.surroundings = [] { return machine.around; };
  setting.cut = {.before = "draw-quorum",
                 .meanwhile = [&] { machine.has_folder("sys/class/net/wlp3s0"); }};
  stage::Stage stage(setting, {});
  const std::string message = stage.generate_root();
  CHECK(message.find("this computer is not fit for a production ceremony") != std::string::npos);
  CHECK(message.find("wlp3s0") != std::string::npos);
}

// The computer's clock as it is, and moved when the test says so.
class MovedClock final : public base::Clock {
 public:
  [[nodiscard]] base::UtcTime now() const override { return clock_.now() + moved; }
  [[nodiscard]] std::chrono::seconds steady() const override { return clock_.steady(); }

  std::chrono::seconds moved{};

 private:
  base::SystemClock clock_;
};

TEST_CASE("a PRODUCTION ceremony is held on the day of its plan, and on no other") {
  for (const int days : {-1, 2, 366}) {
    CAPTURE(days);
    MovedClock clock;
    clock.moved = std::chrono::days(days);
    stage::Setting setting = production();
    setting.clock = &clock;
    stage::Stage stage(setting, {});
    const std::string message = stage.generate_root();
    CHECK_MESSAGE(message.find("hold the ceremony on its day") != std::string::npos, message);
  }
}

TEST_CASE("watches that differ from each other or from the computer stop the ceremony") {
  for (const auto& [watch, why] : {std::pair{"actor-watch", "the two watches differ"},
                                   std::pair{"witness-watch", "the two watches differ"},
                                   std::pair{"", "set the computer's clock to UTC"}}) {
    const std::string which = watch;
    stage::Stage stage(production(), [&](const StepView& view, Input& input) {
      if (view.id != "compare-watches") {
        return;
      }
      for (const char* const name : {"actor-watch", "witness-watch"}) {
        if (which.empty() || which == name) {
          input.texts[name] = "2001-02-03 04:05";
        }
      }
    });
    const std::string message = stage.generate_root();
    CHECK_MESSAGE(message.find(why) != std::string::npos, message);
  }
}

TEST_CASE("a clock that is moved during a ceremony stops it until somebody looks") {
  for (const auto& fault : {std::pair{"generate-key", 75}, std::pair{"sign-root", -86400}}) {
    MovedClock clock;
    stage::Setting setting;
    setting.clock = &clock;
    stage::Stage stage(setting, [&](const StepView& view, Input& /*input*/) {
      if (view.id == fault.first) {
        clock.moved = std::chrono::seconds(fault.second);
      }
    });
    const std::string message = stage.generate_root();
    CHECK_MESSAGE(message.find("clock was moved during the ceremony") != std::string::npos,
                  message);
  }
}

TEST_CASE("the hand-over waits until a passphrase is remembered and not just repeated") {
  base::FixedClock clock(base::SystemClock().now());
  int refused = 0;
  stage::Setting setting = production();
  setting.clock = &clock;
  setting.mend = [&] {
    clock.set(clock.now() + std::chrono::minutes(5));
    return ++refused < 10;
  };
  stage::Stage stage(setting, {});
  REQUIRE(stage.generate_root() == "");
  const auto done = stage.rehearsal().hand_over();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(refused == 2);  // five minutes are not enough, ten are
}

TEST_CASE("the vault of a rehearsal signs nothing in PRODUCTION, nor the other way round") {
  stage::Stage rehearsed;
  stage::Stage real(production(), {});
  REQUIRE(rehearsed.generate_root() == "");
  REQUIRE(real.generate_root() == "");
  for (const char* const name : {"vault.json", "root-key.blob", "root.pem"}) {
    const fs::path one = rehearsed.out() / "site-1" / name;
    const fs::path other = real.out() / "site-1" / name;
    fs::rename(one, one.string() + ".kept");
    fs::rename(other, one);
    fs::rename(one.string() + ".kept", other);
  }
  for (const auto& [stage, words] :
       {std::pair(&real, "this is the vault of a REHEARSAL, and the plan is for PRODUCTION"),
        std::pair(&rehearsed,
                  "this is the vault of a PRODUCTION, and the plan is for REHEARSAL")}) {
    const auto done = stage->rehearsal().sign_subordinates();
    REQUIRE(!done.ok());
    CHECK_MESSAGE(done.error().message.find(words) != std::string::npos, done.error().message);
  }
}

TEST_CASE("a token whose library the plan does not name is not opened in PRODUCTION") {
  stage::Setting setting = production();
  setting.carriers = {"token"};
  stage::Stage stage(setting, {});
  CHECK(stage.generate_root().find("the plan names no library for the holders' tokens") !=
        std::string::npos);
}

}  // namespace
