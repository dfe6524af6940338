// Who does a step, what becomes of a ceremony that people leave or give up.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/pins.h"
#include "ceremony/session.h"
#include "session/stage.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
namespace fs = std::filesystem;

constexpr const char* kRecord = "0001-root-generation";

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string journal_of(const stage::Stage& stage) {
  return content_of(stage.out() / "record" / "confidential" / kRecord / "journal.log");
}

base::SecretBytes secret(std::string_view text) {
  return base::SecretBytes::copy_of(base::bytes_of(text));
}

// Generates a root while one input is spoilt once at that step; gives the refusal.
struct Spoilt {
  std::string at;
  std::function<void(Input&)> spoil;
};
std::string refusal_of(const Spoilt& spoilt) {
  bool is_spoilt = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == spoilt.at && !is_spoilt) {
      is_spoilt = true;
      spoilt.spoil(input);
    }
  });
  return stage.generate_root();
}

TEST_CASE("a wrong PIN does nothing, and says whose it is") {
  const std::string message = refusal_of({.at = "generate-key", .spoil = [](Input& input) {
                                            input.secrets.at("witness-pin") = secret("987654321");
                                          }});
  CHECK(message.find("this is not the PIN that the internal-witness set at the attendance; "
                     "nothing was done") != std::string::npos);
}

TEST_CASE("a step without a PIN is not done") {
  const std::string message = refusal_of(
      {.at = "generate-key", .spoil = [](Input& input) { input.secrets.erase("actor-pin"); }});
  CHECK(message.find("the operator has not typed the PIN; nothing was done") != std::string::npos);
}

TEST_CASE("one person who acts and acknowledges is refused") {
  const std::string message = refusal_of({.at = "generate-key", .spoil = [](Input& input) {
                                            input.acknowledged_by = input.acted_by;
                                          }});
  CHECK(message.find("the same person would act and acknowledge") != std::string::npos);
}

TEST_CASE("a PIN of another form is refused when it is set, and the next one is taken") {
  for (const char* const bad : {"123", "1234567890123", "12a4", "0000", ""}) {
    CAPTURE(bad);
    const std::string message = refusal_of({.at = "attendance", .spoil = [&](Input& input) {
                                              input.secrets.at("new-pin") = secret(bad);
                                            }});
    CHECK((message.find("a PIN has 4 to 12 digits") != std::string::npos ||
           message.find("one digit all along") != std::string::npos));
  }
}

TEST_CASE("PINs are asked once for each step, whatever its number of turns, and in no journal") {
  int turns = 0;
  int asked = 0;
  std::vector<std::string> pins;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "lock-shares") {
      ++turns;
      asked += input.secrets.contains("actor-pin") ? 1 : 0;
    }
    const auto pin = input.secrets.find("new-pin");
    if (pin != input.secrets.end()) {
      const auto reader = pin->second.read();
      pins.emplace_back(base::text_of(reader.bytes()));
    }
  });
  REQUIRE(stage.generate_root() == "");
  CHECK(turns == 3);
  CHECK(asked == 1);
  CHECK(pins.size() == 4);
  for (const std::string& pin : pins) {
    CHECK(times(journal_of(stage), "\"" + pin + "\"") == 0);
  }
}

TEST_CASE("PINs hold after a power cut") {
  stage::Stage stage({.cut = {.before = "draw-quorum"}}, {});
  CHECK(stage.generate_root() == "");
}

TEST_CASE("a ceremony that was paused goes on once seals and ticket were compared") {
  std::vector<std::string> steps;
  stage::Stage stage({.cut = {.before = "lock-shares", .how = stage::How::kPause}},
                     [&](const StepView& view, Input& /*input*/) { steps.push_back(view.id); });
  REQUIRE(stage.generate_root() == "");
  const std::vector<std::string> back{
      "look-at-seals", "compare-watches-again", "compare-ticket", "generate-key"};
  CHECK(std::search(steps.begin(), steps.end(), back.begin(), back.end()) != steps.end());
  CHECK(times(journal_of(stage), R"("type":"pause")") == 1);
  CHECK(transcript_of(stage, kRecord).find("pause") == std::string::npos);
}

TEST_CASE("a ticket of another journal is refused") {
  bool is_spoilt = false;
  stage::Stage stage({.cut = {.before = "draw-quorum", .how = stage::How::kPause}},
                     [&](const StepView& view, Input& input) {
                       if (view.id == "compare-ticket" && !is_spoilt) {
                         is_spoilt = true;
                         input.texts["ticket"] = "absurd adroitness absurd adroitness";
                       }
                     });
  CHECK(stage.generate_root().find("these are not the first words of the resume ticket") !=
        std::string::npos);
}

TEST_CASE("a ceremony that is given up leaves nothing to use, and a record like any other") {
  stage::Stage stage({.cut = {.before = "draw-quorum", .how = stage::How::kAbort}}, {});
  // The rehearsal looks for a vault after it: there is none.
  CHECK(stage.generate_root() == "");
  const std::string transcript = transcript_of(stage, kRecord);
  CHECK(times(transcript, R"("type":"abort","data":{"outputs":"void"})") == 1);
  CHECK(times(transcript, R"("type":"close","data":{"result":"aborted"})") == 1);
  CHECK(fs::exists(stage.out() / "record" / "public" / kRecord / "seal.note"));
  CHECK(fs::exists(stage.out() / "site-1" / "ledger" / kRecord / "seal.note"));
  CHECK(!fs::exists(stage.out() / "site-1" / "root-key.blob"));
  CHECK(!fs::exists(stage.out() / "holders" / "amara-okafor" / "card.txt"));
  CHECK(fs::exists(stage.out() / "holders" / "amara-okafor" / "REHEARSAL-passphrase.txt"));
}

TEST_CASE("a CRL that was signed and made void keeps its number, and the CA goes on") {
  stage::Stage stage({.cut = {.before = "deliver", .how = stage::How::kAbort, .ceremony = "crl"}},
                     {});
  const auto done = stage.rehearsal().run();
  CHECK_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(!fs::exists(stage.out() / "site-1" / "crl" / "2.crl"));
  const std::string activation =
      content_of(stage.out() / "record" / "public" / "0005-backup-activation" / "transcript.log");
  CHECK(times(activation, R"("type":"crl.issue","data":{"number":102,)") == 1);
}

TEST_CASE("an activation that was given up has opened no epoch") {
  stage::Stage stage(
      {.cut = {.before = "deliver", .how = stage::How::kAbort, .ceremony = "backup-activation"}},
      {});
  const auto done = stage.rehearsal().run();
  REQUIRE(!done.ok());  // site-2 was never opened, so site-1 has nothing to take back
  CHECK(fs::exists(stage.out() / "site-2" / "ledger" / "0005-backup-activation" / "seal.note"));
  CHECK(!fs::exists(stage.out() / "site-2" / "crl" / "102.crl"));
}

TEST_CASE("past the point of no return an aborted ceremony leaves its outputs live") {
  stage::Stage stage({.cut = {.before = "close-record", .how = stage::How::kAbort}}, {});
  CHECK(stage.generate_root() == "");
  CHECK(times(transcript_of(stage, kRecord), R"("type":"abort","data":{"outputs":"live"})") == 1);
  CHECK(fs::exists(stage.out() / "site-1" / "root-key.blob"));
}

}  // namespace
