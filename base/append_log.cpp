#include "base/append_log.h"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/lock_holder.h"
#include "base/media.h"
#include "base/posix_file.h"

namespace base {

namespace {

constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kMaxLogBytes = std::size_t{256} * 1024 * 1024;
constexpr unsigned kLogMode = 0600;  // a journal is confidential; a transcript is copied out
constexpr int kMaxTornNames = 9;

// The valid lines that a log begins with, and how many bytes they take.
struct ValidPrefix {
  std::vector<LogLine> lines;
  std::size_t size_bytes = 0;
};

// `line` without its LF. Says whether it proves itself.
bool is_valid_line(std::string_view line) {
  if (line.size() <= kHashDigits || line[kHashDigits] != ' ') {
    return false;
  }
  return line.substr(0, kHashDigits) == sha256_hex(bytes_of(line.substr(kHashDigits + 1)));
}

ValidPrefix valid_prefix_of(std::string_view content) {
  ValidPrefix prefix;
  while (prefix.size_bytes < content.size()) {
    const std::string_view rest = content.substr(prefix.size_bytes);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || !is_valid_line(rest.substr(0, end))) {
      break;
    }
    prefix.lines.push_back(
        {.sha256 = std::string(rest.substr(0, kHashDigits)),
         .text = std::string(rest.substr(kHashDigits + 1, end - kHashDigits - 1))});
    prefix.size_bytes += end + 1;
  }
  return prefix;
}

// True where a whole line that proves itself stands somewhere behind the start of `tail`: then the
// line feed before it was changed, which no crash does, and cutting would lose what was durable.
bool hides_a_valid_line(std::string_view tail) {
  const std::size_t end = tail.find('\n');
  if (end == std::string_view::npos) {
    return false;
  }
  const std::string_view lines = tail.substr(0, end);
  for (std::size_t space = lines.find(' ', kHashDigits + 1); space != std::string_view::npos;
       space = lines.find(' ', space + 1)) {
    if (is_valid_line(lines.substr(space - kHashDigits))) {
      return true;
    }
  }
  return false;
}

// What a power cut can leave of the last write: a beginning of a line, or of several of which a
// file system has brought a later part to the medium and left zeros for an earlier one. No line of
// ours holds zeros.
bool is_cut_off_write(std::string_view tail) {
  constexpr std::string_view kHole("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  const bool has_hole =
      tail.size() <= 2 * AppendLog::kGroupBytes && tail.find(kHole) < tail.find('\n');
  return has_hole || (std::count(tail.begin(), tail.end(), '\n') <= 1 && !hides_a_valid_line(tail));
}

// ", which was started at 10:31 UTC on 2026-11-28", or "" where that is not known.
std::string since_when(const FileDescriptor& file) {
  constexpr std::size_t kHour = 11;  // where it begins in a time, and how long hour and minute are
  constexpr std::size_t kHourAndMinute = 5;
  const auto start = start_of_lock_holder(file.number());
  if (!start) {
    return "";
  }
  return ", which was started at " + format_utc_time(*start).substr(kHour, kHourAndMinute) +
         " UTC on " + format_date(date_of(*start));
}

Error locked_error(const FileDescriptor& file, const std::filesystem::path& path) {
  return Error{ErrorCode::kWrongState,
               "The log " + in_quotes(path) + " is in use by another program" + since_when(file) +
                   ". Close that one first; two may not write the same log."};
}

Result<void> lock(const FileDescriptor& file, const std::filesystem::path& path) {
  const int outcome = retry_interrupted([&] { return flock(file.number(), LOCK_EX | LOCK_NB); });
  if (outcome == 0) {
    return {};
  }
  return errno == EWOULDBLOCK ? locked_error(file, path) : storage_error({path, "locked", errno});
}

Result<FileDescriptor> open_existing(const std::filesystem::path& path) {
  FileDescriptor file(retry_interrupted(
      [&] { return open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); }));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return Error{ErrorCode::kNotFound,
                   "There is no log " + in_quotes(path) + ". Check the medium and the name."};
    }
    return storage_error({path, "opened", errno});
  }
  return file;
}

Result<std::size_t> size_of_log(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat about {};
  if (fstat(file.number(), &about) != 0) {
    return storage_error({path, "read", errno});
  }
  if (!S_ISREG(about.st_mode) || std::cmp_greater(about.st_size, kMaxLogBytes)) {
    return Error{ErrorCode::kInconsistent,
                 in_quotes(path) +
                     " cannot be a log: it is no regular file, or far too large. "
                     "Check that it is the right one."};
  }
  return static_cast<std::size_t>(about.st_size);
}

Result<std::string> read_whole(const FileDescriptor& file, const std::filesystem::path& path) {
  const Result<std::size_t> size = size_of_log(file, path);
  if (!size) {
    return size.error();
  }
  if (const auto settled = settle(file, path); !settled) {
    return settled.error();
  }
  std::string content(*size, '\0');
  const std::ptrdiff_t count =
      read_up_to(file.number(), {reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
  if (count < 0 || std::cmp_not_equal(count, content.size())) {
    return storage_error({path, "read", count < 0 ? errno : 0});
  }
  return content;
}

// A program that was killed may have left the file in the kernel's memory only.
Result<void> settle_file(const std::filesystem::path& path) {
  const Result<OpenedFile> opened = open_regular_file(path);
  return opened ? settle(opened->file, path) : Result<void>{opened.error()};
}

// Saves the torn bytes under the first name that is free or already holds exactly these bytes: a
// crash while saving them may have left half of them under a name that is never overwritten.
Result<void> save_torn(const std::filesystem::path& log, const LogLine& torn) {
  for (int attempt = 1; attempt <= kMaxTornNames; ++attempt) {
    std::filesystem::path target = log;
    target += ".torn-" + torn.sha256;
    if (attempt > 1) {
      target += "." + std::to_string(attempt);
    }
    const Result<Bytes> there = read_file(target, torn.text.size());
    if (there && text_of(*there) == torn.text) {
      return settle_file(target);
    }
    if (!there && there.error().code == ErrorCode::kStorageFailure) {
      return there.error();
    }
    if (there || there.error().code != ErrorCode::kNotFound) {
      continue;
    }
    Bytes scratch(torn.text.size() + 1);
    const auto saved = save_exclusive({target, kLogMode}, bytes_of(torn.text), scratch);
    return saved ? Result<void>{} : Result<void>{saved.error()};
  }
  return Error{ErrorCode::kStorageFailure,
               "The torn end of the log " + in_quotes(log) +
                   " could not be set aside: every name for it is taken. Copy the medium and have "
                   "it examined."};
}

Error not_a_crash(const std::filesystem::path& path, std::size_t line_number) {
  return Error{ErrorCode::kInconsistent,
               "The log " + in_quotes(path) + " was changed: line " + std::to_string(line_number) +
                   " does not fit its hash, and no power cut leaves it so. Nothing was repaired; "
                   "stop, and have the medium examined."};
}

}  // namespace

Result<std::vector<LogLine>> parse_log(std::string_view content) {
  ValidPrefix prefix = valid_prefix_of(content);
  if (prefix.size_bytes != content.size()) {
    return Error{ErrorCode::kMalformed,
                 "Line " + std::to_string(prefix.lines.size() + 1) +
                     " of the log does not fit its hash or is cut short. Use another copy of the "
                     "log."};
  }
  return std::move(prefix.lines);
}

AppendLog::AppendLog(AppendLog&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      broken_(std::exchange(other.broken_, true)),
      path_(std::move(other.path_)),
      lines_(std::move(other.lines_)),
      torn_(std::move(other.torn_)) {}

AppendLog& AppendLog::operator=(AppendLog&& other) noexcept {
  if (this != &other) {
    const FileDescriptor mine(std::exchange(fd_, std::exchange(other.fd_, -1)));
    broken_ = std::exchange(other.broken_, true);
    path_ = std::move(other.path_);
    lines_ = std::move(other.lines_);
    torn_ = std::move(other.torn_);
  }
  return *this;
}

AppendLog::~AppendLog() {
  const FileDescriptor mine(std::exchange(fd_, -1));
}

Result<AppendLog> AppendLog::create(const std::filesystem::path& path) {
  const Result<ParentFolder> parent = open_parent(path);
  if (!parent) {
    return parent.error();
  }
  FileDescriptor file(openat(parent->folder.number(),
                             parent->name.c_str(),
                             O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                             kLogMode));
  if (!file.is_open() && errno == EEXIST) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "The log " + in_quotes(path) +
                     " already exists, and nothing is ever overwritten. Choose another name."};
  }
  if (!file.is_open()) {
    return storage_error({path, "made", errno});
  }
  auto durable = lock(file, path);
  if (durable) {
    durable = make_durable(file, *parent, path);
  }
  if (!durable) {
    return removed_after(*parent, durable.error());
  }
  AppendLog log;
  log.fd_ = file.release();
  log.path_ = path;
  return log;
}

Result<AppendLog> AppendLog::open(const std::filesystem::path& path) {
  Result<FileDescriptor> file = open_existing(path);
  if (!file) {
    return file.error();
  }
  if (const auto locked = lock(*file, path); !locked) {
    return locked.error();
  }
  const Result<std::string> content = read_whole(*file, path);
  if (!content) {
    return content.error();
  }
  AppendLog log;
  log.path_ = path;
  ValidPrefix prefix = valid_prefix_of(*content);
  const std::string_view tail = std::string_view(*content).substr(prefix.size_bytes);
  log.lines_ = std::move(prefix.lines);
  log.fd_ = file->release();
  if (!tail.empty()) {
    if (const auto cut = log.cut_off(tail, prefix.size_bytes); !cut) {
      return cut.error();
    }
  }
  return log;
}

Result<void> AppendLog::cut_off(std::string_view tail, std::size_t keep_bytes) {
  if (!is_cut_off_write(tail)) {
    return not_a_crash(path_, lines_.size() + 1);
  }
  const LogLine torn{.sha256 = sha256_hex(bytes_of(tail)), .text = std::string(tail)};
  if (auto saved = save_torn(path_, torn); !saved) {
    return saved;
  }
  // Before anything is appended: a line glued to a torn one would be lost with it.
  if (ftruncate(fd_, static_cast<off_t>(keep_bytes)) != 0 || fsync(fd_) != 0) {
    return storage_error({path_, "repaired after the power cut", errno});
  }
  torn_ = {.size_bytes = tail.size(), .sha256 = torn.sha256};
  return {};
}

namespace {

// The medium took only the beginning of a line: off with it, so that a full medium needs no room to
// set it aside when the log is opened again. If even that fails, open() finds a torn line.
void take_back(int fd, std::ptrdiff_t size_bytes) {
  const off_t end = lseek(fd, 0, SEEK_END);
  if (end >= size_bytes && ftruncate(fd, end - size_bytes) == 0) {
    static_cast<void>(fsync(fd));
  }
}

}  // namespace

Result<std::string> AppendLog::append(std::string_view text) {
  const std::string one(text);
  const Result<void> appended = append_all({&one, 1});
  return appended ? Result<std::string>(lines_.back().sha256) : appended.error();
}

Result<void> AppendLog::append_all(std::span<const std::string> texts) {
  if (std::ranges::any_of(texts, [](const auto& text) { return text.find('\n') != text.npos; })) {
    return Error{ErrorCode::kInvalidArgument, "A log line may not contain a line feed."};
  }
  if (broken_) {
    return Error{ErrorCode::kStorageFailure,
                 "The log " + in_quotes(path_) +
                     " takes no more lines after the failure before. Open it again."};
  }
  for (auto text = texts.begin(); text != texts.end();) {
    std::string group;
    std::vector<LogLine> lines;
    for (; text != texts.end() && (lines.empty() || group.size() + text->size() < kGroupBytes);
         ++text) {
      lines.push_back({.sha256 = sha256_hex(bytes_of(*text)), .text = *text});
      group.append(lines.back().sha256).append(" ").append(*text).append("\n");
    }
    if (auto written = put(group); !written) {
      return written;
    }
    std::ranges::move(lines, std::back_inserter(lines_));
  }
  return {};
}

Result<void> AppendLog::put(std::string_view lines) {
  // One write(): a crash then leaves a beginning of it and never a mixture.
  const auto count = retry_interrupted([&] { return write(fd_, lines.data(), lines.size()); });
  if (count < 0 || std::cmp_not_equal(count, lines.size())) {
    const int error = count < 0 ? errno : ENOSPC;
    broken_ = true;
    if (count > 0) {
      take_back(fd_, count);
    }
    return storage_error({path_, "written", error});
  }
  if (fdatasync(fd_) != 0) {
    broken_ = true;
    return storage_error({path_, "made durable", errno});
  }
  return {};
}

}  // namespace base
