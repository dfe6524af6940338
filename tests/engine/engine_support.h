// tests/engine/engine_support.h - starting the fake engine, and looking at what became of it.

#pragma once

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "ceremony/client/engine_client.h"
#include "support/temporary_folder.h"

namespace engine_test {

inline constexpr const char* kEngineGone =
    "The ceremony engine ended unexpectedly; nothing that was recorded is lost. Open the ceremony "
    "again to go on at the same step.";

inline ceremony::client::EngineClient started() {
  auto client = ceremony::client::EngineClient::start(FAKE_ENGINE);
  REQUIRE_MESSAGE(client.ok(), (client.ok() ? "" : client.error().message));
  return std::move(client).value();
}

inline ceremony::client::EngineClient opened(const support::TemporaryFolder& folder) {
  ceremony::client::EngineClient client = started();
  ceremony::client::OpenRequest request;
  request.confidential = folder.path();
  REQUIRE(client.open(request).ok());
  return client;
}

inline ceremony::client::Input input(const std::string& act, const std::string& with = "") {
  ceremony::client::Input result;
  result.step = "do";
  result.acted_by = "operator";
  result.acknowledged_by = "witness";
  result.texts = {{"act", act}, {"with", with}};
  return result;
}

inline bool is_running(pid_t id) {
  return kill(id, 0) == 0;
}

// The exit code of a child that ended; -1 for one that a signal ended. It stays to be reaped.
inline int exit_code_of(pid_t child) {
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

}  // namespace engine_test
