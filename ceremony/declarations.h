// ceremony/declarations.h - what people state about their devices, and no record can show.
//
// A TOML file, template: declarations.toml. Strict: a key that is not known is refused with its
// line. Each statement names who made it (a role) and when. The holders' continents, k, n and the
// spare shares are not declared here: they come from the record or from the owners. A text that
// seems to tell k and n ("3 of 5") is refused. Format: docs/formats/evaluation.md.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/json_lines.h"
#include "ceremony/taxonomy_fields.h"

namespace ceremony {

inline constexpr std::string_view kDeclarationsFormat = "conclave-declarations-v1";

// One answer that somebody gave.
struct Declaration {
  TaxonomyField field = TaxonomyField::kInitialEnclaveLocation;
  Json value;                   // of the field's type; null: "no limit" or "does not apply"
  std::string by;               // role of who states it
  std::string date;             // YYYY-MM-DD
  std::string document_sha256;  // of the data sheet or procedure that shows it; "" if none
  std::string note;             // free text; "" if none
};

// A trust anchor in the device and what is stated about its PKI.
struct AnchorDeclarations {
  std::string name;
  std::string public_key;  // SHA-256 of its SubjectPublicKeyInfo; "": the root of the records
  std::vector<Declaration> declarations;
};

struct Declarations {
  std::string organisation;
  std::string key;                          // what the root key is called
  std::string identity_public_key;          // which root anchors the identities; "": the only one
  std::vector<Declaration> declarations;    // 6.1 and 6.2
  std::vector<AnchorDeclarations> anchors;  // 6.3
};

// The answer to `field` in `list`, or nullptr.
const Declaration* find_declaration(const std::vector<Declaration>& list, TaxonomyField field);

// Errors: kMalformed, with the line where one is at fault.
base::Result<Declarations> parse_declarations(std::string_view text);

// From a file of at most 256 KiB. Errors: as above; kNotFound, kStorageFailure.
base::Result<Declarations> read_declarations(const std::filesystem::path& path);

}  // namespace ceremony
