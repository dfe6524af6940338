// The evaluation ceremony, held at the end of a rehearsal: what it writes, and what it refuses.

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "ceremony/evaluation_check.h"
#include "ceremony/evaluation_input.h"
#include "session/stage.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using ceremony::client::Input;
using ceremony::client::StepView;
using support::has;

constexpr const char* kEvaluate = "evaluate";

// Plays a whole life, with `meddle` right before the evaluation; "" or the message of the error.
std::string life_with(const std::function<void(const fs::path& out)>& meddle) {
  fs::path out;
  stage::Stage stage([&](const StepView& step, Input& /*input*/) {
    if (step.id == kEvaluate) {
      meddle(out);
    }
  });
  out = stage.out();
  const auto done = stage.rehearsal().run();
  return done ? std::string() : done.error().message;
}

TEST_CASE("evaluation: the file lies in the ceremony's record, and holds against all records") {
  stage::Stage stage;
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  const fs::path published = stage.out() / "record" / "public";
  const auto folders = ceremony::find_evaluation_folders({published});
  REQUIRE(folders.ok());
  ceremony::CheckMaterial material;
  std::string file;
  for (const fs::path& folder : folders->ceremonies) {
    auto record = ceremony::read_public_record(folder);
    REQUIRE(record.ok());
    file = record->evaluation.empty() ? file : record->evaluation;
    material.given.push_back(std::move(record).value());
  }
  REQUIRE(!file.empty());
  CHECK(file == support::content_of(published / "evaluation.json"));
  const auto check = ceremony::check_evaluation(file, material);
  REQUIRE_MESSAGE(check.ok(), check.error().message);
  CHECK_MESSAGE(check->holds(), check_text(*check));
  CHECK(has(check_text(*check), "vouches for these bytes"));
  // The next evaluation has it from the ledger of any site.
  for (const char* const site : {"site-1", "site-2"}) {
    const auto records = ceremony::read_ledger_records(stage.out() / site / "ledger");
    REQUIRE(records.ok());
    CHECK(records->back().evaluation == file);
  }
}

TEST_CASE("evaluation: a record in the ledger that does not hold stops it") {
  const std::string refused = life_with([](const fs::path& out) {
    stage::flip_byte(out / "site-1" / "ledger" / "0003-crl" / "seal.note");
  });
  CHECK_MESSAGE(has(refused, "0003-crl"), refused);
}

TEST_CASE(
    "evaluation: a record whose copy was cut off stops it, for it may be the one that counts") {
  const std::string refused = life_with([](const fs::path& out) {
    fs::remove(out / "site-1" / "ledger" / "0004-share-verification" / "seal.note");
  });
  CHECK_MESSAGE(has(refused, "0004-share-verification"), refused);
  CHECK(has(refused, "was cut off"));
}

TEST_CASE("evaluation: without the journal of a share verification it stops, and names it") {
  const std::string refused = life_with([](const fs::path& out) {
    fs::remove_all(out / "record" / "confidential" / "0004-share-verification");
  });
  CHECK_MESSAGE(has(refused, "the journal of record 0004-share-verification is not here"), refused);
}

}  // namespace
