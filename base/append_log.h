// base/append_log.h - a file of lines that prove themselves, and survive a power cut at any byte.
//
// Line: SHA256HEX SP TEXT LF, where SHA256HEX is the SHA-256 of the bytes of TEXT as they stand.
// The hash stands before the text so that the last line proves itself and not only its successor.
// What the text means (numbers, chaining) is the caller's affair. docs/FORMATS.md, "Log line".

#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

// One line, split. `sha256` is 64 lower-case hex digits and is always the hash of `text`.
struct LogLine {
  std::string sha256;
  std::string text;
};

// What was found behind the last whole line of a log after a crash, and cut off.
struct TornTail {
  std::size_t size_bytes = 0;  // 0: the log ended properly
  std::string sha256;          // of the bytes cut off
};

// Splits the whole content of a log. Errors: kMalformed, naming the first bad line (from 1).
Result<std::vector<LogLine>> parse_log(std::string_view content);

// An open log. Move-only; one process at a time (advisory lock; a second opener gets kWrongState).
class AppendLog {
 public:
  // A new, empty log. Errors: kRefusedByPolicy where the file exists; kStorageFailure.
  static Result<AppendLog> create(const std::filesystem::path& path);

  // An existing log, as it stands on the medium: what only the kernel remembers is written first,
  // or (where that failed before) forgotten. A tail with at most one LF in which no valid line
  // stands is a crash, and a short one whose first line has a row of zeros: its bytes are saved
  // beside the log (NAME.torn-SHA256HEX), then cut off, and reported by torn_tail(). Anything else
  // that is not a valid line is not a crash and is never repaired: kInconsistent, naming the line.
  // Errors: kNotFound, kInconsistent, kStorageFailure, kWrongState (locked).
  static Result<AppendLog> open(const std::filesystem::path& path);

  AppendLog(AppendLog&&) noexcept;
  AppendLog& operator=(AppendLog&&) noexcept;
  AppendLog(const AppendLog&) = delete;
  AppendLog& operator=(const AppendLog&) = delete;
  ~AppendLog();

  // Adds one line with a single write() and fdatasync(); on return it is on the medium.
  // Requires: text without LF. Gives the line's hash. After an error the log takes nothing more
  // (fsync that failed once is lost): close it, open it anew, and see whether the line stands; it
  // does so whole or not at all. Errors: kStorageFailure, kInvalidArgument.
  Result<std::string> append(std::string_view text);

  // The same for many lines, which become durable together: about kGroupBytes at a time, or one
  // line that is longer. After a power cut the first of them stand whole, and what is behind them
  // is a torn tail. Errors: as append(); of the lines before the error some may stand.
  static constexpr std::size_t kGroupBytes = std::size_t{64} << 10U;
  Result<void> append_all(std::span<const std::string> texts);

  // All lines that stand in the log, oldest first.
  [[nodiscard]] const std::vector<LogLine>& lines() const { return lines_; }
  [[nodiscard]] const TornTail& torn_tail() const { return torn_; }

  // A write has failed, so it takes nothing more.
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  AppendLog() = default;

  // One write() and fdatasync() of whole lines.
  Result<void> put(std::string_view lines);

  // Sets `tail` aside and cuts the file to `keep_bytes`.
  Result<void> cut_off(std::string_view tail, std::size_t keep_bytes);

  int fd_ = -1;
  bool broken_ = false;
  std::filesystem::path path_;
  std::vector<LogLine> lines_;
  TornTail torn_;
};

}  // namespace base
