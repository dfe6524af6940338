#include "ceremony/engine/sandbox.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <string>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>
#include <seccomp.h>

#include "ceremony/client/engine_client.h"
#include "ceremony/engine/call_lists.h"

namespace {

using namespace ceremony::client;

base::Result<StepOutcome> probed(const std::string& name) {
  auto client = EngineClient::start(FAKE_ENGINE);
  REQUIRE(client.ok());
  REQUIRE(client->open({}).ok());
  Input input;
  input.texts = {{"act", "probe"}, {"with", name}};
  return client->perform(std::move(input));
}

std::string outcome_of(const std::string& name) {
  const auto outcome = probed(name);
  return outcome ? outcome->private_note : "(ended) " + outcome.error().message;
}

}  // namespace

TEST_CASE("sandbox: there is no network, and no word to another socket") {
  CHECK(outcome_of("network") ==
        "inet:EPERM unix:EPERM netlink:EPERM pair:EPERM connect:EPERM sendto:EPERM sendmsg:EPERM");
}

TEST_CASE("sandbox: there are no other processes, neither made nor touched") {
  CHECK(outcome_of("processes") ==
        "fork:EPERM clone3:ENOSYS unshare:EPERM kill-parent:EPERM limit-of-parent:ENOSYS");
}

TEST_CASE("sandbox: the machine cannot be changed, and what is on no list is not there") {
  CHECK(outcome_of("machine") ==
        "bpf:EPERM io_uring:EPERM keyctl:EPERM module:EPERM mount:EPERM unlisted:ENOSYS");
}

TEST_CASE("sandbox: to run a program or look into another process ends the engine at once") {
  for (const std::string name : {"run-program", "trace", "read-memory"}) {
    CHECK(outcome_of(name).starts_with("(ended) The ceremony engine ended unexpectedly"));
  }
}

TEST_CASE("sandbox: no core, not dumpable, no new privileges, and none of it can be undone") {
  CHECK(outcome_of("hardening") ==
        "core:0 dumpable:0 make-dumpable:ENOSYS no-new-privileges:1 mask:18");
}

TEST_CASE("engine: it has its standard files, its socket, its signals and no other descriptor") {
  const int stray = open("/dev/null", O_RDONLY);  // inheritable
  REQUIRE(stray >= 0);
  const int high = fcntl(stray, F_DUPFD, 900);
  CHECK(outcome_of("descriptors") == "0 1 2 3 4 ");
  close(stray);
  close(high);
}

TEST_CASE("sandbox: files, threads, Argon2id, OpenSSL and SoftHSM work") {
  CHECK(outcome_of("files") == "content 3");
  CHECK(outcome_of("threads") == "started, socket:EPERM");
  CHECK(outcome_of("password-hash") == "yes");
  CHECK(outcome_of("rsa") == "yes");
  CHECK(outcome_of("token") == "signed and destroyed");
}

TEST_CASE("sandbox: every call on the lists is a call, and on one list only") {
  // Younger than the oldest libseccomp that we build with (2.5.4).
  const std::set<std::string> younger{"fchmodat2"};
  std::set<std::string> seen;
  const auto check = [&](const auto& list) {
    for (const std::string name : list) {
      CAPTURE(name);
      CHECK(seen.insert(name).second);
      const bool known = seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR;
      CHECK((known || younger.count(name) == 1));
    }
  };
  check(ceremony::engine::kAllowed);
  check(ceremony::engine::kRefused);
  check(ceremony::engine::kKilled);
}
