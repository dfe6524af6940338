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
  kClosed,   // the record is sealed; nothing may follow
  kAborted,  // given up, and the record says why
};

// A public entry that a completed step asked for.
struct Publication {
  std::string type;
  Json data;
  std::vector<HiddenFact> hidden;
};

// What became of the steps so far. Holds no secret and does no I/O.
class Progress {
 public:
  // The state that the journal's entries lead to. Errors: kInconsistent where they do not fit the
  // script.
  static base::Result<Progress> replay(const Script& script,
                                       const std::vector<JournalEntry>& entries);

  [[nodiscard]] Phase phase() const { return phase_; }

  // Of the step that is to be done, from 0; the number of steps when all are done.
  [[nodiscard]] std::size_t next_step() const { return next_; }

  // What completed steps found, by name; a later step's fact replaces an earlier one's.
  [[nodiscard]] const std::map<std::string, Json>& facts() const { return facts_; }

  // Publications that were decided and are not yet in the transcript.
  [[nodiscard]] const std::vector<Publication>& unpublished() const { return unpublished_; }

  [[nodiscard]] bool any_exception() const { return any_exception_; }

  // The step from which to go on when nothing is held in memory: the one that next_step() needs,
  // directly or through others, or next_step() itself.
  [[nodiscard]] std::size_t restart_step(const Script& script) const;

  // Takes one more entry into account. Errors: kInconsistent.
  base::Result<void> add(const Script& script, const JournalEntry& entry);

 private:
  [[nodiscard]] std::size_t first_needed_for(const Script& script, std::size_t at) const;
  base::Result<void> add_complete(const Script& script, const Json& data);
  base::Result<void> go_back(const Script& script, const JournalEntry& entry);

  Phase phase_ = Phase::kRunning;
  std::size_t next_ = 0;
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
