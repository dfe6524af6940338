// ceremony/action.h - what the machine does in a step: one row for each `act` of the scripts.
//
// An action sees its workplace, asks for what it needs, and does one turn at a time. It never
// decides which step comes next, and it publishes only through its Turn, so that `complete` is in
// the journal first.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/machine.h"
#include "base/result.h"
#include "ceremony/client/messages.h"
#include "ceremony/held.h"
#include "ceremony/journal.h"
#include "ceremony/plan.h"
#include "ceremony/progress.h"
#include "ceremony/script.h"
#include "ceremony/typed_secrets.h"

namespace ceremony {

// Everything that an action may look at or change.
struct Workplace {
  const Plan& plan;
  const Annex& annex;
  const client::OpenRequest& room;
  const Script& script;
  const base::Clock& clock;
  base::Surroundings (*surroundings)();
  const Progress& progress;
  Journal& journal;
  const std::map<std::string, Json>& facts;
  Held& held;
  const Step& step;
  const TypedSecrets& typed_secrets;  // of this process

  // The fact of that name. Errors: kInconsistent where no completed step has found it.
  [[nodiscard]] base::Result<Json> fact(std::string_view name) const;
  [[nodiscard]] base::Result<std::string> text_fact(std::string_view name) const;

  // The number of that name; 0 where no completed step has found one.
  [[nodiscard]] std::uint64_t number_fact(std::string_view name) const;

  // The folders of this ceremony's record.
  [[nodiscard]] std::filesystem::path confidential_folder() const;
  [[nodiscard]] std::filesystem::path public_folder() const;
};

// What an action wants before its next turn.
struct Asking {
  std::string subject;  // private: whose turn it is
  std::vector<std::string> shown;
  std::vector<client::Ask> asks;
};

// What a turn came to.
struct Turn {
  client::Progress progress = client::Progress::kStepDone;
  Json facts = Json::object();  // kept when the step is complete
  std::vector<Publication> publications;
  std::string public_note;
  std::string private_note;
};

struct Action {
  std::string_view name;
  base::Result<Asking> (*ask)(const Workplace&);
  base::Result<Turn> (*act)(Workplace&, client::Input&);
};

// An exception of a step as the journal keeps it, under the type "exception".
Json data_of(const Step& step, const client::ExceptionSheet& sheet);

// Notes an exception of the step at hand. Errors: as Journal::append().
base::Result<void> note_exception(const Workplace& work, const client::ExceptionSheet& sheet);

// The row of that name, or nullptr.
const Action* find_action(std::string_view name);

// All names, for the script check.
std::vector<std::string_view> action_names();

// For actions that need nothing but the two people.
base::Result<Asking> ask_nothing(const Workplace& work);

// The tables of the parts that ceremonies are made of; find_action() looks through all of them.
std::span<const Action> attendance_actions();
std::span<const Action> clock_actions();
std::span<const Action> record_actions();
std::span<const Action> birth_actions();
std::span<const Action> share_actions();
std::span<const Action> bag_actions();
std::span<const Action> custody_actions();
std::span<const Action> quorum_actions();
std::span<const Action> issue_actions();
std::span<const Action> crl_actions();
std::span<const Action> cross_actions();
std::span<const Action> vault_actions();
std::span<const Action> life_actions();
std::span<const Action> site_actions();
std::span<const Action> merge_actions();
std::span<const Action> activation_actions();
std::span<const Action> reshare_actions();
std::span<const Action> retiring_actions();
std::span<const Action> destruction_actions();
std::span<const Action> key_end_actions();
std::span<const Action> signing_key_actions();
std::span<const Action> artefact_actions();

}  // namespace ceremony
