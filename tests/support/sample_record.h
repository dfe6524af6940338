// tests/support/sample_record.h - a small record of three ceremonies, made by the real classes.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace support {

// How the shares of the sample's root key are split; nothing public may depend on it.
struct SampleQuorum {
  unsigned threshold = 2;
  unsigned shares = 5;
};

struct SampleRecord {
  std::filesystem::path public_folder;        // 0001-root-generation, ..., head.txt, ...
  std::filesystem::path confidential_folder;  // journals and full seals, by the same names
  std::filesystem::path signers_file;         // stands for the paper roster
  std::vector<std::string> vkeys;             // administrator, internal-witness, auditor (P-256)
};

// What a sample is made from.
struct SampleOptions {
  std::filesystem::path folder;     // must be there
  std::filesystem::path verify_py;  // copied beside the record; "" to leave it out
  SampleQuorum quorum;
};

// Aborts the test where anything fails.
SampleRecord make_sample_record(const SampleOptions& options);

}  // namespace support
