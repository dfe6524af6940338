// ceremony/cli/ceremony_room.h - the options that say where everything of a ceremony lies, and the
// resume ticket.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "ceremony/cli/personal_key.h"
#include "ceremony/client/messages.h"
#include "ceremony/plan.h"

namespace ceremony::cli {

struct RoomOptions {
  std::string plan;
  std::string annex;
  std::vector<std::string> vaults;
  std::string holders;
  std::string transfer_in;
  std::string transfer_out;
  std::string record;
  std::string ticket;
  NamedKeyFile keeper;
};

// Adds the plan and the folders to a verb. `options` must outlive the parse.
void add_room_options(CLI::App& verb, RoomOptions& options);

// Adds the plan, the record and the keys alone: for verbs that open no ceremony.
void add_record_options(CLI::App& verb, RoomOptions& options);

// The room of the options, with full paths; the data folder is found. Makes nothing.
// Errors: kNotFound.
base::Result<client::OpenRequest> room_of(const RoomOptions& options);

// Whether the journal of the plan's ceremony stands.
bool has_begun(const client::OpenRequest& room, const Plan& plan);

// What opens a PRODUCTION journal that stands: from the ticket, or the keeper's file; none in other
// modes. Errors: kInsufficient where neither is named; kMalformed for a ticket that is no key of 64
// hex digits; as read_secret_file() and open_personal_key().
base::Result<client::RecordKeys> record_keys_of(const RoomOptions& options, const Plan& plan);

// A PRODUCTION ceremony that begins needs a ticket: a new file that somebody takes along.
// Errors: kRefusedByPolicy where none is named, or it exists.
base::Result<void> check_new_ticket(const RoomOptions& options, const Plan& plan);

// Writes the journal's key to the ticket. Errors: as base::save_new().
base::Result<void> write_ticket(const RoomOptions& options, const base::SecretBytes& journal_key);

}  // namespace ceremony::cli
