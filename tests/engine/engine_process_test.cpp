#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "ceremony/client/engine_client.h"
#include "engine/engine_support.h"
#include "support/temporary_folder.h"

namespace {

using namespace ceremony::client;
using namespace engine_test;
using support::TemporaryFolder;

// A client that holds an engine in a process of its own, for tests that kill that process.
struct OtherProcess {
  pid_t client = -1;
  pid_t engine = -1;
};

// `act` is what the engine is doing when this returns; "" for nothing.
OtherProcess client_elsewhere(const TemporaryFolder& folder, const std::string& act) {
  std::array<int, 2> pipe_ends{};
  REQUIRE(pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
  OtherProcess other;
  other.client = fork();
  if (other.client == 0) {
    auto client = EngineClient::start(FAKE_ENGINE);
    OpenRequest request;
    request.confidential = folder.path();
    const bool opened = client && client->open(request).ok();
    const pid_t engine = opened ? client->process_id() : -1;
    const auto tell = [&](const ProgressNote&) {
      static_cast<void>(write(pipe_ends[1], &engine, sizeof engine) == 0);
    };
    if (act.empty()) {
      tell({});
    } else if (opened) {
      client->on_progress(tell);
      static_cast<void>(client->perform(input(act, "500")));
    }
    pause();
    _exit(1);
  }
  REQUIRE(read(pipe_ends[0], &other.engine, sizeof other.engine) == sizeof other.engine);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  REQUIRE(other.engine > 0);
  return other;
}

}  // namespace

TEST_CASE("client: one that is killed leaves no engine behind, between steps or in one") {
  REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);  // the orphan becomes ours
  for (const std::string act : {"", "sleep"}) {
    CAPTURE(act);
    const TemporaryFolder folder;
    const OtherProcess other = client_elsewhere(folder, act);
    REQUIRE(kill(other.client, SIGKILL) == 0);
    REQUIRE(waitpid(other.client, nullptr, 0) == other.client);
    CHECK(exit_code_of(other.engine) == 0);
    waitpid(other.engine, nullptr, 0);
    CHECK(std::filesystem::exists(folder / "closed"));
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

TEST_CASE("engine: SIGTERM, SIGINT and SIGHUP close the ceremony and end it with 0") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    CAPTURE(signal);
    const TemporaryFolder folder;
    EngineClient client = opened(folder);
    REQUIRE(kill(client.process_id(), signal) == 0);
    CHECK(exit_code_of(client.process_id()) == 0);
    CHECK(std::filesystem::exists(folder / "closed"));
    CHECK(client.current_step().error().message == kEngineGone);
  }
}

TEST_CASE("engine: SIGTERM within a step lets the step finish, answers, and then ends") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  const pid_t engine = client.process_id();
  client.on_progress([&](const ProgressNote&) { kill(engine, SIGTERM); });
  CHECK(client.perform(input("sleep", "200")).ok());
  CHECK(exit_code_of(engine) == 0);
  CHECK(std::filesystem::exists(folder / "closed"));
}

TEST_CASE("engine: SIGTERM is heard while a client keeps silent in the middle of a frame") {
  auto engine = EngineProcess::start(FAKE_ENGINE);
  REQUIRE(engine.ok());
  REQUIRE(write(engine->socket.number(), "J\0\0", 3) == 3);
  Channel channel(std::move(engine->socket));
  REQUIRE(channel.receive()->kind == FrameKind::kJson);  // it stands
  REQUIRE(kill(engine->process.id(), SIGTERM) == 0);
  CHECK(exit_code_of(engine->process.id()) == 0);
}

TEST_CASE("engine: bytes that are no message end it with 1, an end at once with 0") {
  for (const std::string& bytes : {std::string(), std::string("GET / HTTP/1.0\r\n\r\n")}) {
    auto engine = EngineProcess::start(FAKE_ENGINE);
    REQUIRE(engine.ok());
    REQUIRE(base::write_all(engine->socket.number(), base::bytes_of(bytes)) == 0);
    shutdown(engine->socket.number(), SHUT_WR);
    CHECK(exit_code_of(engine->process.id()) == (bytes.empty() ? 0 : 1));
  }
}

TEST_CASE("engine: started by hand it says what it is and ends with 2") {
  // "3" is open, but no socket; "77" is not open.
  for (const std::string argument : {"", "0", "3", "x", "3x", "77"}) {
    const int code = in_child([&] {
      dup2(open("/dev/null", O_RDWR), 2);
      dup2(2, 3);
      std::string name = "conclave-engine";
      std::string word = argument;
      std::array<char*, 3> words{name.data(), word.empty() ? nullptr : word.data(), nullptr};
      return execv(FAKE_ENGINE, words.data());
    });
    CHECK(code == 2);
  }
}
