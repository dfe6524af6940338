// ceremony/transcript_reader.h - the lines of a transcript, each by itself; for transcript.cpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/background.h"
#include "base/posix_file.h"
#include "ceremony/transcript.h"

namespace ceremony {

// `v` of every line.
inline constexpr std::uint64_t kTranscriptVersion = 1;

// Why a line is refused: the rule and the sentence, without the entry's number.
struct Objection {
  std::string rule;
  std::string message;
};

using MaybeObjection = std::optional<Objection>;

// A line as it is by itself, whatever stands before it.
struct LineReading {  // NOLINT(bugprone-exception-escape): as TranscriptEntry
  TranscriptEntry entry;
  MaybeObjection form;     // nothing of the entry counts then
  MaybeObjection members;  // of the date, the type, or the journal's head
  MaybeObjection digests;
};

// The text of a line, without its hash.
LineReading reading_of_text(std::string_view text);

// Reads the lines of a transcript in their order. Of many, the next few thousand are read in
// threads of their own beside it: only a line's place depends on those before it.
class TranscriptReader {
 public:
  // `content` is borrowed.
  TranscriptReader(std::string_view content, Keep keep);

  // Reads the file as it goes, a few MiB of it in memory.
  TranscriptReader(base::OpenedFile file, Keep keep);

  // Nothing is left.
  [[nodiscard]] bool is_done() const { return ahead_.empty() && part_.empty(); }

  // The file could not be read to its end, or grew while it was read.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  // Requires: not is_done().
  LineReading next();

 private:
  // Whole lines, but perhaps the last of all; borrowed from the content or from `owner`.
  struct Lines {
    std::string_view text;
    std::shared_ptr<const std::string> owner;
  };
  using Part = std::deque<LineReading>;

  void begin_parts();
  Lines next_lines();
  Lines next_of_content();
  Lines next_of_file();

  std::string_view rest_;         // of a content
  base::FileDescriptor file_;     // closed at its end
  std::uint64_t left_bytes_ = 0;  // of the file
  std::string begun_;             // a line of the file, as far as it was read
  bool has_failed_ = false;
  Keep keep_;
  base::Amount amount_;
  std::deque<std::future<Part>> ahead_;
  Part part_;
};

}  // namespace ceremony
