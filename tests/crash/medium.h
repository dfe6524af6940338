// tests/crash/medium.h - a folder in memory: what stands on the media after so many calls, and what
// would be left of it had the power been cut just then.

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "crash/media_calls.h"

namespace crash {

// What is lost of that which was not yet made durable by fsync.
enum class Loss {
  kNothing,        // the program was killed; the kernel lives
  kBytes,          // the names are there, and what was written since the last fsync is not
  kBytesAndNames,  // nor are the names that their folders were not synced for
};

// By path below the folder: a file's bytes, or nullptr for a folder.
using Tree = std::map<std::string, std::shared_ptr<const std::string>>;

class Medium {
 public:
  // Everything in `folder` counts as durable.
  static Medium read(const std::filesystem::path& folder);

  static Medium of(const Tree& tree);

  // False where the call is of no known kind, or does not fit what is there.
  bool apply(const MediaCall& call);

  [[nodiscard]] Tree after(Loss loss) const;

 private:
  bool set_bytes(const std::string& path, std::string bytes);
  bool sync(const std::string& path);
  bool sync_all(const std::string& path);
  bool remove(const std::string& path);
  bool rename(const MediaCall& call);
  [[nodiscard]] std::string bytes_of(const std::string& path) const;

  Tree now_;
  Tree synced_;   // files with bytes that are not durable: as they were
  Tree removed_;  // names that are gone, durably or not
  std::set<std::string> durable_names_;
};

// SHA-256 over names and bytes.
std::string digest_of(const Tree& tree);

// Makes `folder`, which must not exist, and everything in it.
void write_tree(const Tree& tree, const std::filesystem::path& folder);

}  // namespace crash
