// ceremony/plan_artefacts.h - the sections of a plan about files that are signed under a split
// signing key: [signing] and [[artefact]].

#pragma once

#include <string>
#include <vector>

#include <toml++/toml.h>

#include "ceremony/plan_faults.h"
#include "ceremony/toml_table.h"

namespace ceremony {

// Whose signature it will be. The file holds the signing certificate first, then, where there are
// any, those above it, each the issuer of the one before (PEM, or one certificate in DER).
struct PlannedSigning {
  std::string certificate;  // bare name in the transfer folder
  std::string sha256;       // of that file, 64 hex digits
};

// One file that may be signed, and nothing else.
struct PlannedArtefact {
  std::string file;    // bare name in the transfer folder
  std::string sha256;  // of that file, 64 hex digits
  std::string form;    // "cms": detached CMS SignedData; "raw": the bare signature over the file
};

// The name under which its signature leaves: "pump.bin.p7s" for cms, "pump.bin.sig" for raw.
std::string signature_name(const PlannedArtefact& artefact);

// Reads a section as it stands; what is wrong with its keys is in the table's faults.
PlannedSigning read_signing(TomlTable& table);
PlannedArtefact read_artefact_section(TomlTable& table);

// What is wrong with sections whose keys and types are right.
void object_to_signing(const PlannedSigning& signing, PlanFaults& faults);
void object_to_artefacts(const std::vector<PlannedArtefact>& artefacts, PlanFaults& faults);

toml::table signing_table(const PlannedSigning& signing);
toml::array artefact_tables(const std::vector<PlannedArtefact>& artefacts);

}  // namespace ceremony
