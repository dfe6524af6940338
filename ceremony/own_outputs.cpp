#include "ceremony/own_outputs.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <unistd.h>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/posix_file.h"

namespace ceremony {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestOutput = 1U << 20U;  // bytes; a card as SVG is the largest

bool is_noted(const Journal& journal, const std::string& sha256) {
  return std::ranges::any_of(journal.entries(), [&](const JournalEntry& entry) {
    return entry.type == "output" && entry.data.value("sha256", "") == sha256;
  });
}

Result<void> remove_durably(const fs::path& path) {
  auto parent = base::open_parent(path);
  if (!parent) {
    return std::move(parent).error();
  }
  if (unlinkat(parent->folder.number(), parent->name.c_str(), 0) != 0 ||
      fsync(parent->folder.number()) != 0) {
    return base::storage_error({path, "removed", errno});
  }
  return {};
}

// Removes what an earlier attempt of this ceremony has left at `path`, and nothing else.
Result<void> make_way(const Workplace& work, const fs::path& path) {
  const auto there = base::read_file(path, kLargestOutput);
  if (!there) {
    return {};  // nothing is there; or save_new() will say what is
  }
  const std::string sha256 = base::sha256_hex(*there);
  if (!is_noted(work.journal, sha256)) {
    return {};
  }
  if (auto removed = remove_durably(path); !removed) {
    return removed;
  }
  return work.journal.append("voided", {{"file", path.filename().string()}, {"sha256", sha256}});
}

}  // namespace

Result<void> save_own(const Workplace& work, const fs::path& path, base::ByteView bytes) {
  if (auto made = make_way(work, path); !made) {
    return made;
  }
  const Json noted = {{"file", path.filename().string()}, {"sha256", base::sha256_hex(bytes)}};
  if (auto written = work.journal.append("output", noted); !written) {
    return written;
  }
  auto saved = base::save_new(path, bytes);
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

}  // namespace ceremony
