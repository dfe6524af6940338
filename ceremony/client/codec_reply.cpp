#include <array>
#include <optional>
#include <utility>

#include "ceremony/client/codec.h"
#include "ceremony/client/json_fields.h"

namespace ceremony::client {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array kAskKinds{
    Named<AskKind>{AskKind::kText, "text"},
    Named<AskKind>{AskKind::kPhrase, "phrase"},
    Named<AskKind>{AskKind::kPath, "path"},
    Named<AskKind>{AskKind::kSecret, "secret"},
    Named<AskKind>{AskKind::kDone, "done"},
    Named<AskKind>{AskKind::kSecretFile, "secret-file"},
};

constexpr std::array kProgresses{
    Named<Progress>{Progress::kAskAgain, "ask-again"},
    Named<Progress>{Progress::kStepDone, "step-done"},
    Named<Progress>{Progress::kFreshEngine, "fresh-engine"},
    Named<Progress>{Progress::kCeremonyDone, "ceremony-done"},
    Named<Progress>{Progress::kPaused, "paused"},
};

constexpr std::array kErrorCodes{
    Named<ErrorCode>{ErrorCode::kInvalidArgument, "invalid-argument"},
    Named<ErrorCode>{ErrorCode::kMalformed, "malformed"},
    Named<ErrorCode>{ErrorCode::kInconsistent, "inconsistent"},
    Named<ErrorCode>{ErrorCode::kInsufficient, "insufficient"},
    Named<ErrorCode>{ErrorCode::kRefusedByPolicy, "refused-by-policy"},
    Named<ErrorCode>{ErrorCode::kWrongState, "wrong-state"},
    Named<ErrorCode>{ErrorCode::kNotFound, "not-found"},
    Named<ErrorCode>{ErrorCode::kDeviceFailure, "device-failure"},
    Named<ErrorCode>{ErrorCode::kStorageFailure, "storage-failure"},
};

Json json_of(const Ready& /*ready*/) {
  return Json{{"ready", {{"protocol", kProtocol}}}};
}

Json json_of(const Done& /*done*/) {
  return Json{{"done", Json::object()}};
}

Json json_of(const Opened& opened) {
  Json names = Json::array();
  if (opened.has_journal_key) {
    names.push_back(kJournalKey);
  }
  return Json{{"opened", {{"secrets", std::move(names)}}}};
}

Json json_of(const StepView& step) {
  Json asks = Json::array();
  for (const Ask& ask : step.asks) {
    asks.push_back(Json{{"name", ask.name},
                        {"kind", name_of(kAskKinds, ask.kind)},
                        {"prompt", ask.prompt},
                        {"expected", ask.expected},
                        {"optional", ask.is_optional},
                        {"new", ask.is_new}});
  }
  Json fields{{"ceremony", step.ceremony},
              {"mode", step.mode},
              {"id", step.id},
              {"kind", step.kind},
              {"title", step.title},
              {"say", step.say},
              {"actor", step.actor},
              {"witness", step.witness},
              {"is_private", step.is_private},
              {"subject", step.subject},
              {"shown", step.shown},
              {"asks", std::move(asks)},
              {"index", step.index},
              {"count", step.count},
              {"records", step.records}};
  return Json{{"step", std::move(fields)}};
}

Json json_of(const StepOutcome& outcome) {
  return Json{{"outcome",
               {{"progress", name_of(kProgresses, outcome.progress)},
                {"public_note", outcome.public_note},
                {"private_note", outcome.private_note},
                {"recorded", outcome.recorded}}}};
}

Json json_of(const Error& error) {
  return Json{{"error", {{"code", name_of(kErrorCodes, error.code)}, {"message", error.message}}}};
}

std::optional<Reply> ready_in(const Json& json) {
  Fields fields(json);
  const bool same = fields.number("protocol") == kProtocol;
  return same && fields.ok() ? std::optional<Reply>(Ready{}) : std::nullopt;
}

std::optional<Reply> done_in(const Json& json) {
  return json.is_object() ? std::optional<Reply>(Done{}) : std::nullopt;
}

std::optional<Reply> opened_in(const Json& json) {
  Fields fields(json);
  const std::vector<std::string> names = fields.texts("secrets");
  const bool has_key = names.size() == 1 && names.front() == kJournalKey;
  return fields.ok() && (names.empty() || has_key)
             ? std::optional<Reply>(Opened{.has_journal_key = has_key})
             : std::nullopt;
}

std::optional<Reply> step_in(const Json& json) {
  Fields fields(json);
  StepView step{.ceremony = fields.text("ceremony"),
                .mode = fields.text("mode"),
                .id = fields.text("id"),
                .kind = fields.text("kind"),
                .title = fields.text("title"),
                .say = fields.text("say"),
                .actor = fields.text("actor"),
                .witness = fields.text("witness"),
                .is_private = fields.flag("is_private"),
                .subject = fields.text("subject"),
                .shown = fields.texts("shown"),
                .asks = {},
                .index = fields.number("index"),
                .count = fields.number("count"),
                .records = fields.texts("records")};
  bool asks_ok = true;
  for (const Json& element : fields.list("asks")) {
    Fields ask(element);
    step.asks.push_back(Ask{.name = ask.text("name"),
                            .kind = named(kAskKinds, ask, "kind"),
                            .prompt = ask.text("prompt"),
                            .expected = ask.text("expected"),
                            .is_optional = ask.flag("optional"),
                            .is_new = ask.flag("new")});
    asks_ok = asks_ok && ask.ok();
  }
  return fields.ok() && asks_ok ? std::optional<Reply>(std::move(step)) : std::nullopt;
}

std::optional<Reply> outcome_in(const Json& json) {
  Fields fields(json);
  StepOutcome outcome{.progress = named(kProgresses, fields, "progress"),
                      .public_note = fields.text("public_note"),
                      .private_note = fields.text("private_note"),
                      .recorded = fields.texts("recorded")};
  return fields.ok() ? std::optional<Reply>(std::move(outcome)) : std::nullopt;
}

std::optional<Reply> error_in(const Json& json) {
  Fields fields(json);
  Error error{named(kErrorCodes, fields, "code"), fields.text("message")};
  return fields.ok() ? std::optional<Reply>(std::move(error)) : std::nullopt;
}

// A reply is an object with one member, whose name says what it is.
struct ReplyForm {
  std::string_view name;
  std::optional<Reply> (*read)(const Json&);
};
constexpr std::array kReplies{
    ReplyForm{"ready", ready_in},
    ReplyForm{"done", done_in},
    ReplyForm{"opened", opened_in},
    ReplyForm{"step", step_in},
    ReplyForm{"outcome", outcome_in},
    ReplyForm{"error", error_in},
};

std::optional<Reply> reply_in(const Json& json) {
  if (!json.is_object() || json.size() != 1) {
    return std::nullopt;
  }
  for (const ReplyForm& form : kReplies) {
    const auto member = json.find(form.name);
    if (member != json.end()) {
      return form.read(*member);
    }
  }
  return std::nullopt;
}

Json json_of(const ProgressNote& note) {
  return Json{{"text", note.text}, {"done", note.permille}};
}

std::optional<ProgressNote> progress_in(const Json& json) {
  Fields fields(json);
  ProgressNote note{.text = fields.text("text"), .permille = fields.permille("done")};
  return fields.ok() ? std::optional(std::move(note)) : std::nullopt;
}

}  // namespace

Result<std::string> encode_reply(const Reply& reply) {
  return written(std::visit([](const auto& alternative) { return json_of(alternative); }, reply));
}

Result<std::string> encode_progress(const ProgressNote& note) {
  return written(json_of(note));
}

Result<Reply> decode_reply(std::string_view text) {
  return decode<Reply>(text, reply_in, encode_reply);
}

Result<ProgressNote> decode_progress(std::string_view text) {
  return decode<ProgressNote>(text, progress_in, encode_progress);
}

}  // namespace ceremony::client
