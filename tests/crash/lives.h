// tests/crash/lives.h - which ceremonies are cut off: rehearsals that together hold every script.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/client/messages.h"

namespace crash {

// A key's life, and which of its ceremonies are swept.
struct Life {
  const char* name;
  base::Result<void> (*live)(ceremony::cli::Rehearsal&);
  std::string_view swept;  // only ceremonies of this script; "" for all
  const char* chain;       // what verify.py must accept at its end: a chain of records, or one

  // What its people do otherwise than in a rehearsal.
  void (*behave)(const ceremony::client::StepView&, ceremony::client::Input&);
};

std::span<const Life> lives();

// Some ceremonies are swept again, given up at each of these steps; none for others. By their
// names, as "0004-crl".
std::vector<std::string> steps_given_up_in(const std::string& record);

}  // namespace crash
