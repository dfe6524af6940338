#include "base/media.h"

#include <array>
#include <csignal>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/random.h"
#include "base/text_encoding.h"
#include "support/temporary_folder.h"

using namespace base;
using support::content_of;
using support::plant;
using support::TemporaryFolder;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat about {};
  REQUIRE(lstat(path.c_str(), &about) == 0);
  return about.st_mode & 0777U;
}

}  // namespace

TEST_CASE("media: a new file is written, read back and named by its hash") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 4096U, 65535U, 65536U, 65537U, 1'000'000U}) {
    const Bytes bytes = random_bytes(size);
    const auto path = folder / std::to_string(size);
    const auto saved = save_new(path, bytes);
    REQUIRE(saved.ok());
    CHECK(saved->path == path);
    CHECK(saved->size_bytes == size);
    CHECK(saved->sha256 == sha256_hex(bytes));
    CHECK(content_of(path) == text_of(bytes));
    CHECK(*read_file(path, size) == bytes);
  }
}

TEST_CASE("media: a secret file is for its owner alone and comes back as a secret") {
  const TemporaryFolder folder;
  const mode_t before = umask(0);
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 20'000U}) {
    const SecretBytes secret = SecretBytes::random(size);
    const auto path = folder / std::to_string(size);
    const auto saved = save_new(path, secret);
    REQUIRE(saved.ok());
    CHECK(saved->size_bytes == size);
    CHECK(saved->sha256 == sha256_hex(secret.read().bytes()));
    CHECK(mode_of(path) == 0600);
    const auto again = read_secret_file(path, size);
    REQUIRE(again.ok());
    CHECK(again->equals(secret));
  }
  REQUIRE(save_new(folder / "public", bytes_of("x")).ok());
  CHECK(mode_of(folder / "public") == 0644);
  umask(before);
}

TEST_CASE("media: what exists is never overwritten, whatever it is") {
  const TemporaryFolder folder;
  plant(folder / "file", "old");
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling");
  for (const std::string_view name : {"file", "folder", "dangling"}) {
    const auto saved = save_new(folder / name, bytes_of("new"));
    REQUIRE_FALSE(saved.ok());
    CHECK(saved.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(saved.error().message ==
          "The file \"" + (folder / name).string() +
              "\" already exists, and nothing is ever overwritten. Choose another name.");
    CHECK(save_new(folder / name, SecretBytes(3)).error().code == ErrorCode::kRefusedByPolicy);
  }
  CHECK(content_of(folder / "file") == "old");
  CHECK_FALSE(std::filesystem::exists(folder / "nowhere"));
}

TEST_CASE("media: a path without a name is refused") {
  const TemporaryFolder folder;
  for (const std::filesystem::path& path :
       {std::filesystem::path(), folder.path() / "", folder / ".", folder / ".."}) {
    CHECK(save_new(path, bytes_of("x")).error().code == ErrorCode::kInvalidArgument);
    CHECK(make_new_folder(path).error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("media: a folder that does not exist is named") {
  const TemporaryFolder folder;
  const auto path = folder / "stick/file";
  const auto saved = save_new(path, bytes_of("x"));
  REQUIRE_FALSE(saved.ok());
  CHECK(saved.error().code == ErrorCode::kStorageFailure);
  CHECK(saved.error().message ==
        "The file \"" + path.string() +
            "\" could not be made: its folder does not exist. Insert the medium, or check the "
            "folder's name.");
}

TEST_CASE("media: control characters of a name do not reach the screen") {
  const TemporaryFolder folder;
  const auto missing = read_file(folder / "a\x1b[2J\nb\x7f", 10);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().message.find("a?[2J?b?\"") != std::string::npos);
}

TEST_CASE("media: nothing that turns a message around or cannot be seen reaches the screen") {
  const auto shown = [](std::string_view name) {
    const std::string message =
        read_file(std::string("/nowhere/") + std::string(name), 10).error().message;
    const std::size_t start = message.find("nowhere/") + 8;
    return message.substr(start, message.rfind('"') - start);
  };
  CHECK(shown("M\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x94\x91") ==
        "M\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x94\x91");
  // C1 controls, the soft hyphen, zero width, right to left override and isolate, line separator,
  // byte order mark, a tag; a control and DEL.
  const std::vector<std::string_view> hidden = {"c29b",
                                                "c280",
                                                "c2ad",
                                                "e2808b",
                                                "e280ae",
                                                "e281a6",
                                                "e280a8",
                                                "efbbbf",
                                                "f3a080a0",
                                                "01",
                                                "7f"};
  for (const std::string_view hex : hidden) {
    CAPTURE(hex);
    CHECK(shown("a" + std::string(text_of(*from_hex(hex))) + "b") == "a?b");
  }
  // What is no UTF-8: bytes out of place, cut short, too long for what they say, beyond the last.
  CHECK(shown("M\xFCnchen") == "M?nchen");
  CHECK(shown("\x80") == "?");
  CHECK(shown("\xE2\x82") == "??");
  CHECK(shown("\xE2\x82x") == "??x");
  CHECK(shown("\xC0\xAF") == "??");
  CHECK(shown("\xE0\x80\xAF") == "???");
  CHECK(shown("\xED\xA0\x80") == "???");
  CHECK(shown("\xF4\x90\x80\x80") == "????");
  CHECK(shown("\xF8\x88\x80\x80\x80") == "?????");
  CHECK(shown("\xFF") == "?");
}

TEST_CASE("media: a file that grows too large for the system leaves nothing behind") {
  const TemporaryFolder folder;
  const auto path = folder / "large";
  const pid_t child = fork();
  if (child == 0) {
    static_cast<void>(signal(SIGXFSZ, SIG_IGN));
    const rlimit limit{100'000, 100'000};
    static_cast<void>(setrlimit(RLIMIT_FSIZE, &limit));
    const auto saved = save_new(path, Bytes(200'000));
    const bool as_told =
        !saved.ok() && saved.error().code == ErrorCode::kStorageFailure &&
        saved.error().message ==
            "The file \"" + path.string() +
                "\" could not be written: the system allows no larger file. Use another medium "
                "and do this step again.";
    _exit(as_told ? 42 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(support::files_in(folder.path()) == 0);
}

TEST_CASE("media: a new folder is made once") {
  const TemporaryFolder folder;
  REQUIRE(make_new_folder(folder / "new").ok());
  CHECK(std::filesystem::is_directory(folder / "new"));
  const auto again = make_new_folder(folder / "new");
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == ErrorCode::kRefusedByPolicy);
  plant(folder / "file", "x");
  CHECK(make_new_folder(folder / "file").error().code == ErrorCode::kRefusedByPolicy);
  CHECK(make_new_folder(folder / "file/below").error().code == ErrorCode::kStorageFailure);
}

TEST_CASE("media: a folder is made where it is missing, and one that is there stays as it is") {
  const TemporaryFolder folder;
  REQUIRE(make_folder_where_missing(folder / "new").ok());
  plant(folder / "new/file", "x");
  CHECK(make_folder_where_missing(folder / "new").ok());
  CHECK(support::content_of(folder / "new/file") == "x");
  CHECK(make_folder_where_missing(folder / "none/below").error().code ==
        ErrorCode::kStorageFailure);
  plant(folder / "file", "x");
  const auto file = make_folder_where_missing(folder / "file");
  REQUIRE_FALSE(file.ok());
  CHECK(file.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(file.error().message.find("should be a folder and is something else") != std::string::npos);
  std::filesystem::create_directory_symlink(folder / "new", folder / "link");
  CHECK(make_folder_where_missing(folder / "link").ok());
  std::filesystem::create_symlink(folder / "nowhere", folder / "lost");
  CHECK(make_folder_where_missing(folder / "lost").error().code == ErrorCode::kStorageFailure);
}

TEST_CASE("media: reading stops at the limit that the caller sets") {
  const TemporaryFolder folder;
  plant(folder / "file", "12345");
  CHECK(text_of(*read_file(folder / "file", 5)) == "12345");
  const auto larger = read_file(folder / "file", 4);
  REQUIRE_FALSE(larger.ok());
  CHECK(larger.error().code == ErrorCode::kMalformed);
  CHECK(larger.error().message ==
        "The file \"" + (folder / "file").string() +
            "\" is larger than 4 bytes, so it is not what is expected here. Check that it is the "
            "right one.");
  CHECK(read_secret_file(folder / "file", 4).error().code == ErrorCode::kMalformed);
}

TEST_CASE("media: only regular files are read, and a pipe does not hang the ceremony") {
  const TemporaryFolder folder;
  plant(folder / "file", "x");
  std::filesystem::create_symlink(folder / "file", folder / "link");
  std::filesystem::create_symlink(folder / "loop", folder / "loop");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  REQUIRE(mknod((folder / "socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  for (const std::filesystem::path& path : {folder.path(),
                                            folder / "link",
                                            folder / "loop",
                                            folder / "pipe",
                                            folder / "socket",
                                            std::filesystem::path("/dev/zero")}) {
    CAPTURE(path);
    const auto bytes = read_file(path, 100);
    REQUIRE_FALSE(bytes.ok());
    CHECK(bytes.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(read_secret_file(path, 100).error().code == ErrorCode::kRefusedByPolicy);
  }
}

TEST_CASE("media: a file that is not there is not found") {
  const TemporaryFolder folder;
  plant(folder / "file", "x");
  CHECK(read_file(folder / "nothing", 9).error().code == ErrorCode::kNotFound);
  CHECK(read_file(folder / "file/below", 9).error().code == ErrorCode::kNotFound);
  CHECK(read_secret_file(folder / "nothing", 9).error().code == ErrorCode::kNotFound);
}

TEST_CASE("media: what cannot be seen is not known to be gone") {
  const TemporaryFolder folder;
  plant(folder / "there", "1");
  std::filesystem::create_symlink("nowhere", folder / "link");
  std::filesystem::create_symlink("loop", folder / "loop");
  CHECK(lies_at(folder / "there").value());
  CHECK(lies_at(folder / "link").value());
  CHECK(!lies_at(folder / "gone").value());
  CHECK(!lies_at(folder / "there/below").value());
  const auto unknown = lies_at(folder / "loop/below");
  REQUIRE(!unknown.ok());
  CHECK(unknown.error().code == ErrorCode::kStorageFailure);
}

TEST_CASE("media: a step that is done again finds its own file and takes it, and no other") {
  const TemporaryFolder folder;
  const auto path = folder / "seal.note";
  CHECK(save_new_or_same(path, bytes_of("one")).ok());
  const auto again = save_new_or_same(path, bytes_of("one"));
  REQUIRE(again.ok());
  CHECK(again->sha256 == sha256_hex(bytes_of("one")));
  for (const std::string_view other : {"two", "", "two more", "o"}) {
    const auto refused = save_new_or_same(path, bytes_of(other));
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(refused.error().message ==
          "The file \"" + path.string() +
              "\" already exists and holds something else, and nothing is ever overwritten. Move "
              "it to another folder, keep it, and do this step again.");
  }
  CHECK(content_of(path) == "one");
  std::filesystem::create_symlink(path, folder / "link");
  CHECK(save_new_or_same(folder / "link", bytes_of("one")).error().code ==
        ErrorCode::kRefusedByPolicy);
}

TEST_CASE("media: a write that the power cut off is finished, and only such a one") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "seal.note";
  const std::string whole = "a line\nanother line\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    for (const std::size_t zeros : {std::size_t{0}, whole.size() - size}) {
      plant(path, whole.substr(0, size) + std::string(zeros, '\0'));
      const auto saved = save_new_or_same(path, bytes_of(whole));
      REQUIRE(saved.ok());
      CHECK(saved->sha256 == sha256_hex(bytes_of(whole)));
      CHECK(content_of(path) == whole);
    }
  }
  for (const std::string& other : {whole.substr(0, 9) + "x",
                                   whole.substr(0, 9) + std::string("\0x", 2),
                                   whole + std::string(1, '\0'),
                                   std::string(whole.size() + 1, '\0')}) {
    plant(path, other);
    CHECK(save_new_or_same(path, bytes_of(whole)).error().code == ErrorCode::kRefusedByPolicy);
    CHECK(content_of(path) == other);
  }
}

TEST_CASE("media: many files are saved together, each in its folder, and each is read back") {
  const TemporaryFolder folder;
  REQUIRE(make_new_folder(folder / "other").ok());
  std::vector<std::filesystem::path> paths;
  std::vector<Bytes> contents;
  std::vector<FileToSave> files;
  constexpr std::size_t kMany = 300;
  paths.reserve(kMany);
  contents.reserve(kMany);
  files.reserve(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    paths.push_back(folder / (i % 3 == 0 ? "other" : ".") / std::to_string(i));
    contents.push_back(random_bytes(i * 7));
    files.push_back({.path = paths.back(), .bytes = contents.back()});
  }
  REQUIRE(save_together(files).ok());
  for (const FileToSave& file : files) {
    CHECK(read_file(file.path, 1U << 20U).value() == Bytes(file.bytes.begin(), file.bytes.end()));
    CHECK(mode_of(file.path) == 0644);
  }
  // Again, as a step that is done again does: also where the power had cut one of them off.
  std::filesystem::resize_file(paths[7], 3);
  std::filesystem::remove(paths[8]);
  REQUIRE(save_together(files).ok());
  CHECK(read_file(paths[7], 1000).value() == contents[7]);
  CHECK(read_file(paths[8], 1000).value() == contents[8]);
  CHECK(save_together({}).ok());
}

TEST_CASE("media: of files that are saved together none stays where one cannot be saved") {
  const TemporaryFolder folder;
  const std::filesystem::path before = folder / "before";
  const std::filesystem::path fresh = folder / "fresh";
  const std::filesystem::path other = folder / "other";
  plant(before, "before");
  plant(other, "something else");
  for (const std::filesystem::path& bad : {other, folder / "missing" / "file"}) {
    const std::array files{FileToSave{.path = before, .bytes = bytes_of("before")},
                           FileToSave{.path = fresh, .bytes = bytes_of("fresh")},
                           FileToSave{.path = bad, .bytes = bytes_of("bad")}};
    const auto saved = save_together(files);
    REQUIRE(!saved.ok());
    CHECK(saved.error().message.find(bad.string()) != std::string::npos);
    CHECK(content_of(before) == "before");
    CHECK(content_of(other) == "something else");
    CHECK_FALSE(std::filesystem::exists(fresh));
  }
}
