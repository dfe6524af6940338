// tests/bench/compare/verify_long_record.h - ours of the row about a long public record.

#pragma once

#include <cstddef>
#include <filesystem>

namespace compare {

// Makes the public record of a ceremony with `entries` entries, sealed by one signer, in `folder`.
void make_long_record(const std::filesystem::path& folder, std::size_t entries);

// Verifies it, as `conclave transcript verify` does without --signers.
void verify_long_record(const std::filesystem::path& folder);

}  // namespace compare
