// tests/crash/media_calls.h - every call with which this program changes files below one folder.
//
// media_calls.cpp stands in front of the C library's own functions in the whole process, the C++
// library and OpenSSL included.

#pragma once

#include <string>
#include <vector>

namespace crash {

enum class CallKind {
  kMake,      // a new, empty file
  kWrite,     // `data` at `offset`
  kTruncate,  // to `offset` bytes
  kSync,      // of a file or a folder
  kMakeFolder,
  kRemove,   // a file or an empty folder
  kRename,   // to `other`
  kSyncAll,  // of a folder and the files in it; the rest of its file system counts as not synced
  kUnknown   // a call that changes files and that nobody has taught this program; `other` names it
};

struct MediaCall {
  CallKind kind = CallKind::kUnknown;
  std::string path = {};  // below the recorded folder
  std::string other = {};
  std::string data = {};
  std::size_t offset = 0;  // bytes
};

// Records every call below `folder` (an absolute path) from now on.
void start_recording(const std::string& folder);

// What was recorded since, in order.
std::vector<MediaCall> stop_recording();

// For one process to hand to another: as MessagePack.
std::string packed(const std::vector<MediaCall>& calls);
std::vector<MediaCall> unpacked(const std::string& text);

}  // namespace crash
