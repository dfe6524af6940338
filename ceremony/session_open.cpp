// Opening a ceremony: a new one, or one whose journal stands.

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "base/text_encoding.h"
#include "ceremony/fitness.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_sets.h"
#include "ceremony/media_check.h"
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

// Those for whom the journal's key is sealed: PRODUCTION only.
Result<std::vector<X25519PublicKey>> keeper_keys(const Plan& plan) {
  std::vector<X25519PublicKey> keys;
  if (plan.mode != Mode::kProduction) {
    return keys;
  }
  for (const PlannedKeeper& keeper : plan.keepers) {
    auto bytes = base::from_hex(keeper.public_key);
    X25519PublicKey key{};
    if (!bytes || bytes->size() != key.size()) {
      return Error{ErrorCode::kInconsistent,
                   "the key of the record keeper " + keeper.name +
                       " is not 64 hex digits; correct the plan"};
    }
    std::copy(bytes->begin(), bytes->end(), key.begin());
    keys.push_back(key);
  }
  return keys;
}

// Two sites are two places; and what is begun can be written to the end. A REHEARSAL has one disk
// for all its media, and a ceremony that was begun must come to its end with what room there is.
Result<void> check_all_media(const Plan& plan,
                             const client::OpenRequest& room,
                             const World& world) {
  if (auto distinct = check_distinct_sites(room); !distinct) {
    return distinct;
  }
  std::error_code missing;
  const bool has_begun = std::filesystem::exists(journal_path(room, plan), missing);
  return plan.mode == Mode::kRehearsal || has_begun ? Result<void>()
                                                    : check_media(room, world.space_on);
}

// The journal of this ceremony: a new one, or the one that stands.
Result<Journal> open_journal(const Plan& plan,
                             const client::OpenRequest& room,
                             const World& world,
                             const client::RecordKeys& keys) {
  auto keepers = keeper_keys(plan);
  if (!keepers) {
    return std::move(keepers).error();
  }
  const std::string name = record_name(plan);
  JournalOptions options{.journal_path = ceremony::journal_path(room, plan),
                         .transcript_path = room.published / name / "transcript.log",
                         .mode = plan.mode,
                         .clock = world.clock,
                         .date = plan.date,
                         .keepers = std::move(keepers).value(),
                         .journal_key = keys.journal_key ? &*keys.journal_key : nullptr,
                         .keeper_secret = keys.keeper_secret ? &*keys.keeper_secret : nullptr};
  std::error_code ignored;
  if (std::filesystem::exists(options.journal_path, ignored)) {
    return Journal::open(std::move(options));
  }
  for (const auto& folder : {room.confidential / name, room.published / name}) {
    if (auto made = base::make_folder_where_missing(folder); !made) {
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

// A computer that may leak a key is refused before anything is written.
Result<void> check_fit(const Plan& plan, const World& world) {
  if (plan.mode != Mode::kProduction) {
    return {};
  }
  const auto checks = base::check_machine(world.surroundings());
  return base::is_fit_for_production(checks) ? Result<void>() : not_fit_for_production(checks);
}

Error nobody_for(const Step& step, const std::string& role) {
  std::string why = "the plan names no " + role;
  why += ", who has to do the step \"" + step.title;
  why += "\"; nothing was written; add a [[signer]] with role = \"" + role;
  why += "\"";
  return Error{ErrorCode::kRefusedByPolicy, std::move(why)};
}

Result<void> check_people(const Plan& plan, const Step& step) {
  for (const std::string& role : {step.actor, step.witness}) {
    const bool is_planned = std::ranges::any_of(
        plan.signers, [&](const PlannedSigner& signer) { return signer.role == role; });
    if (!is_planned) {
      return nobody_for(step, role);
    }
  }
  return {};
}

Result<void> check_all_people(const Plan& plan, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (auto known = check_people(plan, step); !known) {
      return known;
    }
  }
  return {};
}

// Whoever acts or acknowledges somewhere must come in at the attendance, and sign the record.
Result<void> check_roles(const Plan& plan, const Script& script) {
  for (const auto* const steps : {&script.steps, &script.abort_steps, &script.resume_steps}) {
    if (auto known = check_all_people(plan, *steps); !known) {
      return known;
    }
  }
  return {};
}

// Nothing may follow the destruction of the key. Its own record may still be on its way to a site.
Result<void> check_chain_lives(const Plan& plan, const client::OpenRequest& request) {
  for (const std::filesystem::path& site : request.sites) {
    const auto ledger = read_ledger(site / "ledger");
    const bool is_own =
        ledger && !ledger->records.empty() && ledger->records.back().starts_with(record_name(plan));
    auto may = !ledger || is_own ? Result<void>() : check_may_follow(plan.ceremony, *ledger);
    if (!may) {
      return may;
    }
  }
  return {};
}

Result<Papers> read_papers(const client::OpenRequest& request, const World& world) {
  auto plan = read_plan(request.plan);
  if (!plan) {
    return std::move(plan).error();
  }
  if (auto room = check_room(*plan, request); !room) {
    return std::move(room).error();
  }
  if (auto lives = check_chain_lives(*plan, request); !lives) {
    return std::move(lives).error();
  }
  Annex annex;
  if (!request.annex.empty()) {
    auto read = read_annex(request.annex, *plan);
    if (!read) {
      return std::move(read).error();
    }
    annex = std::move(read).value();
  }
  if (auto fit = check_fit(*plan, world); !fit) {
    return std::move(fit).error();
  }
  if (auto media = check_all_media(*plan, request, world); !media) {
    return std::move(media).error();
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
  if (auto roles = check_roles(*plan, *script); !roles) {
    return std::move(roles).error();
  }
  return Papers{.plan = std::move(plan).value(),
                .annex = std::move(annex),
                .script = std::move(script).value()};
}

}  // namespace

std::filesystem::path journal_path(const client::OpenRequest& room, const Plan& plan) {
  return room.confidential / record_name(plan) / kJournalFile;
}

// Notes that the ceremony is opened, or that it goes back to where its needs are on disk.
Result<void> Session::Body::note_opening(const Json& opening) {
  const bool is_noted = std::ranges::any_of(
      journal.entries(), [](const JournalEntry& entry) { return entry.type == "opened"; });
  if (!is_noted) {
    return append("opened", opening);  // new, or cut off before this could be noted
  }
  if (is_over() || progress.part() == ScriptPart::kAbort) {
    return {};
  }
  const bool is_back = progress.phase() == Phase::kPaused;
  const std::size_t restart = progress.restart_step(script);
  const bool is_in_script = progress.part() == ScriptPart::kScript;
  if (is_in_script && (restart != progress.next_step() || progress.phase() == Phase::kInStep)) {
    const Json data = {{"step", script.steps[restart].id}, {"why", "opened again"}};
    if (auto noted = append("back", data); !noted) {
      return noted;
    }
  }
  return is_back ? append("return", Json::object()) : Result<void>();
}

Result<Session> Session::open(const client::OpenRequest& request,
                              const World& world,
                              const client::RecordKeys& keys) {
  auto papers = read_papers(request, world);
  if (!papers) {
    return std::move(papers).error();
  }
  auto journal = open_journal(papers->plan, request, world, keys);
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
                                      .world = world,
                                      .progress = {},
                                      .held = {}});
  body->opened = body->clocks();
  if (auto caught_up = body->catch_up(); !caught_up) {
    return std::move(caught_up).error();
  }
  if (auto noted = body->note_opening(opening); !noted) {
    return std::move(noted).error();
  }
  return Session(std::move(body));
}

}  // namespace ceremony
