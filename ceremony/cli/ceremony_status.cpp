#include "ceremony/cli/ceremony_status.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/cli/ceremony_room.h"
#include "ceremony/journal_reader.h"
#include "ceremony/progress.h"
#include "ceremony/session.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr std::size_t kLargestCeremonyJournal = std::size_t{64} << 20U;  // bytes

Result<std::vector<JournalEntry>> entries_of(const client::OpenRequest& room,
                                             const Plan& plan,
                                             const client::RecordKeys& keys) {
  auto bytes = base::read_file(journal_path(room, plan), kLargestCeremonyJournal);
  if (!bytes) {
    return std::move(bytes).error();
  }
  return read_stored_journal(
      base::text_of(*bytes),
      {.journal_key = keys.journal_key ? &*keys.journal_key : nullptr,
       .keeper_secret = keys.keeper_secret ? &*keys.keeper_secret : nullptr});
}

Standing standing_of(const Progress& progress) {
  if (progress.phase() == Phase::kClosed) {
    return Standing::kSealed;
  }
  if (progress.phase() == Phase::kPaused) {
    return Standing::kPaused;
  }
  return progress.part() == ScriptPart::kAbort ? Standing::kGivenUp : Standing::kRunning;
}

// The step that comes when the ceremony is opened again: nothing is in memory then.
void tell_step(const Script& script, const Progress& progress, CeremonyStatus& status) {
  const bool is_script =
      progress.part() == ScriptPart::kScript && status.standing != Standing::kSealed;
  const std::vector<Step>& steps = steps_of(script, progress.part());
  const std::size_t next = is_script ? progress.restart_step(script) : progress.next_step();
  status.count = static_cast<std::uint32_t>(steps.size());
  if (next >= steps.size()) {
    return;
  }
  status.index = static_cast<std::uint32_t>(next);
  status.step = steps[next].id;
  status.title = steps[next].title;
  status.actor = steps[next].actor;
  status.witness = steps[next].witness;
}

std::string_view name_of_standing(Standing standing) {
  switch (standing) {
    case Standing::kNotBegun:
      return "not-begun";
    case Standing::kRunning:
      return "running";
    case Standing::kPaused:
      return "paused";
    case Standing::kGivenUp:
      return "given-up";
    case Standing::kSealed:
      return "sealed";
  }
  return "";
}

std::string_view sentence_of(Standing standing) {
  switch (standing) {
    case Standing::kNotBegun:
      return "It has not begun. Begin it with \"conclave ceremony run\".";
    case Standing::kRunning:
      return "It is not finished. Go on with \"conclave ceremony resume\", where nobody holds it "
             "now.";
    case Standing::kPaused:
      return "It is paused. Go on with \"conclave ceremony resume\", and bring the words of the "
             "resume ticket.";
    case Standing::kGivenUp:
      return "It was given up. Close its record with \"conclave ceremony resume\".";
    case Standing::kSealed:
      return "Its record is sealed. Nothing may follow.";
  }
  return "";
}

}  // namespace

Result<CeremonyStatus> status_of(const client::OpenRequest& room,
                                 const Plan& plan,
                                 const client::RecordKeys& keys) {
  CeremonyStatus status;
  status.record = record_name(plan);
  status.mode = std::string(name_of(plan.mode));
  if (!has_begun(room, plan)) {
    return status;
  }
  auto script = load_script(room.data / "scripts", plan.ceremony, action_names());
  if (!script) {
    return std::move(script).error();
  }
  auto entries = entries_of(room, plan, keys);
  if (!entries) {
    return std::move(entries).error();
  }
  auto progress = Progress::replay(*script, *entries);
  if (!progress) {
    return std::move(progress).error();
  }
  status.standing = standing_of(*progress);
  status.any_exception = progress->any_exception();
  status.public_entries = static_cast<std::uint64_t>(std::ranges::count_if(
      *entries, [](const JournalEntry& entry) { return entry.type == "public"; }));
  tell_step(*script, *progress, status);
  return status;
}

std::string status_text(const CeremonyStatus& status) {
  std::string text =
      status.record + " [" + status.mode + "]\n" + std::string(sentence_of(status.standing)) + "\n";
  if (!status.step.empty()) {
    text += "Next: step " + std::to_string(status.index + 1) + " of " +
            std::to_string(status.count) + ", " + status.title + " (the " + status.actor +
            " acts, the " + status.witness + " acknowledges)\n";
  }
  if (status.standing != Standing::kNotBegun) {
    text += "Public record: " + std::to_string(status.public_entries) +
            (status.public_entries == 1 ? " entry" : " entries") +
            "\nExceptions: " + (status.any_exception ? "yes" : "none") + "\n";
  }
  return text;
}

std::string status_json(const CeremonyStatus& status) {
  const nlohmann::ordered_json json = {{"format", "conclave-ceremony-status-1"},
                                       {"record", status.record},
                                       {"mode", status.mode},
                                       {"standing", name_of_standing(status.standing)},
                                       {"step", status.step},
                                       {"title", status.title},
                                       {"actor", status.actor},
                                       {"witness", status.witness},
                                       {"index", status.index},
                                       {"count", status.count},
                                       {"any_exception", status.any_exception},
                                       {"public_entries", status.public_entries}};
  return json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ceremony::cli
