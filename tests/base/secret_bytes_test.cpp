#include "base/secret_bytes.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"

using namespace base;

namespace {

constexpr std::size_t kKibi = 1024;

// How a child that runs `act` ends: its exit code, or minus the signal that killed it.
int end_of_child(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGSEGV, SIGABRT, SIGBUS}) {
      static_cast<void>(signal(number, SIG_DFL));  // doctest and the sanitizers have their own
    }
    static_cast<void>(dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO));
    _exit(act());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Nobody but root may lock more than this, and root only without CAP_IPC_LOCK: so the child also
// becomes somebody else where it can.
bool lower_locked_memory_to(rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
    return false;
  }
  return geteuid() != 0 || setuid(65534) == 0;
}

long locked_kilobytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmLck:", 0) == 0) {
      return std::strtol(line.c_str() + 6, nullptr, 10);
    }
  }
  return -1;
}

SecretBytes secret_of(std::string_view text) {
  return SecretBytes::copy_of(bytes_of(text));
}

std::string text_of_secret(const SecretBytes& secret) {
  const auto reader = secret.read();
  return std::string(text_of(reader.bytes()));
}

}  // namespace

TEST_CASE("secret bytes: are zero at first, and what is written is read") {
  SecretBytes secret(5);
  CHECK(text_of_secret(secret) == std::string(5, '\0'));
  {
    const auto writer = secret.write();
    writer.bytes()[4] = 'x';
  }
  CHECK(text_of_secret(secret) == std::string(4, '\0') + "x");
}

TEST_CASE("secret bytes: every size from nothing to some pages works") {
  for (std::size_t size = 0; size < 9000; size += size < 70 ? 1 : 997) {
    const SecretBytes secret = SecretBytes::random(size);
    CHECK(secret.size() == size);
    CHECK(secret.read().bytes().size() == size);
  }
}

TEST_CASE("secret bytes: two random secrets differ, and equals says so") {
  const SecretBytes first = SecretBytes::random(32);
  const SecretBytes second = SecretBytes::random(32);
  CHECK_FALSE(first.equals(second));
  CHECK(first.equals(first));
  CHECK(secret_of("abc").equals(secret_of("abc")));
  CHECK_FALSE(secret_of("abc").equals(secret_of("abd")));
  CHECK_FALSE(secret_of("abc").equals(secret_of("ab")));
  CHECK(secret_of("").equals(secret_of("")));
}

TEST_CASE("secret bytes: are joined, and copied in part") {
  const SecretBytes joined = secret_of("abc").followed_by(secret_of("de"));
  CHECK(text_of_secret(joined) == "abcde");
  CHECK(text_of_secret(joined.followed_by(joined)) == "abcdeabcde");
  CHECK(text_of_secret(secret_of("").followed_by(secret_of(""))).empty());
  for (std::size_t offset = 0; offset <= 6; ++offset) {
    for (std::size_t size = 0; size <= 6; ++size) {
      const auto part = joined.copy_of_part({.offset = offset, .size = size});
      REQUIRE(part.ok() == (offset + size <= 5));
      if (part.ok()) {
        CHECK(text_of_secret(*part) == std::string("abcde").substr(offset, size));
      } else {
        CHECK(part.error().code == ErrorCode::kInvalidArgument);
      }
    }
  }
  const std::size_t huge = static_cast<std::size_t>(-1);
  CHECK_FALSE(joined.copy_of_part({.offset = huge, .size = 2}).ok());
  CHECK_FALSE(joined.copy_of_part({.offset = 2, .size = huge}).ok());
}

TEST_CASE("secret bytes: an open reader stays good when the secret is moved") {
  SecretBytes moved(0);
  SecretBytes secret = secret_of("abc");
  const auto reader = secret.read();
  moved = std::move(secret);
  CHECK(text_of(reader.bytes()) == "abc");
  CHECK(text_of_secret(moved) == "abc");
  CHECK(text_of(reader.bytes()) == "abc");
}

TEST_CASE("secret bytes: nobody reads or writes them but through a guard") {
  const auto act_on = [](auto act) {
    return end_of_child([&act] {
      SecretBytes secret = secret_of("abc");
      return act(secret);
    });
  };
  CHECK(act_on([](SecretBytes& secret) -> int { return secret.read().bytes()[0]; }) == 'a');
  CHECK(act_on([](SecretBytes& secret) -> int {
          const std::uint8_t* address = secret.read().bytes().data();
          return *static_cast<const volatile std::uint8_t*>(address);
        }) < 0);
  CHECK(act_on([](SecretBytes& secret) -> int {
          std::uint8_t* address = secret.write().bytes().data();
          *static_cast<volatile std::uint8_t*>(address) = 1;
          return 0;
        }) < 0);
  CHECK(act_on([](SecretBytes& secret) -> int {
          std::uint8_t* address = secret.write().bytes().data();
          const auto reader = secret.read();
          *static_cast<volatile std::uint8_t*>(address) = 1;
          return 0;
        }) < 0);
  CHECK(act_on([](SecretBytes& secret) -> int {
          const auto reader = secret.read();
          return *static_cast<const volatile std::uint8_t*>(reader.bytes().data() + 3);
        }) < 0);
}

TEST_CASE("secret bytes: they are locked in memory and let go afterwards") {
  const long before = locked_kilobytes();
  REQUIRE(before >= 0);
  {
    const SecretBytes secret(64 * kKibi);
    CHECK(locked_kilobytes() >= before + 64);
  }
  CHECK(locked_kilobytes() == before);
}

TEST_CASE("secret bytes: where memory may not be locked make() says so and nothing is given") {
  CHECK(end_of_child([] {
          if (!lower_locked_memory_to(256 * kKibi)) {
            return 1;
          }
          const auto refused = SecretBytes::make(kKibi * kKibi);
          const auto given = SecretBytes::make(1024);
          const bool as_told =
              !refused.ok() && refused.error().code == ErrorCode::kDeviceFailure &&
              refused.error().message ==
                  "This computer may write secrets to disk: it does not let this program lock as "
                  "much memory as it needs. Raise the limit of locked memory (RLIMIT_MEMLOCK), or "
                  "use another one.";
          return as_told && given.ok() ? 42 : 2;
        }) == 42);
}

TEST_CASE("secret bytes: many small secrets cannot slip past the limit either") {
  CHECK(end_of_child([] {
          if (!lower_locked_memory_to(256 * kKibi)) {
            return 1;
          }
          std::vector<SecretBytes> held;
          for (int count = 0; count < 100; ++count) {
            auto one = SecretBytes::make(16);
            if (!one) {
              return held.size() > 10 ? 42 : 2;
            }
            held.push_back(std::move(one).value());
          }
          return 3;
        }) == 42);
}

TEST_CASE("secret bytes: a constructor that cannot lock ends the program") {
  CHECK(end_of_child([] {
          if (!lower_locked_memory_to(256 * kKibi)) {
            return 1;
          }
          const SecretBytes secret(kKibi * kKibi);
          return 0;
        }) == -SIGABRT);
}

TEST_CASE("secret bytes: the start-up check turns core dumps off and proves that memory locks") {
  CHECK(end_of_child([] {
          if (!require_secret_memory(kKibi * kKibi)) {
            return 1;
          }
          rlimit limit{1, 1};
          if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0) {
            return 2;
          }
          return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 42 : 3;
        }) == 42);
  CHECK(end_of_child([] {
          if (!lower_locked_memory_to(256 * kKibi)) {
            return 1;
          }
          const auto refused = require_secret_memory(kKibi * kKibi);
          return !refused.ok() && refused.error().code == ErrorCode::kDeviceFailure ? 42 : 2;
        }) == 42);
}
