#include "crash/media_calls.h"

#include <array>
#include <cstdarg>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace crash {

namespace {

bool is_recording = false;
std::string recorded_folder;       // with a slash at its end
std::vector<MediaCall> all_calls;  // NOLINT(cert-err58-cpp): a test program

// The C library's function behind ours.
template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

constexpr std::size_t kLongestPath = 4096;

std::string path_of(int number) {
  std::string path(kLongestPath, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(number);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return path;
}

std::string absolute(int folder, const char* path) {
  if (path[0] == '/') {
    return path;
  }
  std::array<char, kLongestPath> here{};
  if (folder == AT_FDCWD && getcwd(here.data(), here.size()) == nullptr) {
    return path;
  }
  return (folder == AT_FDCWD ? std::string(here.data()) : path_of(folder)) + "/" + path;
}

// The path below the recorded folder, "." for that itself; "" where it lies elsewhere.
std::string below(const std::string& path) {
  if (path + "/" == recorded_folder) {
    return ".";
  }
  return path.starts_with(recorded_folder) ? path.substr(recorded_folder.size()) : std::string();
}

void note(CallKind kind, const std::string& path, MediaCall more = {}) {
  const std::string name = is_recording ? below(path) : std::string();
  if (name.empty()) {
    return;
  }
  more.kind = kind;
  more.path = name;
  all_calls.push_back(std::move(more));
}

void note_unknown(const char* function, const std::string& path) {
  note(CallKind::kUnknown, path, {.other = function});
}

bool exists(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0;
}

struct Opening {
  int folder = AT_FDCWD;
  const char* path = nullptr;
  int flags = 0;
  mode_t mode = 0;
};

int open_noted(const Opening& how) {
  using Open = int (*)(int, const char*, int, ...);
  static const auto real = next<Open>("openat");
  const bool may_change = is_recording && (how.flags & (O_CREAT | O_TRUNC)) != 0;
  const std::string path = may_change ? absolute(how.folder, how.path) : std::string();
  const bool was_there = may_change && exists(path);
  const int number = real(how.folder, how.path, how.flags, how.mode);
  if (number >= 0 && may_change && !was_there) {
    note(CallKind::kMake, path);
  }
  if (number >= 0 && may_change && was_there && (how.flags & O_TRUNC) != 0) {
    note(CallKind::kTruncate, path);
  }
  return number;
}

void note_written(int number, const void* data, ssize_t count) {
  if (!is_recording || count <= 0) {
    return;
  }
  const off_t end = lseek(number, 0, SEEK_CUR);  // behind what was written, also with O_APPEND
  if (end < count) {
    return;  // a socket or a pipe
  }
  note(CallKind::kWrite,
       path_of(number),
       {.data = std::string(static_cast<const char*>(data), static_cast<std::size_t>(count)),
        .offset = static_cast<std::size_t>(end - count)});
}

// After a call of this kind that went well, notes it.
int noted(int outcome, CallKind kind, const std::string& path, MediaCall more = {}) {
  if (outcome == 0) {
    note(kind, path, std::move(more));
  }
  return outcome;
}

int rename_noted(int outcome, const std::string& from, const std::string& to) {
  return noted(outcome, CallKind::kRename, from, {.other = below(to)});
}

}  // namespace

void start_recording(const std::string& folder) {
  recorded_folder = folder + "/";
  all_calls.clear();
  is_recording = true;
}

std::vector<MediaCall> stop_recording() {
  is_recording = false;
  return std::move(all_calls);
}

std::string packed(const std::vector<MediaCall>& calls) {
  auto list = nlohmann::json::array();
  for (const MediaCall& call : calls) {
    list.push_back({static_cast<int>(call.kind),
                    call.path,
                    call.other,
                    nlohmann::json::binary({call.data.begin(), call.data.end()}),
                    call.offset});
  }
  const auto bytes = nlohmann::json::to_msgpack(list);
  return {bytes.begin(), bytes.end()};
}

std::vector<MediaCall> unpacked(const std::string& text) {
  std::vector<MediaCall> calls;
  for (const auto& one : nlohmann::json::from_msgpack(text)) {
    const auto& data = one.at(3).get_binary();
    calls.push_back({.kind = static_cast<CallKind>(one.at(0).get<int>()),
                     .path = one.at(1),
                     .other = one.at(2),
                     .data = {data.begin(), data.end()},
                     .offset = one.at(4)});
  }
  return calls;
}

}  // namespace crash

// NOLINTBEGIN: the C library's own names and forms
using namespace crash;

namespace {

mode_t mode_argument(int flags, va_list arguments) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_noted({AT_FDCWD, path, flags, mode});
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_noted({AT_FDCWD, path, flags, mode});
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_noted({folder, path, flags, mode});
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_noted({folder, path, flags, mode});
}

int creat(const char* path, mode_t mode) {
  return open_noted({AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode});
}

ssize_t write(int number, const void* data, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  const ssize_t count = real(number, data, size);
  note_written(number, data, count);
  return count;
}

ssize_t writev(int number, const struct iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const struct iovec*, int)>("writev");
  note_unknown("writev", path_of(number));
  return real(number, parts, count);
}

ssize_t pwrite(int number, const void* data, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  const ssize_t count = real(number, data, size, offset);
  if (is_recording && count > 0) {
    note(CallKind::kWrite,
         path_of(number),
         {.data = std::string(static_cast<const char*>(data), static_cast<std::size_t>(count)),
          .offset = static_cast<std::size_t>(offset)});
  }
  return count;
}

int ftruncate(int number, off_t size) noexcept {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  return noted(real(number, size),
               CallKind::kTruncate,
               is_recording ? path_of(number) : "",
               {.offset = static_cast<std::size_t>(size)});
}

int fsync(int number) {
  static const auto real = next<int (*)(int)>("fsync");
  return noted(real(number), CallKind::kSync, is_recording ? path_of(number) : "");
}

int fdatasync(int number) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return noted(real(number), CallKind::kSync, is_recording ? path_of(number) : "");
}

int syncfs(int number) noexcept {
  static const auto real = next<int (*)(int)>("syncfs");
  return noted(real(number), CallKind::kSyncAll, is_recording ? path_of(number) : "");
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  return noted(real(path, mode), CallKind::kMakeFolder, absolute(AT_FDCWD, path));
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  static const auto real = next<int (*)(int, const char*, mode_t)>("mkdirat");
  return noted(real(folder, path, mode), CallKind::kMakeFolder, absolute(folder, path));
}

int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  return noted(real(path), CallKind::kRemove, absolute(AT_FDCWD, path));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  return noted(real(folder, path, flags), CallKind::kRemove, absolute(folder, path));
}

int rmdir(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("rmdir");
  return noted(real(path), CallKind::kRemove, absolute(AT_FDCWD, path));
}

int remove(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("remove");
  return noted(real(path), CallKind::kRemove, absolute(AT_FDCWD, path));
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return rename_noted(real(from, to), absolute(AT_FDCWD, from), absolute(AT_FDCWD, to));
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static const auto real = next<int (*)(int, const char*, int, const char*)>("renameat");
  return rename_noted(
      real(from_folder, from, to_folder, to), absolute(from_folder, from), absolute(to_folder, to));
}

int renameat2(
    int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  return rename_noted(real(from_folder, from, to_folder, to, flags),
                      absolute(from_folder, from),
                      absolute(to_folder, to));
}

int link(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  note_unknown("link", absolute(AT_FDCWD, to));
  return real(from, to);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int, const char*, int)>("linkat");
  note_unknown("linkat", absolute(to_folder, to));
  return real(from_folder, from, to_folder, to, flags);
}

int symlink(const char* target, const char* path) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("symlink");
  note_unknown("symlink", absolute(AT_FDCWD, path));
  return real(target, path);
}

int truncate(const char* path, off_t size) noexcept {
  static const auto real = next<int (*)(const char*, off_t)>("truncate");
  note_unknown("truncate", absolute(AT_FDCWD, path));
  return real(path, size);
}

}  // extern "C"
// NOLINTEND
