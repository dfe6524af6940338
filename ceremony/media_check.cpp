#include "ceremony/media_check.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/posix_file.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

bool is_one_place(const fs::path& one, const fs::path& other) {
  std::error_code missing;
  return one.lexically_normal() == other.lexically_normal() || fs::equivalent(one, other, missing);
}

Error one_place_twice(const fs::path& one, const fs::path& other) {
  return Error{ErrorCode::kRefusedByPolicy,
               "two sites are one and the same place, " + base::in_quotes(one) + " and " +
                   base::in_quotes(other) +
                   ", so there would be one copy instead of two; compare the printed numbers of "
                   "the media, and name each by its own folder; nothing was written"};
}

Result<void> check_medium(const fs::path& folder, SpaceOn space_on) {
  std::error_code missing;
  if (folder.empty() || !fs::exists(folder, missing)) {
    return {};
  }
  auto space = space_on(folder);
  return space ? base::check_space(folder, *space, kFreeBytesNeeded)
               : Result<void>(std::move(space).error());
}

}  // namespace

Result<void> check_distinct_sites(const client::OpenRequest& room) {
  for (auto site = room.sites.begin(); site != room.sites.end(); ++site) {
    const auto same = std::find_if(room.sites.begin(), site, [&](const fs::path& earlier) {
      return is_one_place(earlier, *site);
    });
    if (same != site) {
      return one_place_twice(*same, *site);
    }
  }
  return {};
}

Result<void> check_media(const client::OpenRequest& room, SpaceOn space_on) {
  std::vector<fs::path> written = room.sites;
  written.insert(written.end(), {room.confidential, room.published, room.transfer_out});
  for (const fs::path& folder : written) {
    if (auto takes = check_medium(folder, space_on); !takes) {
      return takes;
    }
  }
  return {};
}

}  // namespace ceremony
