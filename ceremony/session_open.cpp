// Opening a ceremony: a new one, or one whose journal stands.

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "ceremony/session_body.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

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

// The journal of this ceremony: a new one, or the one that stands.
Result<Journal> open_journal(const Plan& plan,
                             const client::OpenRequest& room,
                             const base::Clock& clock) {
  const std::string name = record_name(plan);
  JournalOptions options{.journal_path = room.confidential / name / "journal.log",
                         .transcript_path = room.published / name / "transcript.log",
                         .mode = plan.mode,
                         .clock = &clock,
                         .date = plan.date,
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
  const auto& entries = journal.entries();
  const auto opened = std::find_if(entries.begin(), entries.end(), [](const JournalEntry& entry) {
    return entry.type == "opened";
  });
  if (opened == entries.end() || opened->data == expected) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "this ceremony was begun with another plan or script; go on with the same ones, "
               "or abort it first"};
}

// Everything that is read before a journal is touched.
struct Papers {
  Plan plan;
  Annex annex;
  Script script;
};

// The keepers need keys of their own, and every new process the journal's key.
Error no_production_yet() {
  return Error{ErrorCode::kRefusedByPolicy,
               "this release holds no PRODUCTION ceremony yet: its record has to be encrypted for "
               "record keepers, and a plan cannot name them so far; nothing was written; rehearse "
               "with mode = \"REHEARSAL\""};
}

Result<Papers> read_papers(const client::OpenRequest& request) {
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
  if (plan->mode == Mode::kProduction) {
    return no_production_yet();
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
  return Papers{.plan = std::move(plan).value(),
                .annex = std::move(annex),
                .script = std::move(script).value()};
}

}  // namespace

// Notes that the ceremony is opened, or that it goes back to where its needs are on disk.
Result<void> Session::Body::note_opening(const Json& opening) {
  const bool is_noted = std::ranges::any_of(
      journal.entries(), [](const JournalEntry& entry) { return entry.type == "opened"; });
  if (!is_noted) {
    return append("opened", opening);  // new, or cut off before this could be noted
  }
  if (is_over()) {
    return {};
  }
  const std::size_t restart = progress.restart_step(script);
  if (restart == progress.next_step() && progress.phase() != Phase::kInStep) {
    return {};
  }
  return append("back", {{"step", script.steps[restart].id}, {"why", "opened again"}});
}

Result<Session> Session::open(const client::OpenRequest& request, const base::Clock& clock) {
  auto papers = read_papers(request);
  if (!papers) {
    return std::move(papers).error();
  }
  auto journal = open_journal(papers->plan, request, clock);
  if (!journal) {
    return std::move(journal).error();
  }
  const Json opening = opening_data(papers->plan, papers->script);
  if (auto same = check_opening(*journal, opening); !same) {
    return std::move(same).error();
  }
  std::unique_ptr<Body> body(new Body{.plan = std::move(papers->plan),
                                      .annex = std::move(papers->annex),
                                      .room = request,
                                      .script = std::move(papers->script),
                                      .journal = std::move(journal).value(),
                                      .clock = &clock,
                                      .progress = {},
                                      .held = {}});
  if (auto caught_up = body->catch_up(); !caught_up) {
    return std::move(caught_up).error();
  }
  if (auto noted = body->note_opening(opening); !noted) {
    return std::move(noted).error();
  }
  return Session(std::move(body));
}

}  // namespace ceremony
