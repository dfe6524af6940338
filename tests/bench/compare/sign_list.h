// tests/bench/compare/sign_list.h - ours of the rows about big CRLs.

#pragma once

#include <filesystem>

namespace compare {

struct ListFiles {
  std::filesystem::path root;      // the folder of make_root()
  std::filesystem::path index;     // index.txt as `openssl ca` keeps it
  std::filesystem::path out;       // the CRL, in DER
  std::filesystem::path previous;  // the CRL before, in DER; empty: there was none
};

// Signs the CRL that lists what is revoked in the index, the whole way that a ceremony goes.
void sign_list(const ListFiles& files);

}  // namespace compare
