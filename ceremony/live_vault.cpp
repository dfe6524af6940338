#include "ceremony/live_vault.h"

#include <utility>

#include "base/media.h"
#include "ceremony/vault.h"

namespace ceremony {

using base::Result;
namespace fs = std::filesystem;

Result<void> bring_live_vault(const TwoSites& sites, const LedgerState& state) {
  const std::uint32_t generation = state.generation;
  if (generation <= 1 || !state.ended.empty() || !read_vault(sites.home, generation) ||
      read_vault(sites.other, generation)) {
    return {};
  }
  const fs::path from = generation_folder(sites.home, generation);
  const fs::path to = generation_folder(sites.other, generation);
  if (auto made = base::make_folder_where_missing(to); !made) {
    return made;
  }
  for (const char* const name : {kBlobFile, kVaultHeaderFile}) {
    auto bytes = base::read_file(from / name, kLargestVaultFile);
    if (!bytes) {
      return std::move(bytes).error();
    }
    if (auto saved = base::save_new_or_same(to / name, *bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

}  // namespace ceremony
