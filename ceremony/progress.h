// ceremony/progress.h - where a ceremony stands: a fold over its journal.
//
// Replaying the journal gives the same state after a crash, and to an auditor years later. What a
// step holds in memory is not on disk: after a restart the ceremony goes back to the last step
// whose needs are.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/journal.h"
#include "ceremony/script.h"

namespace ceremony {

enum class Phase {
  kRunning,  // between steps: the next one may begin
  kInStep,   // a step has begun and is not complete
  kPaused,   // everybody left the room; on the way back the steps of the block "resume" come first
  kClosed,   // the record is sealed; nothing may follow
};

// Whose steps are being done.
enum class ScriptPart {
  kScript,  // the script's own
  kResume,  // blocks/resume.toml; then the script goes on
  kAbort,   // blocks/abort.toml: the ceremony was given up, and its record is closed
};

// The steps of a part.
const std::vector<Step>& steps_of(const Script& script, ScriptPart part);

// What became of the steps so far. Holds no secret and does no I/O.
class Progress {
 public:
  // The state that the journal's entries lead to. Errors: kInconsistent where they do not fit the
  // script.
  static base::Result<Progress> replay(const Script& script,
                                       const std::vector<JournalEntry>& entries);

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] ScriptPart part() const { return part_; }

  // Of the step of part() that is to be done, from 0; the number of steps when all are done.
  [[nodiscard]] std::size_t next_step() const { return next_; }

  // Whether a point of no return of the script was passed.
  [[nodiscard]] bool is_past_return(const Script& script) const;

  // What completed steps found, by name; a later step's fact replaces an earlier one's.
  [[nodiscard]] const std::map<std::string, Json>& facts() const { return facts_; }

  // Publications that were decided and are not yet in the transcript.
  [[nodiscard]] const std::vector<Publication>& unpublished() const { return unpublished_; }

  [[nodiscard]] bool any_exception() const { return any_exception_; }

  // The step of the script from which to go on when nothing is held in memory: the one that its
  // next step needs, directly or through others, or that step itself.
  [[nodiscard]] std::size_t restart_step(const Script& script) const;

  // Takes one more entry into account. Errors: kInconsistent.
  base::Result<void> add(const Script& script, const JournalEntry& entry);

 private:
  [[nodiscard]] std::size_t script_step() const {
    return part_ == ScriptPart::kScript ? next_ : left_at_;
  }
  void turn_to(ScriptPart part);
  [[nodiscard]] std::size_t first_needed_for(const Script& script, std::size_t at) const;
  base::Result<void> add_complete(const Script& script, const Json& data);
  base::Result<void> go_back(const Script& script, const JournalEntry& entry);

  Phase phase_ = Phase::kRunning;
  ScriptPart part_ = ScriptPart::kScript;
  std::size_t next_ = 0;
  std::size_t left_at_ = 0;  // the script's step that waits while another part is done
  std::map<std::string, Json> facts_;
  std::vector<Publication> unpublished_;
  bool any_exception_ = false;
};

// The data of the journal's entry "complete" for a step.
struct Completion {
  std::string step;
  std::string acted_by;
  std::string acknowledged_by;
  Json facts;  // object: name -> value
  std::vector<Publication> publications;
};
Json completion_data(const Completion& completion);

}  // namespace ceremony
