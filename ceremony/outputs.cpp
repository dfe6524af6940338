#include "ceremony/outputs.h"

#include <set>
#include <utility>

#include "base/media.h"
#include "ceremony/own_outputs.h"
#include "ceremony/turns.h"

namespace ceremony {

namespace {

using base::Result;
namespace fs = std::filesystem;

enum class Place { kSite, kTransfer };

struct Target {
  Place place;
  fs::path folder;
};

Result<void> save_files(const std::vector<OutputFile>& files, Order order) {
  std::vector<base::FileToSave> together;
  together.reserve(files.size());
  for (const OutputFile& file : files) {
    together.push_back({.path = file.path, .bytes = file.bytes});
  }
  if (order == Order::kTogether) {
    return base::save_together(together);
  }
  for (const base::FileToSave& file : together) {
    if (auto saved = base::save_new_or_same(file.path, file.bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

// Writes those that belong there.
Result<void> save_all(const Workplace& work,
                      const Target& target,
                      const std::vector<Output>& outputs,
                      Order order) {
  std::vector<OutputFile> files;
  std::set<fs::path> folders;
  for (const Output& output : outputs) {
    const bool is_site = target.place == Place::kSite;
    const fs::path name = is_site ? output.at_site : fs::path(output.in_transfer);
    if (!name.empty()) {
      files.push_back({.path = target.folder / name, .bytes = output.bytes});
      folders.insert(files.back().path.parent_path());
    }
  }
  for (const fs::path& folder : folders) {
    if (auto made = base::make_folder_where_missing(folder); !made) {
      return made;
    }
  }
  if (auto noted = note_outputs(work, files); !noted) {
    return noted;
  }
  return save_files(files, order);
}

}  // namespace

Result<void> write_outputs(const Workplace& work, const std::vector<Output>& outputs, Order order) {
  for (const fs::path& site : work.room.sites) {
    const Target target{.place = Place::kSite, .folder = key_folder(work, site)};
    if (auto saved = save_all(work, target, outputs, order); !saved) {
      return saved;
    }
  }
  if (work.room.transfer_out.empty()) {
    return {};
  }
  return save_all(
      work,
      {.place = Place::kTransfer, .folder = work.room.transfer_out / record_name(work.plan)},
      outputs,
      order);
}

}  // namespace ceremony
