// tests/support/ledger_records.h - closed public records made for a test, with a real seal, and the
// folders of sites that hold them.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ceremony/transcript.h"

namespace support {

struct NewRecord {
  std::uint32_t sequence = 1;
  std::string head = std::string(64, '0');  // of the record before it
  std::string mode = "REHEARSAL";
  std::string ceremony = "crl";
  std::vector<std::pair<std::string, ceremony::Json>> entries = {};  // behind the roster
};

// Aborts the test where the record cannot be made.
ceremony::Transcript make_record(const NewRecord& wanted);

// Whether the error's message holds these words; a test that fails shows the message.
bool says(const base::Error& error, const std::string& words);

// A closed record's folder, as a ceremony leaves it behind, sealed by the roster's one officer.
void plant_record(const std::filesystem::path& folder, const ceremony::Transcript& record);

// The key of that officer, as it stands on paper.
std::string officer_vkey();

// An entry of type cert.issue, for a certificate with that serial number.
std::pair<std::string, ceremony::Json> certificate(const std::string& serial);

// An entry of type crl.issue that lists these serial numbers.
std::pair<std::string, ceremony::Json> crl(std::uint64_t number,
                                           const std::vector<std::string>& revoked = {});

}  // namespace support
