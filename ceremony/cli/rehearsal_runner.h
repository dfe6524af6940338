// ceremony/cli/rehearsal_runner.h - runs one rehearsed ceremony from its plan to its seal,
// answering what each step asks.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/cli/player.h"
#include "ceremony/cli/rehearsal_people.h"
#include "ceremony/client/messages.h"

namespace ceremony::cli {

// Who comes to the screen where a quorum is asked, in this order (numbers of holders).
using QuorumOrder = std::vector<std::size_t>;

struct RehearsedCeremony {
  client::OpenRequest room;
  QuorumOrder quorum;
  std::string title;  // for the progress line
  std::string slips;  // that those present have brought
  OpenPlayer open;    // called again wherever a step begins in a fresh process
};

// What came of it, for the summary.
struct RehearsedResult {
  double seconds = 0;
  std::vector<std::string> notes;  // public notes of the steps, in order
  std::string recovery_note;       // private note of the drill's clock
};

// Errors: what was refused, as it was said.
base::Result<RehearsedResult> run_ceremony(const RehearsedCeremony& ceremony,
                                           const RehearsedPeople& people);

}  // namespace ceremony::cli
