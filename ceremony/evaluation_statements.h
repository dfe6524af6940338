// ceremony/evaluation_statements.h - what people declared, taken back out of an evaluation.json.

#pragma once

#include <optional>
#include <vector>

#include "ceremony/declarations.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// The declaration behind an answer as the file has it; nothing where it names nobody who made one.
// Errors: kMalformed where it is none that a declarations file could have had.
base::Result<std::optional<Declaration>> declaration_in(TaxonomyField field, const Json& answer);

// Those of all answers of `fields` that have a proper one.
std::vector<Declaration> declarations_in(const Json& fields);

}  // namespace ceremony
