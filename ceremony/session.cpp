#include "ceremony/session.h"

#include <algorithm>
#include <utility>

#include "base/media.h"
#include "ceremony/action.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What a step without an act does: people do it, and the record says that they did.
constexpr Action kByPeople{
    .name = "",
    .ask = ask_nothing,
    .act = [](Workplace& /*work*/, client::Input& /*input*/) -> Result<Turn> { return Turn{}; }};

const Action& action_of(const Step& step) {
  const Action* const action = step.act.empty() ? &kByPeople : find_action(step.act);
  return action == nullptr ? kByPeople : *action;  // the script check has found unknown names
}

Result<void> check_seats(const Step& step, const client::Input& input) {
  if (input.step != step.id) {
    return Error{ErrorCode::kWrongState,
                 "the ceremony is at the step \"" + step.id + "\" and not at \"" + input.step +
                     "\"; do the step that is shown"};
  }
  if (input.acted_by == input.acknowledged_by) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the same person would act and acknowledge; let another person acknowledge"};
  }
  if (input.acted_by != step.actor || input.acknowledged_by != step.witness) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this step is done by the " + step.actor + " and acknowledged by the " +
                     step.witness + "; let these two do it"};
  }
  return {};
}

Result<void> check_phrase(const Step& step, const client::Input& input) {
  if (step.phrase.empty()) {
    return {};
  }
  const auto typed = input.texts.find("phrase");
  if (typed == input.texts.end() || typed->second != step.phrase) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "what was typed is not \"" + step.phrase +
                     "\", letter by letter; nothing was done; type it exactly, or raise an "
                     "exception"};
  }
  return {};
}

Result<void> check_room(const Plan& plan, const client::OpenRequest& room) {
  if (room.confidential.empty() || room.published.empty() || room.data.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the ceremony needs a folder for the confidential record, one for the public "
                 "record, and its data folder; name all three"};
  }
  if (plan.annex_sha256.empty() != room.annex.empty()) {
    return Error{
        ErrorCode::kRefusedByPolicy,
        "the plan and the room disagree on whether there is an annex; bring the annex that "
        "belongs to the plan, and only that one"};
  }
  return {};
}

}  // namespace

// Everything of one open session.
struct Session::Body {
  // Brings `progress` up to date with the journal, and the transcript with `progress`.
  Result<void> catch_up() {
    auto replayed = Progress::replay(script, journal.entries());
    if (!replayed) {
      return std::move(replayed).error();
    }
    progress = std::move(replayed).value();
    while (!progress.unpublished().empty()) {
      const Publication next = progress.unpublished().front();
      if (auto published = journal.publish(next.type, next.data, next.hidden); !published) {
        return std::move(published).error();
      }
      if (auto added = progress.add(script, journal.entries().back()); !added) {
        return std::move(added).error();
      }
    }
    return {};
  }

  Result<void> append(std::string_view type, const Json& data) {
    if (auto appended = journal.append(type, data); !appended) {
      return std::move(appended).error();
    }
    return progress.add(script, journal.entries().back());
  }

  [[nodiscard]] const Step& step() const { return script.steps[progress.next_step()]; }

  [[nodiscard]] Workplace workplace(const Step& at) {
    return {.plan = plan,
            .annex = annex,
            .room = room,
            .script = script,
            .clock = *clock,
            .journal = journal,
            .facts = progress.facts(),
            .held = held,
            .step = at};
  }

  [[nodiscard]] bool is_over() const {
    return progress.phase() == Phase::kClosed || progress.phase() == Phase::kAborted;
  }

  [[nodiscard]] bool wants_fresh_engine() const {
    return !is_over() && step().is_fresh && has_worked;
  }

  Result<client::StepOutcome> perform(client::Input& input);
  Result<client::StepOutcome> complete(const Step& at, const client::Input& input, Turn turn);
  Result<void> begin(const Step& at);
  Error refuse(const Step& at, Error error);

  Plan plan;
  Annex annex;
  client::OpenRequest room;
  Script script;
  Journal journal;
  const base::Clock* clock = nullptr;
  Progress progress;
  Held held;
  bool has_worked = false;  // a step was completed by this process
};

Result<void> Session::Body::begin(const Step& at) {
  if (progress.phase() == Phase::kInStep) {
    return {};
  }
  held.turn = 0;
  return append("begin", {{"step", at.id}});
}

// Writes the refusal down; where even that fails, says so instead.
Error Session::Body::refuse(const Step& at, Error error) {
  const Json data = {{"step", at.id}, {"why", error.message}};
  if (auto noted = append("refused", data); !noted) {
    return std::move(noted).error();
  }
  return error;
}

Result<client::StepOutcome> Session::Body::complete(const Step& at,
                                                    const client::Input& input,
                                                    Turn turn) {
  for (const std::string& thing : at.drops) {
    held.drop(thing);
  }
  const Completion completion{.step = at.id,
                              .acted_by = input.acted_by,
                              .acknowledged_by = input.acknowledged_by,
                              .facts = std::move(turn.facts),
                              .publications = std::move(turn.publications)};
  if (auto written = append("complete", completion_data(completion)); !written) {
    return std::move(written).error();
  }
  if (auto caught_up = catch_up(); !caught_up) {
    return std::move(caught_up).error();
  }
  has_worked = true;
  auto next = client::Progress::kStepDone;
  if (is_over()) {
    next = client::Progress::kCeremonyDone;
  } else if (wants_fresh_engine()) {
    next = client::Progress::kFreshEngine;
  }
  return client::StepOutcome{.progress = next,
                             .public_note = std::move(turn.public_note),
                             .private_note = std::move(turn.private_note)};
}

Result<client::StepOutcome> Session::Body::perform(client::Input& input) {
  if (is_over()) {
    return Error{ErrorCode::kWrongState, "this ceremony is over; nothing may follow its seal"};
  }
  if (wants_fresh_engine()) {
    return Error{
        ErrorCode::kWrongState,
        "this step begins in a new process, so that nothing is left in memory from before; "
        "open the ceremony again"};
  }
  const Step at = step();
  if (auto seats = check_seats(at, input); !seats) {
    return refuse(at, std::move(seats).error());
  }
  if (auto phrase = check_phrase(at, input); !phrase) {
    return refuse(at, std::move(phrase).error());
  }
  if (auto begun = begin(at); !begun) {
    return std::move(begun).error();
  }
  Workplace work = workplace(at);
  auto turn = action_of(at).act(work, input);
  if (!turn) {
    return refuse(at, std::move(turn).error());
  }
  if (turn->progress == client::Progress::kAskAgain) {
    ++held.turn;
    return client::StepOutcome{.progress = client::Progress::kAskAgain,
                               .public_note = turn->public_note,
                               .private_note = turn->private_note};
  }
  return complete(at, input, std::move(turn).value());
}

Session::Session(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

namespace {

// The journal of this ceremony: a new one, or the one that stands.
Result<Journal> open_journal(const Plan& plan,
                             const client::OpenRequest& room,
                             const base::Clock& clock) {
  std::string name = std::to_string(plan.sequence % 10000U);
  name = std::string(4 - std::min<std::size_t>(4, name.size()), '0') + name + "-" + plan.ceremony;
  JournalOptions options{.journal_path = room.confidential / name / "journal.log",
                         .transcript_path = room.published / name / "transcript.log",
                         .mode = plan.mode,
                         .clock = &clock,
                         .keepers = {}};
  std::error_code ignored;
  if (std::filesystem::exists(options.journal_path, ignored)) {
    return Journal::open(std::move(options));
  }
  for (const auto& folder : {room.confidential / name, room.published / name}) {
    if (std::filesystem::exists(folder, ignored)) {
      continue;
    }
    if (auto made = base::make_new_folder(folder); !made) {
      return std::move(made).error();
    }
  }
  return Journal::create(std::move(options));
}

// What the journal's first entry of ours says: that this plan and script are meant.
Json opening_data(const Plan& plan, const Script& script) {
  return {{"ceremony", plan.ceremony}, {"plan", plan.sha256}, {"script", script.sha256}};
}

Result<void> check_opening(const Journal& journal, const Json& expected) {
  for (const JournalEntry& entry : journal.entries()) {
    if (entry.type == "opened") {
      if (entry.data == expected) {
        return {};
      }
      return Error{ErrorCode::kInconsistent,
                   "this ceremony was begun with another plan or script; go on with the same ones, "
                   "or abort it first"};
    }
  }
  return {};
}

}  // namespace

Result<Session> Session::open(const client::OpenRequest& request, const base::Clock& clock) {
  auto plan = read_plan(request.plan);
  if (!plan) {
    return std::move(plan).error();
  }
  if (auto room = check_room(*plan, request); !room) {
    return std::move(room).error();
  }
  Annex annex;
  if (!request.annex.empty()) {
    auto read = read_annex(request.annex, *plan);
    if (!read) {
      return std::move(read).error();
    }
    annex = std::move(read).value();
  }
  auto script = load_script(request.data / "scripts", plan->ceremony, action_names());
  if (!script) {
    return std::move(script).error();
  }
  if (std::find(script->modes.begin(), script->modes.end(), plan->mode) == script->modes.end()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this ceremony is not held in mode " + std::string(name_of(plan->mode)) +
                     "; correct the mode in the plan"};
  }
  auto journal = open_journal(*plan, request, clock);
  if (!journal) {
    return std::move(journal).error();
  }
  const Json opening = opening_data(*plan, *script);
  if (auto same = check_opening(*journal, opening); !same) {
    return std::move(same).error();
  }
  const bool is_new = journal->entries().size() == 1;
  std::unique_ptr<Body> body(new Body{.plan = std::move(plan).value(),
                                      .annex = std::move(annex),
                                      .room = request,
                                      .script = std::move(script).value(),
                                      .journal = std::move(journal).value(),
                                      .clock = &clock,
                                      .progress = {},
                                      .held = {}});
  if (auto caught_up = body->catch_up(); !caught_up) {
    return std::move(caught_up).error();
  }
  if (auto noted = is_new ? body->append("opened", opening) : Result<void>(); !noted) {
    return std::move(noted).error();
  }
  const std::size_t restart = body->progress.restart_step(body->script);
  const bool is_unfinished = body->progress.phase() == Phase::kInStep;
  if (!body->is_over() && (restart != body->progress.next_step() || is_unfinished)) {
    const Json back = {{"step", body->script.steps[restart].id}, {"why", "opened again"}};
    if (auto noted = body->append("back", back); !noted) {
      return std::move(noted).error();
    }
  }
  return Session(std::move(body));
}

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
