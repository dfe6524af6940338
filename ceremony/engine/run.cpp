#include "ceremony/engine/run.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "base/posix_file.h"
#include "ca/ram_directory.h"
#include "ca/soft_token.h"
#include "ceremony/client/codec.h"
#include "ceremony/client/wire.h"
#include "ceremony/engine/sandbox.h"

namespace ceremony::engine {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

int socket_option(int number, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(number, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// The number of the connected socket that the one argument names.
std::optional<int> socket_in(std::span<char* const> arguments) {
  if (arguments.size() != 2) {
    return std::nullopt;
  }
  const std::string_view text(arguments[1]);
  int number = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc{} && end == text.data() + text.size();
  if (!is_number || number <= STDERR_FILENO || socket_option(number, SO_DOMAIN) != AF_UNIX ||
      socket_option(number, SO_TYPE) != SOCK_STREAM) {
    return std::nullopt;
  }
  return number;
}

// The signals that ask for the end, as something that can be read and is heard only there.
Result<base::FileDescriptor> stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  const bool blocked = pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0;
  base::FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!blocked || !descriptor.is_open()) {
    return Error{ErrorCode::kDeviceFailure,
                 "The ceremony engine could not be started: this computer does not let it hear "
                 "its signals. Use another one."};
  }
  return descriptor;
}

// The client is told why there is no engine; where it cannot be told it is gone.
EndCode refuse(client::Channel& channel, const Error& why) {
  const Result<std::string> text = client::encode_reply(why);
  if (text) {
    static_cast<void>(channel.send_json(*text));
  }
  return EndCode::kNotFit;
}

}  // namespace

EndCode run_engine(std::span<char* const> arguments, Handler& handler) {
  // Where memory is full even while an error is being handled.
  std::set_terminate([] { _exit(static_cast<int>(EndCode::kInternal)); });
  const std::optional<int> socket = socket_in(arguments);
  if (!socket) {
    static_cast<void>(
        std::fputs("conclave-engine: This program is started by conclave and by the desktop. It "
                   "takes no commands.\n",
                   stderr));
    return EndCode::kNotFit;
  }
  client::Channel channel{base::FileDescriptor(*socket)};
  const Result<void> prepared = prepare_process(*socket);
  if (!prepared) {
    return refuse(channel, prepared.error());
  }
  // A token of an engine that was killed, or whose computer was: nobody can open it, but it is
  // there.
  const Result<void> swept = ca::RamDirectory::sweep(ca::SoftToken::Options().memory);
  if (!swept) {
    return refuse(channel, swept.error());
  }
  const Result<base::FileDescriptor> stop = stop_signals();
  if (!stop) {
    return refuse(channel, stop.error());
  }
  const Result<void> confined = confine();
  if (!confined) {
    return refuse(channel, confined.error());
  }
  channel.stop_at(stop->number());
  return Server(std::move(channel), handler).run();
}

}  // namespace ceremony::engine
