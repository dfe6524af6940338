#include "ceremony/plan_artefacts.h"

#include <cstddef>
#include <set>

#include "ceremony/file_names.h"
#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

void fault_of_artefact(std::size_t index,
                       const std::string& key,
                       const std::string& message,
                       PlanFaults& faults) {
  faults.push_back({.rule = "plan-artefact",
                    .field = "artefact[" + std::to_string(index) + "]." + key,
                    .message = "the plan, section [[artefact]]: " + message});
}

}  // namespace

std::string signature_name(const PlannedArtefact& artefact) {
  return artefact.file + (artefact.form == "raw" ? ".sig" : ".p7s");
}

PlannedSigning read_signing(TomlTable& table) {
  return {.certificate = table.text("certificate"), .sha256 = table.text("sha256")};
}

PlannedArtefact read_artefact_section(TomlTable& table) {
  return {.file = table.text("file"), .sha256 = table.text("sha256"), .form = table.text("form")};
}

void object_to_signing(const PlannedSigning& signing, PlanFaults& faults) {
  const bool is_name = is_bare_name(signing.certificate);
  if (!is_name || !is_sha256_hex(signing.sha256)) {
    faults.push_back({.rule = "plan-signing",
                      .field = is_name ? "signing.sha256" : "signing.certificate",
                      .message = "the plan, section [signing]: the signing certificate needs the "
                                 "bare name of its file and its SHA-256 (64 digits of 0-9 and "
                                 "a-f); correct it"});
  }
}

void object_to_artefacts(const std::vector<PlannedArtefact>& artefacts, PlanFaults& faults) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < artefacts.size(); ++i) {
    const PlannedArtefact& one = artefacts[i];
    const bool is_name = is_bare_name(one.file);
    if (!is_name || !is_sha256_hex(one.sha256)) {
      fault_of_artefact(i,
                        is_name ? "sha256" : "file",
                        "it needs the bare name of its file and its SHA-256 (64 digits of 0-9 and "
                        "a-f); correct it",
                        faults);
    } else if (one.form != "cms" && one.form != "raw") {
      fault_of_artefact(i, "form", "\"form\" must be \"cms\" or \"raw\"", faults);
    } else if (!names.insert(as_on_stick(signature_name(one))).second) {
      fault_of_artefact(i,
                        "file",
                        "two would give signatures of one name, \"" + signature_name(one) +
                            "\"; rename one of the files, or sign it once",
                        faults);
    }
  }
}

toml::table signing_table(const PlannedSigning& signing) {
  return toml::table{{"certificate", signing.certificate}, {"sha256", signing.sha256}};
}

toml::array artefact_tables(const std::vector<PlannedArtefact>& artefacts) {
  toml::array tables;
  for (const PlannedArtefact& one : artefacts) {
    tables.push_back(toml::table{{"file", one.file}, {"sha256", one.sha256}, {"form", one.form}});
  }
  return tables;
}

}  // namespace ceremony
