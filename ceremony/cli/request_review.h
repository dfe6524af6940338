// ceremony/cli/request_review.h - `conclave request review`: requests as a page for people.

#pragma once

#include "ceremony/cli/command.h"

namespace ceremony::cli {

// Adds the verb below `request`.
void add_review_command(CLI::App& request, Outcome& outcome);

}  // namespace ceremony::cli
