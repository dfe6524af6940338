#include "ceremony/engine/server.h"

#include <array>
#include <string>
#include <utility>

namespace ceremony::engine {

using base::Error;
using base::ErrorCode;
using base::Result;
using client::Frame;
using client::FrameKind;
using client::Reply;
using client::Request;
using client::Verb;

// In `from` a client may ask for `verb`; where that succeeds the state is `to`.
struct Server::Rule {
  State from;
  Verb verb;
  State to;
};

const Server::Rule* Server::rule_for(State state, Verb verb) {
  static constexpr std::array kRules{
      Rule{State::kFresh, Verb::kOpen, State::kOpen},
      Rule{State::kFresh, Verb::kClose, State::kEnded},
      Rule{State::kOpen, Verb::kStep, State::kOpen},
      Rule{State::kOpen, Verb::kPerform, State::kOpen},
      Rule{State::kOpen, Verb::kException, State::kOpen},
      Rule{State::kOpen, Verb::kPause, State::kOver},
      Rule{State::kOpen, Verb::kAbort, State::kOpen},
      Rule{State::kOpen, Verb::kClose, State::kEnded},
      Rule{State::kOver, Verb::kClose, State::kEnded},
  };
  for (const Rule& rule : kRules) {
    if (rule.from == state && rule.verb == verb) {
      return &rule;
    }
  }
  return nullptr;
}

namespace {

Error not_now() {
  return Error{ErrorCode::kWrongState,
               "This is not possible at this point of the ceremony. Look at the current step."};
}

Error out_of_order() {
  return Error{ErrorCode::kMalformed,
               "The other program sent a message where none of its kind belongs."};
}

Reply reply_of(Result<void> done) {
  return done ? Reply(client::Done{}) : Reply(std::move(done).error());
}

template <typename Answer>
Reply reply_of(Result<Answer> answer) {
  return answer ? Reply(std::move(answer).value()) : Reply(std::move(answer).error());
}

}  // namespace

EndCode Server::run() {
  EndCode code = EndCode::kInternal;
  try {
    code = serve();
  } catch (...) {  // NOLINT(bugprone-empty-catch): the code says it; the journal is on disk
  }
  try {
    handler_.close();
  } catch (...) {
    code = EndCode::kInternal;
  }
  return code;
}

EndCode Server::serve() {
  if (!send(client::Ready{})) {
    return EndCode::kDone;
  }
  while (state_ != State::kEnded) {
    Result<std::optional<Request>> request = receive_request();
    if (!request) {
      // Best effort; a stream that went out of step cannot be followed any more.
      static_cast<void>(send(std::move(request).error()));
      return EndCode::kBadPeer;
    }
    if (!request->has_value() || !send(answer(std::move(**request)))) {
      return EndCode::kDone;
    }
  }
  return EndCode::kDone;
}

Result<std::optional<Request>> Server::receive_request() {
  Result<Frame> frame = channel_.receive();
  if (!frame) {
    return std::move(frame).error();
  }
  if (frame->kind == FrameKind::kEnd || frame->kind == FrameKind::kStop) {
    return std::optional<Request>();
  }
  if (frame->kind != FrameKind::kJson) {
    return out_of_order();
  }
  Result<Request> request = client::decode_request(frame->text);
  if (!request) {
    return std::move(request).error();
  }
  const Result<bool> complete = receive_secrets(*request);
  if (!complete) {
    return complete.error();
  }
  return *complete ? std::optional(std::move(request).value()) : std::nullopt;
}

// Takes the secrets that the request names, whether it is allowed now or not: they follow anyway.
Result<bool> Server::receive_secrets(Request& request) {
  for (const std::string& name : request.secret_names) {
    Result<Frame> frame = channel_.receive();
    if (!frame) {
      return std::move(frame).error();
    }
    if (frame->kind == FrameKind::kStop) {
      return false;
    }
    if (frame->kind != FrameKind::kSecret) {
      return out_of_order();
    }
    request.input.secrets.emplace(name, *std::move(frame->secret));
  }
  return true;
}

Reply Server::answer(Request request) {
  const Rule* const rule = rule_for(state_, request.verb);
  if (rule == nullptr) {
    return not_now();
  }
  Reply reply = carry_out(std::move(request));
  if (!std::holds_alternative<Error>(reply)) {
    state_ = rule->to;
  }
  return reply;
}

Reply Server::carry_out(Request request) {
  switch (request.verb) {
    case Verb::kOpen:
      return open(request);
    case Verb::kStep:
      return reply_of(handler_.current_step());
    case Verb::kPerform:
      return reply_of(
          handler_.perform(std::move(request.input),
                           [this](const client::ProgressNote& note) { send_progress(note); }));
    case Verb::kException:
      return reply_of(handler_.raise_exception(request.sheet));
    case Verb::kPause:
      return reply_of(handler_.pause(request.reason));
    case Verb::kAbort:
      return reply_of(handler_.abort(request.reason));
    case Verb::kClose:
      handler_.close();
      return client::Done{};
  }
  return not_now();
}

Reply Server::open(Request& request) {
  client::RecordKeys keys;
  for (auto& [name, secret] : request.input.secrets) {
    if (name == client::kJournalKey) {
      keys.journal_key = std::move(secret);
    } else if (name == client::kKeeperSecret) {
      keys.keeper_secret = std::move(secret);
    }
  }
  Result<std::optional<base::SecretBytes>> opened = handler_.open(request.open, std::move(keys));
  if (!opened) {
    return std::move(opened).error();
  }
  announced_ = std::move(opened).value();
  return client::Opened{.has_journal_key = announced_.has_value()};
}

// False where the client is gone. What cannot be written is answered with why.
bool Server::send(const Reply& reply) {
  Result<std::string> text = client::encode_reply(reply);
  if (!text || text->size() > client::kMaxJsonBytes) {
    text = client::encode_reply(
        Error{ErrorCode::kInvalidArgument,
              "The answer is too long or not written in UTF-8, and cannot be shown. Look at the "
              "names in the plan."});
  }
  if (!text || !channel_.send_json(*text)) {
    return false;
  }
  const std::optional<base::SecretBytes> secret = std::exchange(announced_, std::nullopt);
  return !secret || channel_.send_secret(*secret).ok();
}

void Server::send_progress(const client::ProgressNote& note) {
  const Result<std::string> text = client::encode_progress(note);
  if (text) {
    static_cast<void>(channel_.send_progress(*text));
  }
}

}  // namespace ceremony::engine
