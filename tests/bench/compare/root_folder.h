// tests/bench/compare/root_folder.h - a root whose files lie in a folder, as a ceremony finds them.

#pragma once

#include <filesystem>
#include <memory>

#include "ca/certificate.h"
#include "ca/root_key.h"
#include "ca/soft_token.h"

namespace compare {

// Makes a root and writes root.pem, its wrapped key (root.blob) and the key that opens it
// (root.kek): throw-away keys of a benchmark, so the latter may lie on disk.
void make_root(const std::filesystem::path& folder, ca::Algorithm algorithm);

// The same root, its key opened into a token that is new.
struct OpenRoot {
  std::unique_ptr<ca::SoftToken> token;  // destroyed after the key
  ca::Certificate certificate;
  std::unique_ptr<ca::RootKey> key;
};
OpenRoot open_root(const std::filesystem::path& folder);

}  // namespace compare
