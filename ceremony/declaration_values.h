// ceremony/declaration_values.h - the values that people may declare, one kind for each question.

#pragma once

#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "base/result.h"
#include "ceremony/json_lines.h"
#include "ceremony/taxonomy_fields.h"
#include "ceremony/toml_table.h"

namespace ceremony {

// One section of the declarations while it is read: the table, its reader, and the question.
struct DeclarationSection {
  const toml::table& raw;
  TomlTable& table;
  TaxonomyField field;
};

// kMalformed, naming the section and its line.
base::Error refusal(const DeclarationSection& section, const std::string& what);

// Why `text` may not stand in a public file, or "": too long, more than a line, or it seems to tell
// the quorum.
std::string objection_to_text(std::string_view text);

// The value of the section, of the type that its question has. What the table itself objects to
// (a missing key, a wrong type) is found by its finish(). Errors: kMalformed.
base::Result<Json> read_declared_value(DeclarationSection& section);

}  // namespace ceremony
