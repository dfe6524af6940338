#include "ceremony/client/engine_client.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <variant>

namespace ceremony::client {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::seconds kGrace{5};  // for wiping and destroying a token

Error engine_gone() {
  return Error{ErrorCode::kDeviceFailure,
               "The ceremony engine ended unexpectedly; nothing that was recorded is lost. Open "
               "the ceremony again to go on at the same step."};
}

Error engine_strange() {
  return Error{ErrorCode::kDeviceFailure,
               "The ceremony engine answered in a way that this program does not understand, and "
               "was ended; nothing that was recorded is lost. Both must come from one release."};
}

Error input_too_long() {
  return Error{ErrorCode::kInvalidArgument,
               "This input is longer than a ceremony takes. Make it shorter, and try again."};
}

// Whether every part of the request fits its frame, so that nothing is sent by halves.
bool fits(const Input& input) {
  return input.secrets.size() <= kMaxSecretsInInput &&
         std::all_of(input.secrets.begin(), input.secrets.end(), [](const auto& entry) {
           return entry.second.size() <= kMaxSecretBytes;
         });
}

// The names go ahead, in the order of the frames.
void name_secrets(Request& request) {
  for (const auto& [name, secret] : request.input.secrets) {
    request.secret_names.push_back(name);
  }
}

}  // namespace

Result<std::filesystem::path> find_engine_program() {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  std::filesystem::path engine = self.parent_path() / "conclave-engine";
  if (failed || access(engine.c_str(), X_OK) != 0) {
    return Error{ErrorCode::kNotFound,
                 "The ceremony engine (conclave-engine) is not beside this program. Install "
                 "Conclave again."};
  }
  return engine;
}

EngineClient::EngineClient(EngineProcess::Started started)
    : process_(std::move(started.process)), channel_(std::move(started.socket)) {}

Result<EngineClient> EngineClient::start(const std::filesystem::path& engine_program) {
  Result<EngineProcess::Started> started = EngineProcess::start(engine_program);
  if (!started) {
    return std::move(started).error();
  }
  EngineClient client(std::move(started).value());
  const Result<Reply> hello = client.receive_reply();
  if (!hello) {
    return hello.error();
  }
  if (const auto* const refusal = std::get_if<Error>(&*hello)) {
    return *refusal;
  }
  if (!std::holds_alternative<Ready>(*hello)) {
    return client.lose(engine_strange());
  }
  return client;
}

// A moved-from optional still holds a (closed) channel; here none means that there is no engine.
EngineClient::EngineClient(EngineClient&& other) noexcept
    : process_(std::move(other.process_)),
      channel_(std::exchange(other.channel_, std::nullopt)),
      callback_(std::move(other.callback_)) {}

EngineClient& EngineClient::operator=(EngineClient&& other) noexcept {
  if (this != &other) {
    let_end();
    process_ = std::move(other.process_);
    channel_ = std::exchange(other.channel_, std::nullopt);
    callback_ = std::move(other.callback_);
  }
  return *this;
}

EngineClient::~EngineClient() {
  let_end();
}

Result<std::optional<base::SecretBytes>> EngineClient::open(const OpenRequest& request,
                                                            RecordKeys keys) {
  Request message;
  message.verb = Verb::kOpen;
  message.open = request;
  if (keys.journal_key) {
    message.input.secrets.emplace(std::string(kJournalKey), *std::move(keys.journal_key));
  }
  if (keys.keeper_secret) {
    message.input.secrets.emplace(std::string(kKeeperSecret), *std::move(keys.keeper_secret));
  }
  if (!fits(message.input)) {
    return input_too_long();
  }
  name_secrets(message);
  const Result<Opened> opened = ask_for<Opened>(message);
  if (!opened) {
    return opened.error();
  }
  return opened->has_journal_key ? receive_journal_key() : std::optional<base::SecretBytes>();
}

// The key that the engine has announced.
Result<std::optional<base::SecretBytes>> EngineClient::receive_journal_key() {
  Result<Frame> frame = channel_->receive();
  if (!frame || frame->kind == FrameKind::kEnd) {
    return lose(engine_gone());
  }
  if (frame->kind != FrameKind::kSecret) {
    return lose(engine_strange());
  }
  return std::move(frame->secret);
}

Result<StepView> EngineClient::current_step() {
  Request message;
  message.verb = Verb::kStep;
  return ask_for<StepView>(message);
}

Result<StepOutcome> EngineClient::perform(Input input) {
  if (!fits(input)) {
    return input_too_long();
  }
  Request message;
  message.verb = Verb::kPerform;
  message.input = std::move(input);
  name_secrets(message);
  return ask_for<StepOutcome>(message);
}

Result<void> EngineClient::raise_exception(const ExceptionSheet& sheet) {
  Request message;
  message.verb = Verb::kException;
  message.sheet = sheet;
  return ask_for_done(message);
}

Result<StepOutcome> EngineClient::pause(const std::string& reason) {
  Request message;
  message.verb = Verb::kPause;
  message.reason = reason;
  return ask_for<StepOutcome>(message);
}

Result<void> EngineClient::abort(const std::string& reason) {
  Request message;
  message.verb = Verb::kAbort;
  message.reason = reason;
  return ask_for_done(message);
}

Result<void> EngineClient::close() {
  Request message;
  message.verb = Verb::kClose;
  Result<void> closed = ask_for_done(message);
  let_end();
  return closed;
}

template <typename Answer>
Result<Answer> EngineClient::ask_for(const Request& request) {
  Result<Reply> reply = ask(request);
  if (!reply) {
    return std::move(reply).error();
  }
  if (auto* const refusal = std::get_if<Error>(&*reply)) {
    return std::move(*refusal);
  }
  if (auto* const answer = std::get_if<Answer>(&*reply)) {
    return std::move(*answer);
  }
  return lose(engine_strange());
}

Result<void> EngineClient::ask_for_done(const Request& request) {
  const Result<Done> done = ask_for<Done>(request);
  return done ? Result<void>() : Result<void>(done.error());
}

Result<Reply> EngineClient::ask(const Request& request) {
  if (!channel_) {
    return engine_gone();
  }
  const Result<void> sent = send(request);
  if (!sent) {
    return sent.error();
  }
  return receive_reply();
}

Result<void> EngineClient::send(const Request& request) {
  const Result<std::string> text = encode_request(request);
  if (!text) {
    return text.error();
  }
  if (text->size() > kMaxJsonBytes) {
    return input_too_long();
  }
  if (!channel_->send_json(*text)) {
    return lose(engine_gone());
  }
  for (const auto& [name, secret] : request.input.secrets) {
    if (!channel_->send_secret(secret)) {
      return lose(engine_gone());
    }
  }
  return {};
}

Result<Reply> EngineClient::receive_reply() {
  while (true) {
    const Result<Frame> frame = channel_->receive();
    if (!frame || frame->kind == FrameKind::kEnd) {
      return lose(engine_gone());
    }
    if (frame->kind == FrameKind::kProgress) {
      show(frame->text);
      continue;
    }
    Result<Reply> reply =
        frame->kind == FrameKind::kJson ? decode_reply(frame->text) : engine_strange();
    if (!reply) {
      return lose(engine_strange());
    }
    return reply;
  }
}

void EngineClient::show(const std::string& progress) const {
  const Result<ProgressNote> note = decode_progress(progress);
  if (note && callback_) {
    callback_(*note);
  }
}

Error EngineClient::lose(Error why) {
  let_end();
  return why;
}

// Hangs up, which is how an engine is told to wipe and end, and gives it time for that.
void EngineClient::let_end() {
  if (channel_) {
    channel_->hang_up(kGrace);
    channel_.reset();
  }
  process_.kill_and_reap();
}

}  // namespace ceremony::client
