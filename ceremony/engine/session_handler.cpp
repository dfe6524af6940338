#include "ceremony/engine/session_handler.h"

#include <utility>

namespace ceremony::engine {

namespace {

base::Error not_open() {
  return base::Error{base::ErrorCode::kWrongState, "No ceremony is open. Open one first."};
}

}  // namespace

base::Result<std::optional<base::SecretBytes>> SessionHandler::open(
    const client::OpenRequest& request, client::RecordKeys keys) {
  base::Result<Session> session = Session::open(request, {.clock = &clock_}, keys);
  if (!session) {
    return std::move(session).error();
  }
  session_.emplace(std::move(session).value());
  return session_->journal_key();
}

base::Result<client::StepView> SessionHandler::current_step() {
  return session_ ? session_->current_step() : not_open();
}

// A session does not report its progress yet.
base::Result<client::StepOutcome> SessionHandler::perform(client::Input input,
                                                          const ProgressSink& /*progress*/) {
  return session_ ? session_->perform(std::move(input)) : not_open();
}

base::Result<void> SessionHandler::raise_exception(const client::ExceptionSheet& sheet) {
  return session_ ? session_->raise_exception(sheet) : not_open();
}

base::Result<client::StepOutcome> SessionHandler::pause(const std::string& reason) {
  return session_ ? session_->pause(reason) : not_open();
}

base::Result<void> SessionHandler::abort(const std::string& reason) {
  return session_ ? session_->abort(reason) : not_open();
}

void SessionHandler::close() {
  if (session_) {
    session_->close();
    session_.reset();
  }
}

}  // namespace ceremony::engine
