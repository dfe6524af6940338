#include "crash/medium.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/digest.h"
#include "base/media.h"

namespace crash {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = std::size_t{64} << 20U;  // bytes

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// A file whose folder was lost is lost with it.
Tree without_orphans(const Tree& tree) {
  Tree kept;
  for (const auto& [path, bytes] : tree) {  // a folder comes before what lies in it
    const std::string parent = parent_of(path);
    if (parent == "." || kept.contains(parent)) {
      kept.emplace(path, bytes);
    }
  }
  return kept;
}

// Thousands of trees share their files, so each of these is hashed once.
const std::string& digest_of_file(const std::shared_ptr<const std::string>& bytes) {
  struct Known {
    std::weak_ptr<const std::string> bytes;
    std::string digest;
  };
  static std::map<const std::string*, Known> known;
  Known& one = known[bytes.get()];
  if (one.bytes.lock() != bytes) {
    one = {.bytes = bytes, .digest = base::sha256_hex(base::bytes_of(*bytes))};
  }
  return one.digest;
}

}  // namespace

Medium Medium::read(const fs::path& folder) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::shared_ptr<const std::string> bytes;
    if (entry.is_regular_file()) {
      const auto read = base::read_file(entry.path(), kLargestFile);
      bytes = std::make_shared<std::string>(base::text_of(read.value()));
    }
    tree.emplace(entry.path().lexically_relative(folder).string(), std::move(bytes));
  }
  return of(tree);
}

Medium Medium::of(const Tree& tree) {
  Medium medium;
  medium.now_ = tree;
  for (const auto& [path, bytes] : tree) {
    medium.durable_names_.insert(path);
  }
  return medium;
}

std::string Medium::bytes_of(const std::string& path) const {
  const auto there = now_.find(path);
  return there == now_.end() || there->second == nullptr ? std::string() : *there->second;
}

bool Medium::set_bytes(const std::string& path, std::string bytes) {
  const auto there = now_.find(path);
  if (there == now_.end() || there->second == nullptr) {
    return false;
  }
  synced_.emplace(path, there->second);
  there->second = std::make_shared<std::string>(std::move(bytes));
  return true;
}

bool Medium::sync(const std::string& path) {
  if (path != "." && !now_.contains(path)) {
    return false;
  }
  synced_.erase(path);
  std::erase_if(durable_names_, [&](const std::string& name) {
    return parent_of(name) == path && !now_.contains(name);
  });
  for (const auto& [name, bytes] : now_) {
    if (parent_of(name) == path) {
      durable_names_.insert(name);
    }
  }
  return true;
}

bool Medium::sync_all(const std::string& path) {
  std::erase_if(synced_, [&](const auto& file) { return parent_of(file.first) == path; });
  return sync(path);
}

bool Medium::remove(const std::string& path) {
  const auto there = now_.find(path);
  if (there == now_.end()) {
    return false;
  }
  removed_.insert_or_assign(path, there->second);
  synced_.erase(path);
  now_.erase(there);
  return true;
}

// The new name is a file of its own that was never made durable.
bool Medium::rename(const MediaCall& call) {
  const auto there = now_.find(call.path);
  if (there == now_.end() || there->second == nullptr) {
    return false;  // nobody renames a folder in a ceremony
  }
  const auto bytes = there->second;
  const bool is_settled = !synced_.contains(call.path);
  remove(call.path);
  now_.insert_or_assign(call.other, bytes);
  if (!is_settled) {
    synced_.insert_or_assign(call.other, std::make_shared<std::string>());
  }
  return true;
}

bool Medium::apply(const MediaCall& call) {
  switch (call.kind) {
    case CallKind::kMake:
      return now_.emplace(call.path, std::make_shared<std::string>()).second;
    case CallKind::kMakeFolder:
      return now_.emplace(call.path, nullptr).second;
    case CallKind::kWrite: {
      std::string bytes = bytes_of(call.path);
      bytes.resize(std::max(bytes.size(), call.offset + call.data.size()));
      bytes.replace(call.offset, call.data.size(), call.data);
      return set_bytes(call.path, std::move(bytes));
    }
    case CallKind::kTruncate: {
      std::string bytes = bytes_of(call.path);
      bytes.resize(call.offset);
      return set_bytes(call.path, std::move(bytes));
    }
    case CallKind::kSync:
      return sync(call.path);
    case CallKind::kSyncAll:
      return sync_all(call.path);
    case CallKind::kRemove:
      return remove(call.path);
    case CallKind::kRename:
      return rename(call);
    case CallKind::kUnknown:
      break;
  }
  return false;
}

Tree Medium::after(Loss loss) const {
  if (loss == Loss::kNothing) {
    return now_;
  }
  Tree left = now_;
  for (const auto& [path, bytes] : synced_) {
    left.insert_or_assign(path, bytes);
  }
  if (loss == Loss::kBytes) {
    return left;
  }
  std::erase_if(left, [&](const auto& entry) { return !durable_names_.contains(entry.first); });
  for (const std::string& name : durable_names_) {
    if (const auto gone = removed_.find(name); gone != removed_.end()) {
      left.emplace(name, gone->second);
    }
  }
  return without_orphans(left);
}

std::string digest_of(const Tree& tree) {
  std::string all;
  for (const auto& [path, bytes] : tree) {
    all += path + '\0' + (bytes == nullptr ? "/" : digest_of_file(bytes));
  }
  return base::sha256_hex(base::bytes_of(all));
}

void write_tree(const Tree& tree, const fs::path& folder) {
  fs::create_directory(folder);
  for (const auto& [path, bytes] : tree) {
    if (bytes == nullptr) {
      fs::create_directory(folder / path);
    } else {
      std::ofstream(folder / path, std::ios::binary) << *bytes;
    }
  }
}

}  // namespace crash
