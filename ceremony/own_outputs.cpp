#include "ceremony/own_outputs.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/media.h"
#include "base/posix_file.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kFilesInANote = 100;          // a line of 20 kB
constexpr std::size_t kLargestOutput = 64U << 20U;  // bytes; a CRL of a million entries has 40 MB

// Under which name the journal knows a file: with its folder, for every stick has the same files.
std::string noted_name(const fs::path& path) {
  return (path.parent_path().filename() / path.filename()).string();
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

// What a file system leaves of a file whose write was cut off: less than all, or zeros for what was
// not there yet.
bool looks_unfinished(base::ByteView there, std::size_t whole_bytes) {
  constexpr std::size_t kZeros = 16;  // more than a file of ours ends in
  if (there.size() < whole_bytes) {
    return true;
  }
  return there.size() == whole_bytes && whole_bytes >= kZeros &&
         std::ranges::all_of(there.last(kZeros), [](std::uint8_t byte) { return byte == 0; });
}

// Whether the power went before any byte of a file was on its medium.
bool holds_nothing(base::ByteView there) {
  return std::ranges::all_of(there, [](std::uint8_t byte) { return byte == 0; });
}

// Entries about one file, and about a list of them.
constexpr std::string_view kOutput = "output";
constexpr std::string_view kOutputs = "outputs";
constexpr const char* kFiles = "files";

// Whether one of the outputs that the journal notes is the one that is meant.
template <typename IsMeant>
bool has_output(const Journal& journal, IsMeant is_meant) {
  return std::ranges::any_of(journal.entries(), [&](const JournalEntry& entry) {
    if (entry.type == kOutputs) {
      return std::ranges::any_of(entry.data.value(kFiles, Json::array()), is_meant);
    }
    return entry.type == kOutput && is_meant(entry.data);
  });
}

Json note_of(const fs::path& path, base::ByteView bytes) {
  return {{"file", noted_name(path)},
          {"size_bytes", bytes.size()},
          {"sha256", base::sha256_hex(bytes)}};
}

// Whether an earlier attempt has begun to write this file, and what is there may be what it left.
bool was_cut_off(const Journal& journal, const fs::path& path, base::ByteView there) {
  return has_output(journal, [&, name = noted_name(path)](const Json& noted) {
    return noted.value("file", "") == name &&
           looks_unfinished(there, noted.value("size_bytes", std::size_t{0}));
  });
}

Error not_ours(const fs::path& path) {
  return Error{ErrorCode::kRefusedByPolicy,
               "The file " + base::in_quotes(path) +
                   " already exists, and this ceremony has not written it; nothing is ever "
                   "overwritten. Bring the right medium, or move that file to another folder, keep "
                   "it, and do this step again."};
}

// Nothing is lost: the bytes stand under the new name before the old one goes.
Result<void> set_aside(const Workplace& work, const fs::path& path, base::ByteView there) {
  const std::string sha256 = base::sha256_hex(there);
  fs::path aside = path;
  aside += ".torn-" + sha256;
  if (auto saved = base::save_new_or_same(aside, there); !saved) {
    return std::move(saved).error();
  }
  const Json noted = {{"file", noted_name(path)}, {"sha256", sha256}};
  if (auto written = work.journal.append("set-aside", noted); !written) {
    return written;
  }
  return remove_durably(path);
}

// Noted first: a file that is gone cannot be noted after a power cut.
Result<void> remove_noted(const Workplace& work, const fs::path& path, const std::string& sha256) {
  const Json noted = {{"file", noted_name(path)}, {"sha256", sha256}};
  if (auto written = work.journal.append("voided", noted); !written) {
    return written;
  }
  return remove_durably(path);
}

// Whether these bytes are what this ceremony has written under this name. Under another name they
// are another holder's: two sticks that are one.
bool has_noted_there(const Journal& journal, const fs::path& path, const std::string& sha256) {
  return has_output(journal, [&, name = noted_name(path)](const Json& noted) {
    return noted.value("file", "") == name && noted.value("sha256", "") == sha256;
  });
}

// Takes away what an earlier attempt of this ceremony has left at `path`, and nothing else.
Result<void> make_way(const Workplace& work, const fs::path& path) {
  const auto there = base::read_file(path, kLargestOutput);
  if (!there) {
    return {};  // nothing is there; or save_new() will say what is
  }
  const std::string sha256 = base::sha256_hex(*there);
  if (has_noted_there(work.journal, path, sha256)) {
    return remove_noted(work, path, sha256);
  }
  return was_cut_off(work.journal, path, *there) ? set_aside(work, path, *there)
                                                 : Result<void>(not_ours(path));
}

// Removes a file that this ceremony has written; what is not its own stays as it is.
Result<void> make_void(const Workplace& work, const fs::path& path) {
  const auto there = base::read_file(path, kLargestOutput);
  if (!there) {
    return {};
  }
  const std::string sha256 = base::sha256_hex(*there);
  const bool is_own = has_noted(work.journal, sha256) ||
                      (holds_nothing(*there) && was_cut_off(work.journal, path, *there));
  return is_own ? remove_noted(work, path, sha256) : Result<void>();
}

// The files below a folder, deepest folder's too; none where it is missing.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_regular_file(failed) && !at->is_symlink(failed)) {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

bool has_noted(const Journal& journal, const std::string& sha256) {
  return has_output(journal,
                    [&](const Json& noted) { return noted.value("sha256", "") == sha256; });
}

Result<void> note_output(const Workplace& work, const fs::path& path, base::ByteView bytes) {
  return work.journal.append(kOutput, note_of(path, bytes));
}

Result<void> note_outputs(const Workplace& work, const std::vector<OutputFile>& files) {
  for (std::size_t begin = 0; begin < files.size(); begin += kFilesInANote) {
    Json notes = Json::array();
    for (std::size_t i = begin; i < std::min(begin + kFilesInANote, files.size()); ++i) {
      notes.push_back(note_of(files[i].path, files[i].bytes));
    }
    if (auto noted = work.journal.append(kOutputs, {{kFiles, std::move(notes)}}); !noted) {
      return noted;
    }
  }
  return {};
}

Result<void> remove_own_outputs(const Workplace& work) {
  std::vector<fs::path> places = work.room.sites;
  places.push_back(work.room.holders);
  places.push_back(work.room.transfer_out);
  std::vector<fs::path> files;
  for (const fs::path& place : places) {
    std::ranges::move(place.empty() ? std::vector<fs::path>() : files_below(place),
                      std::back_inserter(files));
  }
  for (const fs::path& file : files) {
    if (auto removed = make_void(work, file); !removed) {
      return removed;
    }
  }
  return {};
}

Result<void> save_own(const Workplace& work, const fs::path& path, base::ByteView bytes) {
  if (auto made = make_way(work, path); !made) {
    return made;
  }
  if (auto noted = note_output(work, path, bytes); !noted) {
    return noted;
  }
  auto saved = base::save_new(path, bytes);
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

}  // namespace ceremony
