#include "ceremony/declarations.h"

#include <algorithm>
#include <set>
#include <utility>

#include <toml++/toml.h>

#include "base/media.h"
#include "ceremony/declaration_values.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestFile = std::size_t{256} * 1024;  // bytes

bool is_declared(TaxonomyField field) {
  return field != TaxonomyField::kIdentitySharedSplitExtra &&
         field != TaxonomyField::kIdentitySharedSplitContinents;
}

// The members that every statement has.
Result<Declaration> read_provenance(DeclarationSection& section) {
  Declaration declaration{
      .field = section.field,
      .value = Json(),
      .by = section.table.text("by"),
      .date = section.table.text("date"),
      .document_sha256 = section.table.text("document_sha256", Presence::kOptional),
      .note = section.table.text("note", Presence::kOptional)};
  if (declaration.by.empty() || !is_date(declaration.date)) {
    return refusal(section,
                   "it needs \"by\" (the role of who states it) and \"date\" (YYYY-MM-DD)");
  }
  if (!declaration.document_sha256.empty() && !is_sha256_hex(declaration.document_sha256)) {
    return refusal(section, "\"document_sha256\" is not 64 digits of 0-9 and a-f; copy it again");
  }
  for (const std::string& text : {declaration.by, declaration.note}) {
    if (std::string objection = objection_to_text(text); !objection.empty()) {
      return refusal(section, objection);
    }
  }
  return declaration;
}

Result<Declaration> read_section(const toml::table& raw, TaxonomyField field) {
  TomlTable table(raw,
                  "the declarations, section [" + std::string(definition_of(field).name) + "]");
  DeclarationSection section{.raw = raw, .table = table, .field = field};
  auto declaration = read_provenance(section);
  auto value = read_declared_value(section);
  // What the table itself objects to comes first: it is nearer to what was mistyped.
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  if (!declaration) {
    return declaration;
  }
  if (!value) {
    return std::move(value).error();
  }
  declaration->value = std::move(value).value();
  return declaration;
}

enum class Part { kDevice, kAnchor };

// The sections of one part of the draft that stand in `table`.
Result<std::vector<Declaration>> read_sections(TomlTable& table, Part part) {
  std::vector<Declaration> list;
  for (const FieldDefinition& definition : taxonomy_fields()) {
    const bool of_anchor = definition.section == TaxonomySection::kTrustAnchors;
    if (of_anchor != (part == Part::kAnchor) || !is_declared(definition.field)) {
      continue;
    }
    const toml::table* const raw = table.table(definition.name);
    if (raw == nullptr) {
      continue;
    }
    auto declaration = read_section(*raw, definition.field);
    if (!declaration) {
      return std::move(declaration).error();
    }
    list.push_back(std::move(declaration).value());
  }
  return list;
}

Error faulty(const std::string& what) {
  return Error{ErrorCode::kMalformed, "the declarations: " + what};
}

Result<AnchorDeclarations> read_anchor(const toml::table& raw) {
  TomlTable table(raw, "the declarations, section [[anchor]]");
  AnchorDeclarations anchor{.name = table.text("name"),
                            .public_key = table.text("public_key", Presence::kOptional),
                            .declarations = {}};
  auto declarations = read_sections(table, Part::kAnchor);
  if (!declarations) {
    return std::move(declarations).error();
  }
  anchor.declarations = std::move(declarations).value();
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  if (!anchor.public_key.empty() && !is_sha256_hex(anchor.public_key)) {
    return faulty("the public_key of an anchor is not 64 digits of 0-9 and a-f; copy it again");
  }
  if (std::string objection = objection_to_text(anchor.name); !objection.empty()) {
    return faulty(objection);
  }
  return anchor;
}

Result<std::vector<AnchorDeclarations>> read_anchors(TomlTable& table) {
  std::vector<AnchorDeclarations> anchors;
  std::set<std::string> keys;
  for (const toml::table* const raw : table.tables("anchor")) {
    auto anchor = read_anchor(*raw);
    if (!anchor) {
      return std::move(anchor).error();
    }
    if (!keys.insert(anchor->public_key).second) {
      return faulty("two [[anchor]] sections speak of one key; give each its own public_key");
    }
    anchors.push_back(std::move(anchor).value());
  }
  return anchors;
}

Result<void> read_subject(TomlTable& whole, Declarations& declarations) {
  const toml::table* const raw = whole.table("subject");
  if (raw == nullptr) {
    return {};
  }
  TomlTable table(*raw, "the declarations, section [subject]");
  declarations.organisation = table.text("organisation");
  declarations.key = table.text("key", Presence::kOptional);
  declarations.identity_public_key = table.text("identity_public_key", Presence::kOptional);
  if (auto done = table.finish(); !done) {
    return done;
  }
  if (!declarations.identity_public_key.empty() &&
      !is_sha256_hex(declarations.identity_public_key)) {
    return faulty("\"identity_public_key\" is not 64 digits of 0-9 and a-f; copy it again");
  }
  for (const std::string& text : {declarations.organisation, declarations.key}) {
    if (std::string objection = objection_to_text(text); !objection.empty()) {
      return faulty(objection);
    }
  }
  return {};
}

// An anchor inside the CPU has no key outside that checks it.
Result<void> check_enclave(const Declarations& declarations) {
  const Declaration* const location =
      find_declaration(declarations.declarations, TaxonomyField::kInitialEnclaveLocation);
  const bool internal = location != nullptr && location->value == "internal";
  const bool outside = find_declaration(declarations.declarations,
                                        TaxonomyField::kInitialEnclaveIntegrityKey) != nullptr ||
                       find_declaration(declarations.declarations,
                                        TaxonomyField::kInitialEnclavePrivacyKey) != nullptr;
  if (internal && outside) {
    return faulty(
        "the initial enclave is said to be internal, and yet there are answers that are only for "
        "an external one; take one of them out");
  }
  return {};
}

}  // namespace

const Declaration* find_declaration(const std::vector<Declaration>& list, TaxonomyField field) {
  const auto found = std::find_if(
      list.begin(), list.end(), [field](const Declaration& one) { return one.field == field; });
  return found == list.end() ? nullptr : &*found;
}

base::Result<Declarations> parse_declarations(std::string_view text) {
  auto parsed = parse_toml(text, "the declarations");
  if (!parsed) {
    return std::move(parsed).error();
  }
  TomlTable table(*parsed, "the declarations");
  Declarations declarations;
  if (table.text("format") != kDeclarationsFormat) {
    return faulty("the first line must be format = \"" + std::string(kDeclarationsFormat) +
                  "\"; begin with the template declarations.toml");
  }
  if (auto subject = read_subject(table, declarations); !subject) {
    return std::move(subject).error();
  }
  auto sections = read_sections(table, Part::kDevice);
  if (!sections) {
    return std::move(sections).error();
  }
  declarations.declarations = std::move(sections).value();
  auto anchors = read_anchors(table);
  if (!anchors) {
    return std::move(anchors).error();
  }
  declarations.anchors = std::move(anchors).value();
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  if (auto enclave = check_enclave(declarations); !enclave) {
    return std::move(enclave).error();
  }
  return declarations;
}

base::Result<Declarations> read_declarations(const std::filesystem::path& path) {
  auto bytes = base::read_file(path, kLargestFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  return parse_declarations(base::text_of(*bytes));
}

}  // namespace ceremony
