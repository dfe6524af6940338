// tests/bench/compare/lint_many.h - the lint of many certificates, beside zlint.

#pragma once

#include <cstddef>
#include <filesystem>

namespace compare {

// Makes `count` certificates of subordinates with P-256 keys under a P-256 root, a PEM file each in
// `folder`/certificates. Then parses and lints each by every rule, its signature and its profile
// among them, and writes to `folder`/seconds how long that alone took. Ends the program where one
// has a finding.
void lint_many(const std::filesystem::path& folder, std::size_t count);

}  // namespace compare
