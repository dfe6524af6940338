#include "ceremony/session.h"

#include <utility>

#include "ceremony/session_body.h"

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;

Session::Session(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<client::StepView> Session::current_step() const {
  Body& body = *body_;
  if (body.is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  const Step& step = body.step();
  client::StepView view{.ceremony = body.script.name,
                        .mode = std::string(name_of(body.plan.mode)),
                        .id = step.id,
                        .kind = std::string(name_of(step.kind)),
                        .title = step.title,
                        .say = step.say,
                        .actor = step.actor,
                        .witness = step.witness,
                        .is_private = step.is_private,
                        .subject = {},
                        .shown = {},
                        .asks = {},
                        .index = static_cast<std::uint32_t>(body.progress.next_step()),
                        .count = static_cast<std::uint32_t>(body.script.steps.size())};
  if (!step.phrase.empty()) {
    view.asks.push_back({.name = "phrase",
                         .kind = client::AskKind::kPhrase,
                         .prompt = "Type exactly: " + step.phrase,
                         .expected = step.phrase});
  }
  auto asking = action_of(step).ask(body.workplace(step));
  if (!asking) {
    return std::move(asking).error();
  }
  view.subject = std::move(asking->subject);
  view.shown = std::move(asking->shown);
  for (client::Ask& ask : asking->asks) {
    view.asks.push_back(std::move(ask));
  }
  return view;
}

Result<client::StepOutcome> Session::perform(client::Input input) {
  return body_->perform(input);
}

Result<void> Session::raise_exception(const ExceptionSheet& sheet) {
  Body& body = *body_;
  if (body.is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  body.held.turn = 0;
  return body.append("exception",
                     {{"step", body.step().id},
                      {"expected", sheet.expected},
                      {"seen", sheet.seen},
                      {"decided", sheet.decided},
                      {"raised_by", sheet.raised_by}});
}

Result<void> Session::abort(const std::string& reason) {
  Body& body = *body_;
  if (body.is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  body.held = Held{};
  if (auto noted = body.append("abort", {{"why", reason}}); !noted) {
    return noted;
  }
  return body.journal.publish("close", {{"result", "aborted"}});
}

void Session::close() {
  body_->held = Held{};
}

}  // namespace ceremony
