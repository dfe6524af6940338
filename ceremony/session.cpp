#include "ceremony/session.h"

#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "ceremony/recorded_words.h"
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
                        .count = static_cast<std::uint32_t>(body.steps().size()),
                        .records = to_be_recorded(step)};
  if (!step.phrase.empty()) {
    view.asks.push_back({.name = "phrase",
                         .kind = client::AskKind::kPhrase,
                         .prompt = "Type exactly: " + step.phrase,
                         .expected = step.phrase});
  }
  for (client::Ask& ask : body.pin_asks()) {
    view.asks.push_back(std::move(ask));
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
  for (const TypedText& typed : {TypedText{.name = "expected", .text = sheet.expected},
                                 TypedText{.name = "seen", .text = sheet.seen},
                                 TypedText{.name = "decided", .text = sheet.decided},
                                 TypedText{.name = "raised by", .text = sheet.raised_by}}) {
    if (auto clean = body.check_typed(typed); !clean) {
      return clean;
    }
  }
  body.held.turn = 0;
  return body.append("exception", data_of(body.step(), sheet));
}

Result<void> Session::abort(const std::string& reason) {
  Body& body = *body_;
  if (body.is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  if (body.progress.part() == ScriptPart::kAbort) {
    return Error{ErrorCode::kWrongState,
                 "this ceremony was given up already; do the steps that close its record"};
  }
  if (auto clean = body.check_typed({.name = "reason", .text = reason}); !clean) {
    return clean;
  }
  body.held = Held{};
  return body.append("abort", {{"step", body.step().id}, {"why", reason}});
}

Result<client::StepOutcome> Session::pause(const std::string& reason) {
  Body& body = *body_;
  if (body.is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  if (auto clean = body.check_typed({.name = "reason", .text = reason}); !clean) {
    return std::move(clean).error();
  }
  body.held = Held{};
  const std::string head = body.journal.head();
  auto digest = base::parse_digest_hex(head);
  if (!digest) {
    return std::move(digest).error();
  }
  const Json data = {{"step", body.step().id}, {"why", reason}, {"head", head}};
  if (auto noted = body.append("pause", data); !noted) {
    return std::move(noted).error();
  }
  return client::StepOutcome{.progress = client::Progress::kPaused,
                             .public_note = base::digest_words(*digest),
                             .private_note = {}};
}

Result<std::optional<base::SecretBytes>> Session::journal_key() const {
  if (body_->plan.mode != Mode::kProduction) {
    return std::optional<base::SecretBytes>();
  }
  auto key = body_->journal.journal_key();
  if (!key) {
    return std::move(key).error();
  }
  return std::optional(std::move(key).value());
}

const Progress& Session::progress() const {
  return body_->progress;
}

void Session::close() {
  body_->held = Held{};
  body_->typed_secrets.forget();
}

}  // namespace ceremony
