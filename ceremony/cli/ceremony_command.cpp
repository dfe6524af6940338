// `conclave ceremony`: holds a ceremony in a terminal, or unattended with a file of answers.

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "base/media.h"
#include "base/secret_bytes.h"
#include "ceremony/cli/answers_desk.h"
#include "ceremony/cli/ceremony_room.h"
#include "ceremony/cli/ceremony_runner.h"
#include "ceremony/cli/ceremony_status.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/terminal_desk.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct CeremonyOptions {
  RoomOptions room;
  std::string answers;
  std::string reason;
  client::ExceptionSheet sheet;
  bool json = false;
};

// What every verb begins with.
struct Prepared {
  Plan plan;
  client::OpenRequest room;
};

Result<Prepared> prepare(const CeremonyOptions& options) {
  if (auto locked = base::require_secret_memory(std::size_t{1} << 20U); !locked) {
    return std::move(locked).error();
  }
  auto plan = read_plan(options.room.plan);
  if (!plan) {
    return std::move(plan).error();
  }
  auto room = room_of(options.room);
  if (!room) {
    return std::move(room).error();
  }
  return Prepared{.plan = std::move(plan).value(), .room = std::move(room).value()};
}

Result<void> make_record_folders(const client::OpenRequest& room) {
  for (const auto& folder : {room.confidential.parent_path(), room.confidential, room.published}) {
    if (auto made = base::make_folder_where_missing(folder); !made) {
      return made;
    }
  }
  return {};
}

Result<Answers> answers_for(const CeremonyOptions& options, const Plan& plan) {
  if (plan.mode == Mode::kProduction) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "a PRODUCTION ceremony is held by people at a terminal; a file of answers is for "
                 "REHEARSAL and DRILL; nothing was begun; leave --answers out"};
  }
  auto answers = read_answers(options.answers);
  if (answers && answers->ceremony != plan.ceremony) {
    return Error{ErrorCode::kInconsistent,
                 "these are answers for the ceremony " + answers->ceremony +
                     ", and the plan is of " + plan.ceremony +
                     "; nothing was begun; take the answers that belong to the plan"};
  }
  return answers;
}

// Begins the ceremony or goes on with it. In PRODUCTION the ticket is written before anything else.
Result<std::unique_ptr<Player>> open_ceremony(const CeremonyOptions& options,
                                              const Prepared& prepared) {
  const bool is_new = !has_begun(prepared.room, prepared.plan);
  if (is_new) {
    auto may = check_new_ticket(options.room, prepared.plan);
    if (may) {
      may = make_record_folders(prepared.room);
    }
    if (!may) {
      return std::move(may).error();
    }
  }
  auto keys = is_new ? Result<client::RecordKeys>(client::RecordKeys())
                     : record_keys_of(options.room, prepared.plan);
  if (!keys) {
    return std::move(keys).error();
  }
  auto player = open_engine_player(prepared.room, std::move(keys).value());
  if (!player || !is_new || (*player)->journal_key() == nullptr) {
    return player;
  }
  if (auto written = write_ticket(options.room, *(*player)->journal_key()); !written) {
    return std::move(written).error();
  }
  return player;
}

Result<Ending> hold_at(Desk& desk, const CeremonyOptions& options, const Prepared& prepared) {
  auto player = open_ceremony(options, prepared);
  if (!player) {
    return std::move(player).error();
  }
  return hold_ceremony(
      {.room = prepared.room, .open = open_engine_player}, std::move(player).value(), desk);
}

Result<Ending> hold(const CeremonyOptions& options, const Prepared& prepared) {
  auto interruptions = Interruptions::listen();
  if (!interruptions) {
    return std::move(interruptions).error();
  }
  if (!options.answers.empty()) {
    auto answers = answers_for(options, prepared.plan);
    if (!answers) {
      return std::move(answers).error();
    }
    AnswersDesk desk(std::move(answers).value(), *interruptions);
    return hold_at(desk, options, prepared);
  }
  auto terminal = Terminal::open(*interruptions);
  if (!terminal) {
    return std::move(terminal).error();
  }
  TerminalDesk desk(*terminal);
  return hold_at(desk, options, prepared);
}

void print_how_to_go_on() {
  std::cout << "Where it stands: conclave ceremony status. Go on with: conclave ceremony resume, "
               "and the same plan and folders.\n";
}

ExitCode tell_ending(const Result<Ending>& ending, const Prepared& prepared) {
  if (!ending) {
    const ExitCode code = report(ending.error());
    if (has_begun(prepared.room, prepared.plan)) {
      print_how_to_go_on();
    }
    return code;
  }
  if (*ending == Ending::kPaused) {
    print_how_to_go_on();
    return ExitCode::kDone;
  }
  std::cout << "\nThe record is sealed. It lies in "
            << (prepared.room.published / record_name(prepared.plan)).string()
            << "; verify it with:\n  conclave transcript verify --signers SIGNERS "
            << prepared.room.published.string() << '\n';
  return ExitCode::kDone;
}

ExitCode run_ceremony_verb(const CeremonyOptions& options) {
  auto prepared = prepare(options);
  if (!prepared) {
    return report(prepared.error());
  }
  return tell_ending(hold(options, *prepared), *prepared);
}

Result<Prepared> prepare_begun(const CeremonyOptions& options) {
  auto prepared = prepare(options);
  if (prepared && !has_begun(prepared->room, prepared->plan)) {
    return Error{ErrorCode::kNotFound,
                 "the ceremony of this plan has not begun in this record folder; begin it with "
                 "\"conclave ceremony run\", or look for the right folder"};
  }
  return prepared;
}

ExitCode resume_ceremony(const CeremonyOptions& options) {
  auto prepared = prepare_begun(options);
  if (!prepared) {
    return report(prepared.error());
  }
  return tell_ending(hold(options, *prepared), *prepared);
}

// A verb that does one thing to a ceremony which nobody holds at the moment.
template <typename Act>
ExitCode act_on_begun(const CeremonyOptions& options, Act act) {
  auto prepared = prepare_begun(options);
  if (!prepared) {
    return report(prepared.error());
  }
  auto player = open_ceremony(options, *prepared);
  if (!player) {
    return report(player.error());
  }
  Result<void> done = act(**player);
  const Result<void> closed = (*player)->close();
  if (!done || !closed) {
    return report(done ? closed.error() : done.error());
  }
  print_how_to_go_on();
  return ExitCode::kDone;
}

ExitCode pause_ceremony(const CeremonyOptions& options) {
  return act_on_begun(options, [&](Player& player) -> Result<void> {
    auto paused = player.pause(options.reason);
    if (!paused) {
      return std::move(paused).error();
    }
    std::cout << "RESUME TICKET: " << paused->public_note << '\n';
    return {};
  });
}

ExitCode raise_exception(const CeremonyOptions& options) {
  return act_on_begun(options,
                      [&](Player& player) { return player.raise_exception(options.sheet); });
}

// After it the steps that close the record are done, like those of any ceremony.
ExitCode abort_ceremony(const CeremonyOptions& options) {
  const ExitCode given_up =
      act_on_begun(options, [&](Player& player) { return player.abort(options.reason); });
  return given_up == ExitCode::kDone ? resume_ceremony(options) : given_up;
}

ExitCode show_ceremony_status(const CeremonyOptions& options) {
  auto prepared = prepare(options);
  if (!prepared) {
    return report(prepared.error());
  }
  auto keys = has_begun(prepared->room, prepared->plan)
                  ? record_keys_of(options.room, prepared->plan)
                  : Result<client::RecordKeys>(client::RecordKeys());
  if (!keys) {
    return report(keys.error());
  }
  auto status = status_of(prepared->room, prepared->plan, *keys);
  if (!status) {
    return report(status.error());
  }
  std::cout << (options.json ? status_json(*status) : status_text(*status));
  return ExitCode::kDone;
}

// A verb of `conclave ceremony`: what it is called, what it is for, and what it does.
struct CeremonyVerb {
  const char* name;
  const char* help;
  ExitCode (*act)(const CeremonyOptions&);
};

constexpr CeremonyVerb kRun{
    "run",
    "Holds the ceremony of a plan, one step at a time: who acts, what to say, what is recorded.\n"
    "It asks for what each step needs; PINs and passphrases are typed unseen. Instead of any\n"
    "answer you can type: pause, exception, abort, or ? for help. Ctrl-C leaves the ceremony as\n"
    "it stands, and nothing that was recorded is lost.\n"
    "Example: conclave ceremony run plan.toml --annex annex.toml --record record\n"
    "           --vault site-1 --vault site-2 --holders sticks --in in --out out",
    run_ceremony_verb};
constexpr CeremonyVerb kResume{
    "resume",
    "Goes on with a ceremony that was paused, interrupted or given up, at the last step whose\n"
    "needs are on the media. After a pause the words of the resume ticket are asked for.",
    resume_ceremony};
constexpr CeremonyVerb kStatus{
    "status",
    "Says where the ceremony stands, from its record folder alone. Changes nothing, and says\n"
    "nothing confidential.",
    show_ceremony_status};
constexpr CeremonyVerb kPause{
    "pause",
    "Notes a pause of a ceremony that nobody holds at the moment, and shows the words of its\n"
    "resume ticket. (Where it is being held, type: pause.)",
    pause_ceremony};
constexpr CeremonyVerb kException{
    "exception",
    "Writes an exception sheet to the journal of a ceremony that nobody holds at the moment.\n"
    "(Where it is being held, type: exception.)",
    raise_exception};
constexpr CeremonyVerb kAbort{
    "abort",
    "Gives up a ceremony that nobody holds at the moment: what it wrote is void, and its record\n"
    "is closed, signed and chained like any other. (Where it is being held, type: abort.)",
    abort_ceremony};

CLI::App& add_ceremony_verb(CLI::App& ceremony,
                            const CeremonyVerb& verb,
                            const std::shared_ptr<CeremonyOptions>& options,
                            Outcome& outcome) {
  CLI::App& added = *ceremony.add_subcommand(verb.name, verb.help);
  added.callback([options, &outcome, act = verb.act] { outcome.code = act(*options); });
  return added;
}

void add_answers_option(CLI::App& verb, CeremonyOptions& options) {
  verb.add_option("--answers",
                  options.answers,
                  "REHEARSAL and DRILL only: hold it unattended with these answers (TOML; "
                  "docs/formats/answers.md)")
      ->check(objection_to_file_name);
}

void add_sheet_options(CLI::App& verb, client::ExceptionSheet& sheet) {
  verb.add_option("--expected", sheet.expected, "What was expected")->required();
  verb.add_option("--seen", sheet.seen, "What was seen")->required();
  verb.add_option("--decided", sheet.decided, "What was decided")->required();
  verb.add_option("--by", sheet.raised_by, "The role of whoever raised it")->required();
}

}  // namespace

void add_ceremony_commands(CLI::App& app, Outcome& outcome) {
  CLI::App& ceremony =
      *app.add_subcommand("ceremony", "Hold a ceremony in a terminal, or see where it stands");
  ceremony.require_subcommand(1);
  const auto options = std::make_shared<CeremonyOptions>();
  for (const CeremonyVerb& held : {kRun, kResume}) {
    CLI::App& verb = add_ceremony_verb(ceremony, held, options, outcome);
    add_room_options(verb, options->room);
    add_answers_option(verb, *options);
  }
  CLI::App& status = add_ceremony_verb(ceremony, kStatus, options, outcome);
  add_record_options(status, options->room);
  status.add_flag("--json", options->json, "The state for programs");

  CLI::App& pause = add_ceremony_verb(ceremony, kPause, options, outcome);
  add_room_options(pause, options->room);
  pause.add_option("--reason", options->reason, "Why; goes to the journal")->required();

  CLI::App& exception = add_ceremony_verb(ceremony, kException, options, outcome);
  add_room_options(exception, options->room);
  add_sheet_options(exception, options->sheet);

  CLI::App& abort = add_ceremony_verb(ceremony, kAbort, options, outcome);
  add_room_options(abort, options->room);
  add_answers_option(abort, *options);
  abort.add_option("--reason", options->reason, "Why; goes to the journal")->required();
}

}  // namespace ceremony::cli
