#include "ceremony/evaluation_statements.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "ceremony/evaluation_rules.h"

namespace ceremony {

namespace {

constexpr std::string_view kDeclaredMark = "Declared: ";  // as the rule of storage writes it

std::string text_of_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The declared part of a value of several parts, "/usable"; null where none is named.
Json declared_part(const Json& answer) {
  const auto declared = answer.find("declared");
  const auto value = answer.find("value");
  if (declared == answer.end() || !declared->is_array() || declared->empty() ||
      value == answer.end() || !value->is_object() || !declared->front().is_string()) {
    return {};
  }
  const std::string pointer = declared->front().get<std::string>();
  const auto part = value->find(pointer.empty() ? pointer : pointer.substr(1));
  return part == value->end() ? Json() : *part;
}

// What was declared, as it was before a rule took it: value and note.
struct Stated {
  Json value;
  std::string note;
};

// What was declared of the storage: beside what the record shows, or in its place.
Stated stated_storage(const Json& answer) {
  const std::string note = text_of_member(answer, "note");
  if (note.starts_with(kDeclaredMark)) {
    const std::size_t end = std::min(note.find('.'), note.size());
    return {.value = note.substr(kDeclaredMark.size(), end - kDeclaredMark.size()),
            .note = end + 2 > note.size() ? std::string() : note.substr(end + 2)};
  }
  std::string value = text_of_member(answer, "value");
  if (value.ends_with(kQuorumSentence)) {
    value.resize(value.size() - kQuorumSentence.size());
  }
  while (value.ends_with(' ')) {
    value.pop_back();
  }
  return {.value = value, .note = note};
}

Stated stated_in(TaxonomyField field, const Json& answer) {
  if (field == TaxonomyField::kIdentityAnchorStorage || field == TaxonomyField::kPkiAnchorStorage) {
    return stated_storage(answer);
  }
  const bool has_parts = field == TaxonomyField::kPkiAlgorithms ||
                         field == TaxonomyField::kPkiLifespan ||
                         field == TaxonomyField::kPkiLockPolicy;
  return {.value = has_parts ? declared_part(answer) : answer.value("value", Json()),
          .note = text_of_member(answer, "note")};
}

std::string toml_of(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string members_of(const Json& value) {
  if (value.is_null()) {
    return "no_limit = true\n";
  }
  if (!value.is_object()) {
    return "value = " + toml_of(value) + "\n";
  }
  std::string text;
  for (const auto& [name, member] : value.items()) {
    text += name + " = " + toml_of(member) + "\n";
  }
  return text;
}

// The declaration as it would stand in a declarations file: whoever reads that checks it.
std::string declarations_file_of(TaxonomyField field, const Json& by, const Stated& stated) {
  const FieldDefinition& definition = definition_of(field);
  const bool of_anchor = definition.section == TaxonomySection::kTrustAnchors;
  std::string text = "format = " + toml_of(kDeclarationsFormat) + "\n";
  text += of_anchor ? "[[anchor]]\nname = \"anchor\"\n[anchor." : "[";
  text += std::string(definition.name) + "]\n" + members_of(stated.value);
  text += "by = " + toml_of(text_of_member(by, "role")) + "\n";
  text += "date = " + toml_of(text_of_member(by, "date")) + "\n";
  if (const std::string document = text_of_member(by, "document_sha256"); !document.empty()) {
    text += "document_sha256 = " + toml_of(document) + "\n";
  }
  return stated.note.empty() ? text : text + "note = " + toml_of(stated.note) + "\n";
}

}  // namespace

base::Result<std::optional<Declaration>> declaration_in(TaxonomyField field, const Json& answer) {
  const auto by = answer.is_object() ? answer.find("by") : answer.end();
  if (!answer.is_object() || by == answer.end() || !by->is_object()) {
    return std::optional<Declaration>();
  }
  const Stated stated = stated_in(field, answer);
  if (stated.value.is_null() && field != TaxonomyField::kIdentityTimeLimitsPerSubordinate &&
      field != TaxonomyField::kIdentityNumberPerSubordinate) {
    return std::optional<Declaration>();  // it does not apply, by another declaration
  }
  const auto file = parse_declarations(declarations_file_of(field, *by, stated));
  if (!file) {
    return file.error();
  }
  const auto& list =
      file->anchors.empty() ? file->declarations : file->anchors.front().declarations;
  return list.empty() ? std::optional<Declaration>() : std::optional<Declaration>(list.front());
}

std::vector<Declaration> declarations_in(const Json& fields) {
  std::vector<Declaration> declarations;
  for (const FieldDefinition& definition : taxonomy_fields()) {
    const auto answer = fields.is_object() ? fields.find(definition.name) : fields.end();
    auto declaration = fields.is_object() && answer != fields.end()
                           ? declaration_in(definition.field, *answer)
                           : base::Result<std::optional<Declaration>>(std::nullopt);
    if (declaration && *declaration) {
      declarations.push_back(std::move(**declaration));
    }
  }
  return declarations;
}

}  // namespace ceremony
