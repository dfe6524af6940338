// tests/session/stage.h - a rehearsal in a temporary folder, played by a Session in this process,
// with a hook before each turn.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/calendar.h"
#include "base/machine.h"
#include "ceremony/cli/player.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/progress.h"
#include "support/temporary_folder.h"

namespace stage {

// What a test does before a step's turn; it may change files, or the input that goes in.
using Hook = std::function<void(const ceremony::client::StepView&, ceremony::client::Input&)>;

enum class How { kPowerCut, kPause, kAbort };

// The power is cut right before a step's turn, or the ceremony is paused, and it is opened again;
// or it is given up there. What is on the media can be changed in between.
struct PowerCut {
  std::string before;   // the step's id; "" for none
  int after_turns = 0;  // so many turns of the step are done before
  std::function<void()> meanwhile = {};
  How how = How::kPowerCut;
  std::string ceremony = {};  // "": whichever comes to that step first
};

// What happens to a ceremony right before a turn.
enum class Mishap { kNone, kPowerCut, kPause, kException };
using Befalls = std::function<Mishap(const ceremony::client::StepView&)>;

// Told after every turn what the journal alone says: the ceremony's name, and its state. Where that
// is another state than the session's, the turn fails.
using Replayed = std::function<void(const std::string&, const ceremony::Progress&)>;

// Told what a turn gave.
using Told =
    std::function<void(const ceremony::client::StepView&, const ceremony::client::StepOutcome&)>;

// Who and when; as a rule 2 of 3, by the machine's clock.
struct Setting {
  unsigned threshold = 2;
  unsigned shares = 3;
  ceremony::Mode mode = ceremony::Mode::kRehearsal;
  base::Surroundings (*surroundings)() = base::Surroundings::of_this_process;
  const base::Clock* clock = nullptr;  // nullptr: the machine's; else it outlives the stage
  PowerCut cut = {};
  std::vector<std::string> carriers = {};  // of the holders, in their order
  Befalls befalls = {};                    // asked before each turn, as often as it is come back to
  std::function<bool()> mend = {};  // after a refusal: true where the turn is to be done again
  std::filesystem::path data = {};  // scripts and profiles; "": those that are shipped
  std::string root_profile = "root";
  bool is_all = false;     // run() has the re-share and the destruction, too
  Told told = {};          // after every turn that was done
  Replayed replayed = {};  // where it is set, every turn is replayed
};

// A rehearsal with P-256 and fast passphrases.
class Stage {
 public:
  explicit Stage(Hook hook = {}) : Stage(Setting{}, std::move(hook)) {}
  Stage(const Setting& setting, Hook hook);

  [[nodiscard]] const std::filesystem::path& out() const { return out_; }
  ceremony::cli::Rehearsal& rehearsal() { return rehearsal_; }

  // Prepares and generates the root; "" or the message of the error.
  std::string generate_root();

 private:
  support::TemporaryFolder folder_;
  std::filesystem::path out_;
  ceremony::cli::Rehearsal rehearsal_;
};

// In what two states differ, as words for a message; "" where they are the same.
std::string difference(const ceremony::Progress& one, const ceremony::Progress& other);

// The public transcript of a record: "0001-root-generation".
std::string transcript_of(const Stage& stage, const std::string& record);

// Changes one byte in the middle of a file.
void flip_byte(const std::filesystem::path& file);

}  // namespace stage
