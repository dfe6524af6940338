#include "base/append_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "base/lock_holder.h"
#include "base/random.h"
#include "support/temporary_folder.h"

using namespace base;
using support::content_of;
using support::plant;
using support::TemporaryFolder;

namespace {

std::string line_of(std::string_view text) {
  return sha256_hex(bytes_of(text)) + " " + std::string(text) + "\n";
}

const std::string& three_lines() {
  static const std::string lines =
      line_of(R"({"i":0})") + line_of("") + line_of(R"({"i":2,"a":"b c"})");
  return lines;
}

std::string torn_name(const std::filesystem::path& log, const TornTail& torn) {
  return log.string() + ".torn-" + torn.sha256;
}

// While it lives no file of this program grows beyond a size: write() then takes the beginning.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t size_bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = size_bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, handler_));
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("append log: lines are written as the format says and come back after opening") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  {
    auto log = AppendLog::create(path);
    REQUIRE(log.ok());
    CHECK(*log->append(R"({"i":0})") == sha256_hex(bytes_of(R"({"i":0})")));
    CHECK(log->append("").ok());
    CHECK(log->append(R"({"i":2,"a":"b c"})").ok());
    CHECK(log->lines().size() == 3);
  }
  CHECK(content_of(path) == three_lines());
  auto again = AppendLog::open(path);
  REQUIRE(again.ok());
  CHECK(again->torn_tail().size_bytes == 0);
  REQUIRE(again->lines().size() == 3);
  CHECK(again->lines()[2].text == R"({"i":2,"a":"b c"})");
  CHECK(again->lines()[2].sha256 == sha256_hex(bytes_of(again->lines()[2].text)));
  CHECK(again->append("more").ok());
  CHECK(content_of(path) == three_lines() + line_of("more"));
}

TEST_CASE("append log: what exists is never overwritten, what is missing is not made") {
  const TemporaryFolder folder;
  plant(folder / "there", "old");
  CHECK(AppendLog::create(folder / "there").error().code == ErrorCode::kRefusedByPolicy);
  CHECK(content_of(folder / "there") == "old");
  CHECK(AppendLog::open(folder / "missing").error().code == ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(folder / "missing"));
  CHECK(AppendLog::create(folder / "no/such").error().code == ErrorCode::kStorageFailure);
  CHECK(AppendLog::create(folder.path() / "").error().code == ErrorCode::kInvalidArgument);
  CHECK(AppendLog::open(folder.path()).error().code == ErrorCode::kStorageFailure);
  CHECK(AppendLog::open("/dev/null").error().code == ErrorCode::kInconsistent);
  std::filesystem::create_symlink(folder / "there", folder / "link");
  CHECK(AppendLog::open(folder / "link").error().code == ErrorCode::kStorageFailure);
}

TEST_CASE("append log: only one program at a time has it") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  {
    const auto first = AppendLog::create(path);
    REQUIRE(first.ok());
    const auto second = AppendLog::open(path);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::kWrongState);
    const std::string message = second.error().message;
    CHECK(message.starts_with("The log \"" + path.string() + "\" is in use by another program"));
    CHECK(message.ends_with(". Close that one first; two may not write the same log."));
  }
  CHECK(AppendLog::open(path).ok());
}

TEST_CASE("append log: who finds it in use is told since when the other program runs") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  REQUIRE(AppendLog::create(path).ok());
  const auto before = SystemClock().now();
  std::array<int, 2> ready{};
  REQUIRE(pipe(ready.data()) == 0);
  const pid_t other = fork();
  if (other == 0) {
    const auto held = AppendLog::open(path);
    static_cast<void>(write(ready[1], held.ok() ? "y" : "n", 1));
    pause();
  }
  char answer = 0;
  REQUIRE(read(ready[0], &answer, 1) == 1);
  REQUIRE(answer == 'y');
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto start = start_of_lock_holder(file);
  const std::string message = AppendLog::open(path).error().message;
  CHECK(kill(other, SIGKILL) == 0);  // its lock ends with it
  CHECK(waitpid(other, nullptr, 0) == other);
  CHECK_FALSE(start_of_lock_holder(file).has_value());
  close(file);
  CHECK(AppendLog::open(path).ok());
  if (!start) {  // as where /proc hides other people's programs, or a file system its number
    MESSAGE("this machine does not tell who holds a lock");
    CHECK(message.find("is in use by another program") != std::string::npos);
    return;
  }
  CHECK(std::chrono::abs(*start - before) <= std::chrono::seconds(2));  // the kernel's own rounding
  const std::string time = format_utc_time(*start);
  CHECK(message.find("is in use by another program, which was started at " + time.substr(11, 5) +
                     " UTC on " + time.substr(0, 10) + ". Close that one first") !=
        std::string::npos);
}

TEST_CASE("append log: it can be moved, and the one moved from takes nothing") {
  const TemporaryFolder folder;
  auto first = AppendLog::create(folder / "first");
  auto second = AppendLog::create(folder / "second");
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  AppendLog moved = std::move(*first);
  CHECK(moved.append("1").ok());
  // NOLINTNEXTLINE(bugprone-use-after-move): what it does then is what is tested
  CHECK(first->append("2").error().code == ErrorCode::kStorageFailure);
  *second = std::move(moved);
  CHECK(second->append("3").ok());
  CHECK(content_of(folder / "first") == line_of("1") + line_of("3"));
  CHECK(AppendLog::open(folder / "second").ok());  // its lock was let go
}

TEST_CASE("append log: a line feed in a text is refused and harms nothing") {
  const TemporaryFolder folder;
  auto log = AppendLog::create(folder / "log");
  REQUIRE(log.ok());
  CHECK(log->append("a\nb").error().code == ErrorCode::kInvalidArgument);
  CHECK(log->append("a").ok());
  CHECK(content_of(folder / "log") == line_of("a"));
}

TEST_CASE("append log: many lines are appended together, and stand as if one after the other") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  std::vector<std::string> texts;
  std::string content;
  for (const std::size_t size : {0U, 1U, 1000U, 65'000U, 70'000U, 200'000U, 10U, 20U}) {
    texts.emplace_back(size, 'x');
    content += line_of(texts.back());
  }
  {
    auto log = AppendLog::create(path);
    REQUIRE(log.ok());
    CHECK(log->append_all({}).ok());
    CHECK(log->append_all(texts).ok());
    CHECK(log->lines().size() == texts.size());
    CHECK(log->append_all(std::vector<std::string>{"a", "b\nc"}).error().code ==
          ErrorCode::kInvalidArgument);
    CHECK(content_of(path) == content);
    CHECK(log->append("last").ok());
  }
  const auto again = AppendLog::open(path);
  REQUIRE(again.ok());
  REQUIRE(again->lines().size() == texts.size() + 1);
  CHECK(again->lines()[4].text == texts[4]);
  CHECK(again->torn_tail().size_bytes == 0);
}

TEST_CASE("append log: where the power cut a group off, its whole lines stay, at every byte") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  std::string whole;
  {
    auto log = AppendLog::create(path);
    REQUIRE(log.ok());
    REQUIRE(log->append("before").ok());
    REQUIRE(log->append_all(std::vector<std::string>{"one", "two", "three"}).ok());
    whole = content_of(path);
  }
  for (std::size_t size = line_of("before").size(); size <= whole.size(); ++size) {
    const auto cut = folder / std::to_string(size);
    plant(cut, whole.substr(0, size));
    const auto log = AppendLog::open(cut);
    REQUIRE(log.ok());
    const auto lines =
        std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size), '\n');
    CHECK(log->lines().size() == static_cast<std::size_t>(lines));
  }
}

TEST_CASE("append log: a group of which a later part alone reached the medium is cut off") {
  const TemporaryFolder folder;
  const std::string before = line_of("before");
  const std::string group = line_of("one") + line_of("two") + line_of("three");
  for (const std::size_t hole : {16U, 40U, 69U, 100U}) {
    const auto path = folder / std::to_string(hole);
    plant(path, before + std::string(hole, '\0') + group.substr(hole));
    const auto log = AppendLog::open(path);
    REQUIRE(log.ok());
    CHECK(log->lines().size() == 1);
    CHECK(content_of(path) == before);
    CHECK(content_of(torn_name(path, log->torn_tail())).size() == group.size());
  }
  // A byte that was changed is no power cut, nor are zeros far from the end.
  plant(folder / "one byte", before + std::string(1, '\0') + group.substr(1));
  CHECK(AppendLog::open(folder / "one byte").error().code == ErrorCode::kInconsistent);
  const std::string far(2 * AppendLog::kGroupBytes, 'x');
  plant(folder / "far", before + std::string(40, '\0') + group.substr(40) + line_of(far));
  CHECK(AppendLog::open(folder / "far").error().code == ErrorCode::kInconsistent);
}

TEST_CASE("append log: of a group that a full medium took half of nothing stays") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  auto log = AppendLog::create(path);
  REQUIRE(log.ok());
  REQUIRE(log->append("first").ok());
  const std::string before = content_of(path);
  {
    const SmallFiles limit(before.size() + line_of("second").size() + 10);
    CHECK(log->append_all(std::vector<std::string>{"second", "third"}).error().code ==
          ErrorCode::kStorageFailure);
  }
  CHECK(content_of(path) == before);
  CHECK(log->lines().size() == 1);
  CHECK(log->is_broken());
  CHECK(!log->append("fourth").ok());
  CHECK(!log->append_all({}).ok());
}

TEST_CASE("append log: a line that a full medium took half of is taken back at once") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  auto log = AppendLog::create(path);
  REQUIRE(log.ok());
  REQUIRE(log->append("first").ok());
  const std::string before = content_of(path);
  std::string said;
  {
    const SmallFiles limit(before.size() + 40);  // bytes: room for half of the next line
    const auto appended = log->append("second");
    REQUIRE(!appended.ok());
    CHECK(appended.error().code == ErrorCode::kStorageFailure);
    said = appended.error().message;
  }
  CHECK(said.find("the medium is full") != std::string::npos);
  CHECK(content_of(path) == before);
  CHECK(!log->append("third").ok());
}

TEST_CASE("append log: after a failure it takes nothing more") {
  auto log = AppendLog::open("/dev/full");
  CHECK(log.error().code == ErrorCode::kInconsistent);  // a device is no log
}

TEST_CASE(
    "append log: cut at any byte, with any rubbish behind, exactly the whole lines are left") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  const std::array<std::string, 5> tails = {
      "", std::string(3, '\0'), std::string(4096, '\0'), std::string(7, '\xff'), "\n"};
  std::size_t cases = 0;
  for (std::size_t cut = 0; cut <= three_lines().size(); ++cut) {
    for (const std::string& tail : tails) {
      const std::string content = three_lines().substr(0, cut) + tail;
      plant(path, content);
      auto log = AppendLog::open(path);
      REQUIRE(log.ok());
      // As far as it is what was written (a line feed may finish the line that was cut), up to the
      // last line feed.
      const auto good = static_cast<std::size_t>(
          std::mismatch(content.begin(), content.end(), three_lines().begin(), three_lines().end())
              .first -
          content.begin());
      const std::string left = content.substr(0, content.substr(0, good).rfind('\n') + 1);
      const std::string torn = content.substr(left.size());
      REQUIRE(content_of(path) == left);
      REQUIRE(log->torn_tail().size_bytes == torn.size());
      if (!torn.empty()) {
        REQUIRE(log->torn_tail().sha256 == sha256_hex(bytes_of(torn)));
        REQUIRE(content_of(torn_name(path, log->torn_tail())) == torn);
        std::filesystem::remove(torn_name(path, log->torn_tail()));
      }
      REQUIRE(log->append("after").ok());
      REQUIRE(parse_log(content_of(path)).ok());
      ++cases;
    }
  }
  MESSAGE(cases << " torn logs");
}

TEST_CASE("append log: a changed byte that is no crash is never repaired") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  const std::size_t last_line = three_lines().rfind('\n', three_lines().size() - 2) + 1;
  for (std::size_t place = 0; place < last_line; ++place) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = three_lines();
      changed[place] = static_cast<char>(static_cast<unsigned char>(changed[place]) ^ (1U << bit));
      plant(path, changed);
      const auto log = AppendLog::open(path);
      REQUIRE_FALSE(log.ok());
      REQUIRE(log.error().code == ErrorCode::kInconsistent);
      REQUIRE(content_of(path) == changed);
      REQUIRE(support::files_in(folder.path()) == 1);
    }
  }
}

TEST_CASE("append log: the changed line is named") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  plant(path, line_of("a") + "rubbish\n" + line_of("b"));
  CHECK(AppendLog::open(path).error().message ==
        "The log \"" + path.string() +
            "\" was changed: line 2 does not fit its hash, and no power cut leaves it so. Nothing "
            "was repaired; stop, and have the medium examined.");
}

TEST_CASE("append log: a torn end that was half saved in an earlier crash is saved again") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  const std::string torn = line_of("lost").substr(0, 40);
  const std::string name = path.string() + ".torn-" + sha256_hex(bytes_of(torn));
  plant(path, line_of("a") + torn);
  plant(name, torn.substr(0, 10));
  REQUIRE(AppendLog::open(path).ok());
  CHECK(content_of(name) == torn.substr(0, 10));
  CHECK(content_of(name + ".2") == torn);
  CHECK(content_of(path) == line_of("a"));
  // The same end again: both names are there, and one of them holds it already.
  plant(path, line_of("a") + torn);
  REQUIRE(AppendLog::open(path).ok());
  CHECK(support::files_in(folder.path()) == 3);
}

TEST_CASE("append log: where no name is free for the torn end nothing is cut") {
  const TemporaryFolder folder;
  const auto path = folder / "journal.log";
  const std::string name = path.string() + ".torn-" + sha256_hex(bytes_of("torn"));
  plant(path, line_of("a") + "torn");
  plant(name, "x");
  for (int number = 2; number <= 9; ++number) {
    plant(name + "." + std::to_string(number), "x");
  }
  const auto log = AppendLog::open(path);
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().code == ErrorCode::kStorageFailure);
  CHECK(content_of(path) == line_of("a") + "torn");
}

TEST_CASE("append log: parsing names the first bad line") {
  CHECK(parse_log("")->empty());
  CHECK(parse_log(three_lines())->size() == 3);
  const std::string cut_short =
      "of the log does not fit its hash or is cut short. Use another "
      "copy of the log.";
  CHECK(parse_log("rubbish").error().message == "Line 1 " + cut_short);
  CHECK(parse_log(three_lines() + "x\n").error().message == "Line 4 " + cut_short);
  CHECK(parse_log(three_lines().substr(0, three_lines().size() - 1)).error().message ==
        "Line 3 " + cut_short);
  std::string with_return = line_of("a");
  with_return.insert(with_return.size() - 1, "\r");
  CHECK(parse_log(with_return).error().code == ErrorCode::kMalformed);
  std::string upper = line_of("a");
  std::transform(upper.begin(), upper.begin() + 64, upper.begin(), [](unsigned char digit) {
    return static_cast<char>(std::toupper(digit));
  });
  CHECK_FALSE(parse_log(upper).ok());
}

TEST_CASE("append log: any single changed, missing or added byte is noticed by parsing") {
  for (std::size_t place = 0; place < three_lines().size(); ++place) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string changed = three_lines();
      changed[place] = static_cast<char>(value);
      REQUIRE(parse_log(changed).ok() == (changed == three_lines()));
    }
    std::string shorter = three_lines();
    shorter.erase(place, 1);
    REQUIRE_FALSE(parse_log(shorter).ok());
    std::string longer = three_lines();
    longer.insert(place, "0");
    REQUIRE_FALSE(parse_log(longer).ok());
  }
}
