// ceremony/cli/ceremony_status.h - where a ceremony stands, told from its record folder without an
// engine; nothing is changed, and nothing confidential is told.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "ceremony/client/messages.h"
#include "ceremony/plan.h"

namespace ceremony::cli {

enum class Standing {
  kNotBegun,  // there is no journal
  kRunning,   // a step waits
  kPaused,    // whoever goes on needs the words of the resume ticket
  kGivenUp,   // aborted, and the steps that close the record wait
  kSealed,    // nothing may follow
};

struct CeremonyStatus {
  std::string record;  // "0001-root-generation"
  std::string mode;
  Standing standing = Standing::kNotBegun;
  std::string step;   // id of the step that comes when the ceremony goes on; "" for none
  std::string title;  // its title
  std::string actor;  // its two roles
  std::string witness;
  std::uint32_t index = 0;  // its number, from 0
  std::uint32_t count = 0;
  bool any_exception = false;
  std::uint64_t public_entries = 0;
};

// Errors: as read_stored_journal() and load_script(); kInconsistent where they do not fit.
base::Result<CeremonyStatus> status_of(const client::OpenRequest& room,
                                       const Plan& plan,
                                       const client::RecordKeys& keys);

// For people and for programs ("conclave-ceremony-status-1"), each with a final LF.
std::string status_text(const CeremonyStatus& status);
std::string status_json(const CeremonyStatus& status);

}  // namespace ceremony::cli
