#include "ceremony/client/engine_client.h"

#include <csignal>
#include <filesystem>
#include <linux/capability.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "engine/engine_support.h"
#include "engine/fake_handler.h"
#include "support/temporary_folder.h"

namespace {

using namespace ceremony::client;
using namespace engine_test;
using base::ErrorCode;
using base::SecretBytes;
using support::TemporaryFolder;

constexpr const char* kEngineStrange =
    "The ceremony engine answered in a way that this program does not understand, and was ended; "
    "nothing that was recorded is lost. Both must come from one release.";

SecretBytes secret(const std::string& text) {
  return SecretBytes::copy_of(base::bytes_of(text));
}

}  // namespace

TEST_CASE("engine: it sweeps the token of one that was killed before it does anything") {
  const std::filesystem::path left = "/dev/shm/conclave-ram-" + std::to_string(getpid());
  support::plant(left / "tokens" / "key", "left behind");
  const ceremony::client::EngineClient client = started();
  CHECK(!std::filesystem::exists(left));
}

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
  CHECK(client.current_step().ok());
  const auto paused = client.pause("lunch");
  REQUIRE(paused.ok());
  CHECK(paused->progress == Progress::kPaused);
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
