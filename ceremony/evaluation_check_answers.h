// ceremony/evaluation_check_answers.h - the answers of a file, one by one, for
// evaluation_check.cpp.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ceremony/evaluation_check.h"
#include "ceremony/evaluation_facts.h"

namespace ceremony {

// Everything that the answers of one file are compared with. All borrowed.
struct CheckedFile {
  const Json& whole;
  const RecordFacts& facts;
  const AnchorFacts& identity;
  const std::optional<Reserve>& reserve;
};

// A member of an object; null where it is not there, or is no text.
const Json& part_of(const Json& object, std::string_view name);
std::string text_part(const Json& object, std::string_view name);

CheckedField recomputed(std::string_view name, const std::string& message);
CheckedField consistent(std::string_view name, const std::string& message);
CheckedField contradicted(std::string_view name, const std::string& message);

// An answer to a question of 6.1 or 6.2; `declarations` are those in the file.
CheckedField check_answer(const CheckedFile& file,
                          TaxonomyField field,
                          const std::vector<Declaration>& declarations);

// An answer to a question of 6.3 about the anchor with these facts.
CheckedField check_anchor_answer(const AnchorFacts& facts, TaxonomyField field, const Json& found);

}  // namespace ceremony
