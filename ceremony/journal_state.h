// ceremony/journal_state.h - what an open journal holds, and the steps that create and open it.
//
// For journal.cpp only; everybody else includes journal.h.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/append_log.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/journal.h"
#include "ceremony/journal_keys.h"
#include "ceremony/json_lines.h"
#include "ceremony/transcript.h"

namespace ceremony {

struct Journal::State {
  State(JournalOptions given, base::AppendLog opened)
      : options(std::move(given)), log(std::move(opened)) {
    options.journal_key = nullptr;  // borrowed for the call of open() only
    options.keeper_secret = nullptr;
  }

  JournalOptions options;
  base::AppendLog log;
  std::optional<base::AppendLog> transcript_log;
  std::optional<base::SecretBytes> key;
  std::vector<JournalEntry> entries;
  Transcript transcript;

  [[nodiscard]] std::string head() const {
    return log.lines().empty() ? no_previous() : log.lines().back().sha256;
  }

  // An entry as it goes onto the medium behind others: number `i`, after a line with that hash.
  struct Prepared {
    JournalEntry entry;
    std::string line;
  };
  struct Behind {
    std::uint64_t i = 0;
    std::string previous;
  };
  [[nodiscard]] base::Result<Prepared> prepare(const Behind& behind,
                                               std::string_view type,
                                               const Json& data) const;

  // Errors: kStorageFailure where the transcript has not taken what this journal holds; opened
  // anew, the journal completes it.
  [[nodiscard]] base::Result<void> check_transcript_log() const;

  // One entry onto the medium, clear or boxed. The header is always clear. Errors:
  // kInvalidArgument for data that write_json() refuses; kStorageFailure.
  base::Result<void> write(std::string_view type, const Json& data);

  // create(): makes the key where the mode has one, and writes line 0.
  // Errors: kInvalidArgument where a production journal has no keeper or a bad one; as write().
  base::Result<void> write_header();

  // open(), first: finds the key with `source` and reads all lines. Errors: as Journal::open().
  base::Result<void> read_entries(const KeySource& source);

  // open(), then: an entry for each torn end that no entry names yet: also where the power failed
  // again before the entry about it was written. Errors: as write().
  base::Result<void> note_recovery();

  // open(), then: `transcript` from the public entries. Errors: kInconsistent.
  base::Result<void> collect_transcript();

  // open(), last: opens the stored transcript and appends what it lacks of `transcript`.
  // Errors: kInconsistent where it holds anything else; kStorageFailure.
  base::Result<void> complete_transcript();

 private:
  base::Result<void> read_header();
  base::Result<void> begin_anew();
};

}  // namespace ceremony
