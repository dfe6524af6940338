#include "ceremony/blob_destruction.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/destroy_file.h"
#include "ceremony/site_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// A blob that is not where it was left counts as being somewhere.
Result<void> note_unseen(const Workplace& work, const std::string& site, std::uint32_t generation) {
  return work.journal.append("blob-unseen",
                             {{"site", site},
                              {"generation", generation},
                              {"why", "it is missing or altered, so it counts as left"}});
}

}  // namespace

bool lies_at(const fs::path& path) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(path, failed));
}

bool has_blob_to_destroy(const Workplace& work,
                         const OldSet& old,
                         const fs::path& site,
                         std::uint32_t generation) {
  const std::string name = site_name(site);
  const bool is_known = generation == old.header.set.generation &&
                        std::ranges::find(old.sites, name) != old.sites.end();
  return is_known || lies_at(generation_folder(site, generation) / kBlobFile) ||
         blob_state(work, name, generation) == BlobState::kBegun;
}

Result<void> destroy_blob(const Workplace& work, const fs::path& site, std::uint32_t generation) {
  const fs::path folder = generation_folder(site, generation);
  const std::string name = site_name(site);
  const BlobState state = blob_state(work, name, generation);
  if (state == BlobState::kDestroyed) {
    return {};
  }
  if (state == BlobState::kThere && !read_vault(site, generation)) {
    return note_unseen(work, name, generation);
  }
  if (state == BlobState::kThere) {
    if (auto noted = note_blob(work, name, generation, BlobState::kBegun); !noted) {
      return noted;
    }
  }
  if (!lies_at(folder / kVaultHeaderFile)) {
    return Error{ErrorCode::kNotFound,
                 "the destruction of the encrypted key at " + name +
                     " has begun, and its medium is not here any more; bring it back, and do this "
                     "step again"};
  }
  // The name goes only after the content: where it is gone, all of it is.
  const fs::path file = folder / kBlobFile;
  if (auto done = lies_at(file) ? base::destroy_file(file) : Result<void>(); !done) {
    return done;
  }
  return note_blob(work, name, generation, BlobState::kDestroyed);
}

}  // namespace ceremony
