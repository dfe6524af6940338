#include "ceremony/client/engine_client.h"

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <linux/capability.h>
#include <map>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "engine/fake_handler.h"
#include "support/temporary_folder.h"

namespace {

using namespace ceremony::client;
using base::ErrorCode;
using base::SecretBytes;
using engine_test::fingerprint;
using support::TemporaryFolder;

constexpr const char* kEngineGone =
    "The ceremony engine ended unexpectedly; nothing that was recorded is lost. Open the ceremony "
    "again to go on at the same step.";
constexpr const char* kEngineStrange =
    "The ceremony engine answered in a way that this program does not understand, and was ended; "
    "nothing that was recorded is lost. Both must come from one release.";

EngineClient started() {
  auto client = EngineClient::start(FAKE_ENGINE);
  REQUIRE_MESSAGE(client.ok(), (client.ok() ? "" : client.error().message));
  return std::move(client).value();
}

EngineClient opened(const TemporaryFolder& folder) {
  EngineClient client = started();
  OpenRequest request;
  request.confidential = folder.path();
  REQUIRE(client.open(request).ok());
  return client;
}

Input input(const std::string& act, const std::string& with = "") {
  Input result;
  result.step = "do";
  result.acted_by = "operator";
  result.acknowledged_by = "witness";
  result.texts = {{"act", act}, {"with", with}};
  return result;
}

SecretBytes secret(const std::string& text) {
  return SecretBytes::copy_of(base::bytes_of(text));
}

template <typename Condition>
bool soon(Condition condition) {
  for (int tries = 0; tries < 1000; ++tries) {
    if (condition()) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool is_running(pid_t id) {
  return kill(id, 0) == 0;
}

// The exit code of a child that ended; -1 for one that a signal ended. It stays to be reaped.
int exit_code_of(pid_t child) {
  siginfo_t info{};
  base::retry_interrupted(
      [&] { return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT); });
  return info.si_code == CLD_EXITED ? info.si_status : -1;
}

// Runs `inside` in a child process that doctest knows nothing of; gives its exit code.
template <typename Inside>
int in_child(Inside inside) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(inside());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

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
      static_cast<void>(!write(pipe_ends[1], &engine, sizeof engine));
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

TEST_CASE("client: a whole ceremony goes through the engine and back") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  const auto step = client.current_step();
  REQUIRE(step.ok());
  CHECK(step->title == "Schlüssel «1»");
  CHECK(step->count == 4'000'000'000U);
  CHECK(step->is_private);
  CHECK(step->asks.at(0).kind == AskKind::kSecret);

  Input with_secrets = input("");
  with_secrets.secrets.emplace("pin", secret("1234"));
  with_secrets.secrets.emplace("passphrase", secret("correct horse"));
  with_secrets.secrets.emplace("empty", SecretBytes(0));
  SecretBytes large = SecretBytes::random(kMaxSecretBytes);
  const std::string expected = "empty:0:" + fingerprint(SecretBytes(0)) +
                               " large:65536:" + fingerprint(large) +
                               " passphrase:13:" + fingerprint(secret("correct horse")) +
                               " pin:4:" + fingerprint(secret("1234")) + " ";
  with_secrets.secrets.emplace("large", std::move(large));
  const auto outcome = client.perform(std::move(with_secrets));
  REQUIRE(outcome.ok());
  CHECK(outcome->public_note == "do/operator/witness");
  CHECK(outcome->private_note == expected);

  const auto refused = client.perform(input("refuse"));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kInsufficient);
  CHECK(refused.error().message == "More shares are needed.");

  CHECK(client.raise_exception({.expected = "e", .seen = "s", .decided = "d", .raised_by = "r"})
            .ok());
  CHECK(client.abort("fire").ok());
  CHECK(client.current_step().error().code == ErrorCode::kWrongState);
  CHECK(client.close().ok());
  CHECK(std::filesystem::exists(folder / "closed"));
  const auto after = client.current_step();
  REQUIRE(!after.ok());
  CHECK(after.error().message == kEngineGone);
}

TEST_CASE("client: no secret stands in JSON, arguments or environment; each has its own frame") {
  const TemporaryFolder folder;
  const std::filesystem::path tap = folder / "tap";
  std::filesystem::copy_file(TAP_ENGINE, tap);
  auto client = EngineClient::start(tap);
  REQUIRE(client.ok());
  Input with_secrets = input("unlock");
  with_secrets.secrets.emplace("pin", secret("97531864"));
  with_secrets.secrets.emplace("passphrase", secret("correct horse battery"));
  REQUIRE(client->perform(std::move(with_secrets)).ok());
  REQUIRE(client->close().ok());
  CHECK(support::content_of(folder / "tap.frames") ==
        "A 3\nE LANG=C.UTF-8\nJ "
        "{\"input\":{\"acknowledged_by\":\"witness\",\"acted_by\":\"operator\",\"secrets\":"
        "[\"passphrase\",\"pin\"],\"step\":\"do\",\"texts\":{\"act\":\"unlock\",\"with\":\"\"}},"
        "\"verb\":\"perform\"}\nS 21\nS 8\nJ {\"verb\":\"close\"}\n");
}

TEST_CASE("client: progress of long work comes while the call waits") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  std::vector<int> seen;
  client.on_progress([&](const ProgressNote& note) {
    CHECK(note.text == "counting");
    seen.push_back(note.permille);
  });
  REQUIRE(client.perform(input("count")).ok());
  CHECK(seen == std::vector<int>{0, 250, 500, 750, 1000});
}

TEST_CASE("client: an input that is too long is refused here, and the engine goes on") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  std::vector<Input> inputs;
  inputs.push_back(input("", std::string(kMaxJsonBytes, 'x')));
  inputs.push_back(input(""));
  inputs.back().secrets.emplace("pin", SecretBytes(kMaxSecretBytes + 1));
  inputs.push_back(input(""));
  for (std::size_t number = 0; number <= kMaxSecretsInInput; ++number) {
    inputs.back().secrets.emplace(std::to_string(number), SecretBytes(1));
  }
  for (Input& too_long : inputs) {
    const auto outcome = client.perform(std::move(too_long));
    REQUIRE(!outcome.ok());
    CHECK(outcome.error().code == ErrorCode::kInvalidArgument);
    CHECK(outcome.error().message ==
          "This input is longer than a ceremony takes. Make it shorter, and try again.");
  }
  CHECK(client.perform(input("", "\xff")).error().code == ErrorCode::kInvalidArgument);
  CHECK(client.current_step().ok());
}

TEST_CASE(
    "client: an engine that dies in the middle of a step is an error, and a new one goes on") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  client.on_progress([&](const ProgressNote&) { kill(client.process_id(), SIGKILL); });
  const auto outcome = client.perform(input("sleep", "60000"));
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().code == ErrorCode::kDeviceFailure);
  CHECK(outcome.error().message == kEngineGone);
  CHECK(client.process_id() == -1);  // reaped
  CHECK(client.current_step().error().message == kEngineGone);
  client = opened(folder);
  CHECK(client.current_step().ok());
}

TEST_CASE("client: an engine that aborts is an error") {
  const TemporaryFolder folder;
  EngineClient client = opened(folder);
  CHECK(client.perform(input("die")).error().message == kEngineGone);
}

TEST_CASE("client: who drops it ends the engine, which closes its ceremony") {
  const TemporaryFolder folder;
  pid_t engine = -1;
  {
    const EngineClient client = opened(folder);
    engine = client.process_id();
    CHECK(is_running(engine));
  }
  CHECK(!is_running(engine));
  CHECK(std::filesystem::exists(folder / "closed"));
}

TEST_CASE("client: an engine that does not end by itself is killed after a grace time") {
  const TemporaryFolder folder;
  pid_t engine = -1;
  {
    const EngineClient client = opened(folder);
    engine = client.process_id();
    REQUIRE(kill(engine, SIGSTOP) == 0);
  }
  CHECK(!is_running(engine));
  CHECK(!std::filesystem::exists(folder / "closed"));
}

TEST_CASE("client: two engines run side by side, and one ends without the other") {
  const TemporaryFolder one;
  const TemporaryFolder two;
  EngineClient first = opened(one);
  EngineClient second = opened(two);
  CHECK(first.perform(input("")).ok());
  CHECK(second.perform(input("")).ok());
  // Without close(): the first must see its end although the second was started while it lived.
  first = opened(one);
  CHECK(std::filesystem::exists(one / "closed"));
  CHECK(second.current_step().ok());
  CHECK(first.close().ok());
  CHECK(second.close().ok());
}

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

TEST_CASE("client: a program that is missing or no engine is named as such") {
  const auto missing = EngineClient::start("/nonexistent/conclave-engine");
  REQUIRE(!missing.ok());
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().message ==
        "The ceremony engine is not there or may not be run. Install Conclave again.");
  const auto no_engine = EngineClient::start("/bin/true");
  REQUIRE(!no_engine.ok());
  CHECK(no_engine.error().message == kEngineGone);
}

TEST_CASE("client: an engine that answers nonsense is ended") {
  const TemporaryFolder folder;
  // A shell script as engine: its socket is 3.
  const std::filesystem::path script = folder / "engine";
  for (const std::string answer : {"hello",
                                   "J\\000\\000\\000\\002{}",
                                   "S\\000\\000\\000\\001x",
                                   "J\\000\\000\\000\\013{\"done\":{}}"}) {
    CAPTURE(answer);
    support::plant(script, "#!/bin/sh\nprintf '" + answer + "' >&3\nexec cat <&3\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const auto client = EngineClient::start(script);
    REQUIRE(!client.ok());
    CHECK(client.error().code == ErrorCode::kDeviceFailure);
    const bool is_frame = answer.front() != 'h';
    CHECK(client.error().message == (is_frame ? kEngineStrange : kEngineGone));
  }
}

TEST_CASE("client: where memory cannot be locked there is no engine, and it says why") {
  const int code = in_child([] {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_MEMLOCK, &none);
    prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0);  // root is above the limit otherwise
    const auto client = EngineClient::start(FAKE_ENGINE);
    const bool told = !client && client.error().code == ErrorCode::kDeviceFailure &&
                      client.error().message.find("may write secrets to disk") != std::string::npos;
    return told ? 0 : 1;
  });
  CHECK(code == 0);
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

TEST_CASE("client: the engine is looked for beside the running program") {
  const auto found = find_engine_program();
  const std::filesystem::path expected =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "conclave-engine";
  if (std::filesystem::exists(expected)) {
    CHECK(*found == expected);
  } else {
    CHECK(found.error().code == ErrorCode::kNotFound);
  }
}
