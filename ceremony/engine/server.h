// ceremony/engine/server.h - answers one client until it is gone: a table says what is allowed
// when.
//
// Source of the table: OpenSSH's monitor (README.privsep: "a loose state machine").

#pragma once

#include <optional>
#include <utility>

#include "base/result.h"
#include "ceremony/client/codec.h"
#include "ceremony/client/wire.h"
#include "ceremony/engine/handler.h"

namespace ceremony::engine {

// What an engine's process ends with.
enum class EndCode : int {
  kDone = 0,       // closed, the client is gone, or a signal asked for the end
  kBadPeer = 1,    // the client sent what is no message
  kNotFit = 2,     // not started by a client, or this computer may not hold secrets
  kInternal = 70,  // out of memory, or a library threw
};

class Server {
 public:
  // `handler` must outlive the server.
  Server(client::Channel channel, Handler& handler)
      : channel_(std::move(channel)), handler_(handler) {}

  // Says that the engine stands, serves, and closes the handler before it returns, in every case.
  EndCode run();

 private:
  enum class State { kFresh, kOpen, kOver, kEnded };
  struct Rule;
  static const Rule* rule_for(State state, client::Verb verb);

  EndCode serve();
  // None: the client is gone, or a signal came.
  base::Result<std::optional<client::Request>> receive_request();
  base::Result<bool> receive_secrets(client::Request& request);
  client::Reply answer(client::Request request);
  client::Reply carry_out(client::Request request);
  client::Reply open(client::Request& request);
  [[nodiscard]] bool send(const client::Reply& reply);
  void send_progress(const client::ProgressNote& note);

  client::Channel channel_;
  Handler& handler_;
  State state_ = State::kFresh;
  std::optional<base::SecretBytes> announced_;  // follows the reply that is sent next
};

}  // namespace ceremony::engine
