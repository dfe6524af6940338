// The activation of the backup site with something wrong in it.

#include <doctest/doctest.h>

#include "session/stage.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
namespace fs = std::filesystem;

TEST_CASE("an activation that is refused leaves the primary site and all records in their places") {
  fs::path out;
  bool was_away = false;
  stage::Stage stage([&](const StepView& /*view*/, Input& input) {
    if (fs::exists(out / "unreachable")) {
      was_away = !fs::exists(out / "site-1");
      input.acknowledged_by = input.acted_by;  // nobody acknowledges the own act
    }
  });
  out = stage.out();
  const auto done = stage.rehearsal().run();
  REQUIRE(!done.ok());
  CHECK(done.error().message.find("the same person would act and acknowledge") !=
        std::string::npos);
  CHECK(was_away);
  CHECK(!fs::exists(out / "unreachable"));
  CHECK(fs::exists(out / "site-1" / "root.pem"));
  CHECK(fs::exists(out / "record" / "public" / "0004-share-verification" / "seal.note"));
  CHECK(fs::exists(out / "record" / "confidential" / "0005-backup-activation" / "journal.log"));
}

}  // namespace
