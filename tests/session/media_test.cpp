// Media that are pulled, full, write-protected, taken for one another, or full of odd things.

#include <fstream>
#include <string>
#include <sys/stat.h>
#include <utility>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "ceremony/media_check.h"
#include "ceremony/session.h"
#include "session/stage.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::plant;
namespace fs = std::filesystem;

void says_of_media(const std::string& text, const std::string& part) {
  const bool says = text.find(part) != std::string::npos;
  CHECK_MESSAGE(says, part);
}

std::string journal_of_the_root(const fs::path& out) {
  return content_of(out / "record" / "confidential" / "0001-root-generation" / "journal.log");
}

TEST_CASE("a holder's stick that was pulled is asked for, and its share lies nowhere else") {
  fs::path out;
  fs::path stick;
  int turns = 0;
  int refusals = 0;
  stage::Setting setting;
  setting.mend = [&] {
    ++refusals;
    CHECK(!fs::exists(stick));
    says_of_media(journal_of_the_root(out), "bjorn-lindqvist/share.conclave");
    says_of_media(journal_of_the_root(out), "Insert the medium, or check the folder's name");
    CHECK(!fs::exists(out / "site-1" / "root.pem"));
    fs::rename(out / "pulled", stick);
    return refusals == 1;
  };
  stage::Stage stage(setting, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "lock-shares" && ++turns == 2) {
      fs::rename(stick, out / "pulled");
    }
  });
  out = stage.out();
  stick = out / "holders" / "bjorn-lindqvist";
  CHECK(stage.generate_root() == "");
  CHECK(refusals == 1);
  CHECK(fs::exists(stick / "share.conclave"));
}

TEST_CASE("two holders' sticks that are one are told by name, and the first share stays") {
  fs::path holders;
  std::string first;
  int turns = 0;
  int refusals = 0;
  stage::Setting setting;
  setting.mend = [&] {
    ++refusals;
    says_of_media(journal_of_the_root(holders.parent_path()), "bjorn-lindqvist/share.conclave");
    says_of_media(journal_of_the_root(holders.parent_path()), "already exists");
    CHECK(content_of(holders / "amara-okafor" / "share.conclave") == first);
    fs::remove(holders / "bjorn-lindqvist");
    fs::create_directory(holders / "bjorn-lindqvist");
    return refusals == 1;
  };
  stage::Stage stage(setting, [&](const StepView& view, Input& /*input*/) {
    if (view.id == "lock-shares" && ++turns == 2) {
      first = content_of(holders / "amara-okafor" / "share.conclave");
      fs::remove_all(holders / "bjorn-lindqvist");
      fs::create_directory_symlink(holders / "amara-okafor", holders / "bjorn-lindqvist");
    }
  });
  holders = stage.out() / "holders";
  CHECK(stage.generate_root() == "");
  CHECK(refusals == 1);
  CHECK(content_of(holders / "amara-okafor" / "share.conclave") == first);
  CHECK(content_of(holders / "bjorn-lindqvist" / "share.conclave") != first);
}

// What people may have on a stick.
void litter(const fs::path& folder) {
  for (int i = 0; i < 3000; ++i) {
    std::ofstream(folder / ("photo-" + std::to_string(i) + ".jpg"));
  }
  plant(folder / "SHARE.CONCLAVE", "another case");
  plant(folder / "Root.pem", "another case");
  plant(folder / "autorun.inf", "[autorun]\nopen=evil.exe\n");
  plant(folder / "..evil", "x");
  fs::create_symlink("/dev/zero", folder / "link");
  fs::create_directory_symlink("..", folder / "upwards");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
}

TEST_CASE("odd things on sticks and sites are left alone, and the ceremony goes on") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  for (const char* const place : {"holders/amara-okafor", "holders/bjorn-lindqvist", "site-1"}) {
    litter(stage.out() / place);
  }
  const auto done = stage.rehearsal().sign_subordinates();
  CHECK_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(content_of(stage.out() / "site-1" / "Root.pem") == "another case");
}

TEST_CASE("a link or a pipe in the place of a share is named, and neither read nor waited for") {
  for (const bool is_pipe : {false, true}) {
    CAPTURE(is_pipe);
    stage::Stage stage;
    REQUIRE(stage.generate_root() == "");
    for (const auto& holder : fs::directory_iterator(stage.out() / "holders")) {
      const fs::path share = holder.path() / "share.conclave";
      fs::rename(share, holder.path() / "elsewhere");
      if (is_pipe) {
        REQUIRE(mkfifo(share.c_str(), 0600) == 0);
      } else {
        fs::create_symlink("elsewhere", share);
      }
    }
    const auto done = stage.rehearsal().sign_subordinates();
    REQUIRE(!done.ok());
    says_of_media(done.error().message,
                  "share.conclave\" is a link, a folder or a device, so it is not read. Put the "
                  "file itself on the medium.");
  }
}

// A room of a drill that has not begun, and what is said when it is opened.
struct EmptyRoom {
  EmptyRoom() {
    plant(folder / "plan.toml",
          "ceremony = \"crl\"\nmode = \"DRILL\"\nsequence = 1\ndate = \"2026-11-23\"\n"
          "origin = \"pki.example/root-g1\"\nsite = \"site-1\"\nkdf = \"fast\"\n"
          "previous_head = \"" +
              std::string(64, '0') +
              "\"\n[[signer]]\nrole = \"director\"\nvkey = "
              "\"pki.example/root-g1/director+0+0\"\n");
    for (const char* const name : {"confidential", "public", "site-1", "site-2"}) {
      fs::create_directory(folder / name);
    }
    room.plan = folder / "plan.toml";
    room.data = DATA_FOLDER;
    room.sites = {folder / "site-1", folder / "site-2"};
    room.confidential = folder / "confidential";
    room.published = folder / "public";
  }

  std::string opened(ceremony::SpaceOn space_on) {
    const base::SystemClock clock;
    const auto session = ceremony::Session::open(room, {.clock = &clock, .space_on = space_on});
    CHECK(fs::is_empty(room.confidential));
    CHECK(fs::is_empty(room.published));
    return session ? std::string() : session.error().message;
  }

  support::TemporaryFolder folder;
  ceremony::client::OpenRequest room;
};

// What the second site looks like; all others have much room.
template <bool kReadOnly, std::uint64_t kFree>
base::Result<base::MediumSpace> second_site_with(const fs::path& folder) {
  return folder.filename() == "site-2"
             ? base::MediumSpace{.is_read_only = kReadOnly, .free_bytes = kFree}
             : base::MediumSpace{.is_read_only = false, .free_bytes = ~std::uint64_t{0}};
}

TEST_CASE("a medium that is write-protected or too full is told by name before the start") {
  EmptyRoom room;
  const std::string name = "The medium of \"" + (room.folder / "site-2").string() + "\" ";
  CHECK(room.opened(second_site_with<true, ~std::uint64_t{0}>) ==
        name +
            "is write-protected. Release its switch or use another medium; nothing was written.");
  CHECK(room.opened(second_site_with<false, ceremony::kFreeBytesNeeded - 1>) ==
        name +
            "has 8191 KiB free, and 8192 KiB are needed. Use a medium with more free space; "
            "nothing was written.");
  // With just enough room it is the script that does not fit.
  says_of_media(room.opened(second_site_with<false, ceremony::kFreeBytesNeeded>),
                "this ceremony is not held in mode DRILL");
}

TEST_CASE("what is known of a medium comes from the system, and one that is not there is named") {
  const support::TemporaryFolder folder;
  const auto space = base::space_on(folder.path());
  REQUIRE(space.ok());
  CHECK(!space->is_read_only);
  CHECK(space->free_bytes > 0);
  const auto missing = base::space_on(folder / "nowhere");
  REQUIRE(!missing.ok());
  CHECK(missing.error().code == base::ErrorCode::kStorageFailure);
  says_of_media(missing.error().message, "Insert the medium");
}

TEST_CASE("two sites that are one place are told by name before the start") {
  EmptyRoom room;
  fs::remove(room.folder / "site-2");
  fs::create_directory_symlink(room.folder / "site-1", room.folder / "site-2");
  const std::string linked = room.opened(base::space_on);
  says_of_media(linked, "two sites are one and the same place");
  says_of_media(linked, "site-2\"");
  room.room.sites = {room.folder / "site-1", room.folder / "site-3" / ".." / "site-1"};
  says_of_media(room.opened(base::space_on), "two sites are one and the same place");
}

}  // namespace
