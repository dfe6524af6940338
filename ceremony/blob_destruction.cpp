#include "ceremony/blob_destruction.h"

#include <algorithm>
#include <utility>

#include "base/destroy_file.h"
#include "base/media.h"
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
  return work.journal.append(kBlobUnseen,
                             {{"site", site},
                              {"generation", generation},
                              {"why", "it is missing or altered, so it counts as left"}});
}

}  // namespace

base::Result<bool> has_blob_to_destroy(const Workplace& work,
                                       const OldSet& old,
                                       const fs::path& site,
                                       std::uint32_t generation) {
  const std::string name = site_name(site);
  const bool is_known = generation == old.header.set.generation &&
                        std::ranges::find(old.sites, name) != old.sites.end();
  if (is_known || blob_state(work, name, generation) == BlobState::kBegun) {
    return true;
  }
  return base::lies_at(generation_folder(site, generation) / kBlobFile);
}

std::string destruction_note(const Workplace& work) {
  std::string unseen;
  for (const std::string& site : sites_with_unseen_blob(work)) {
    unseen += (unseen.empty() ? "" : ", ") + site;
  }
  return unseen.empty() ? "every encrypted key in this room was overwritten, read back and removed"
                        : "the encrypted key at " + unseen +
                              " was not seen (it is missing or altered), so it counts as left; "
                              "every other one in this room was overwritten, read back and removed";
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
  auto has_header = base::lies_at(folder / kVaultHeaderFile);
  if (!has_header) {
    return std::move(has_header).error();
  }
  if (!*has_header) {
    return Error{ErrorCode::kNotFound,
                 "the destruction of the encrypted key at " + name +
                     " has begun, and its medium is not here any more; bring it back, and do this "
                     "step again"};
  }
  // The name goes only after the content: where it is gone, all of it is.
  const fs::path file = folder / kBlobFile;
  if (auto done = base::destroy_file_where_it_lies(file); !done) {
    return done;
  }
  return note_blob(work, name, generation, BlobState::kDestroyed);
}

}  // namespace ceremony
