// Files that are made useless: what was in them is gone from the medium before their name is.

#include "base/destroy_file.h"

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/media.h"
#include "support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;

TEST_CASE("what was in a destroyed file is overwritten before its name goes") {
  const support::TemporaryFolder folder;
  const fs::path file = folder.path() / "secret";
  const std::string secret(5000, 'k');
  REQUIRE(base::save_new(file, base::bytes_of(secret)).ok());
  const int kept_open = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(kept_open >= 0);
  CHECK(base::destroy_file(file).ok());
  CHECK(!fs::exists(file));
  std::string there(secret.size() + 1, '\0');
  CHECK(read(kept_open, there.data(), there.size()) == static_cast<ssize_t>(secret.size()));
  close(kept_open);
  CHECK(there.find("kkkk") == std::string::npos);
}

TEST_CASE("what was in an overwritten file is gone, and its name is not") {
  const support::TemporaryFolder folder;
  const fs::path file = folder.path() / "secret";
  const std::string secret(5000, 'k');
  REQUIRE(base::save_new(file, base::bytes_of(secret)).ok());
  CHECK(base::overwrite_file(file).ok());
  const std::string there = support::content_of(file);
  CHECK(there.size() == secret.size());
  CHECK(there.find("kkkk") == std::string::npos);
  CHECK(base::overwrite_file(folder.path() / "none").error().code == base::ErrorCode::kNotFound);
}

TEST_CASE("a file of no bytes is destroyed, and one that is not there is said to be missing") {
  const support::TemporaryFolder folder;
  const fs::path file = folder.path() / "empty";
  REQUIRE(base::save_new(file, base::bytes_of("")).ok());
  CHECK(base::destroy_file(file).ok());
  const auto again = base::destroy_file(file);
  REQUIRE(!again.ok());
  CHECK(again.error().code == base::ErrorCode::kNotFound);
}

TEST_CASE("a link is not followed, and what it points to stays") {
  const support::TemporaryFolder folder;
  const fs::path file = folder.path() / "other";
  REQUIRE(base::save_new(file, base::bytes_of("keep me")).ok());
  fs::create_symlink(file, folder.path() / "link");
  const auto done = base::destroy_file(folder.path() / "link");
  REQUIRE(!done.ok());
  CHECK(done.error().code == base::ErrorCode::kRefusedByPolicy);
  CHECK(fs::file_size(file) == 7);
}

TEST_CASE("a file that is far too large is another one, and stays") {
  const support::TemporaryFolder folder;
  const fs::path file = folder.path() / "large";
  REQUIRE(base::save_new(file, base::bytes_of("x")).ok());
  fs::resize_file(file, (64U << 20U) + 1U);
  const auto done = base::destroy_file(file);
  REQUIRE(!done.ok());
  CHECK(done.error().code == base::ErrorCode::kMalformed);
  CHECK(fs::exists(file));
}

}  // namespace
