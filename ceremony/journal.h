// ceremony/journal.h - the confidential log of a ceremony, from which its transcript is made.
//
// Every step is written here before it counts. A public entry is written here first, whole and
// with the strings that open what it hides (type "public"), and only then appended to
// transcript.log; so one file decides after a crash, and the transcript can always be completed.
// In PRODUCTION every line but the first is encrypted on the medium; the chain runs over the lines
// as stored and can be checked without the key. docs/formats/record.md, "journal.log".

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/disclosure.h"
#include "ceremony/journal_box.h"
#include "ceremony/json_lines.h"
#include "ceremony/mode.h"
#include "ceremony/transcript.h"

namespace base {
class Clock;
}

namespace ceremony {

// Where a journal lies and how it is opened. Pointers are borrowed: `clock` for the journal's life,
// the keys for the call of open() only.
struct JournalOptions {
  std::filesystem::path journal_path;
  std::filesystem::path transcript_path;
  Mode mode = Mode::kRehearsal;
  const base::Clock* clock = nullptr;
  std::string date;  // of the public entries, YYYY-MM-DD: the plan's; empty: the day of opening

  // create() in PRODUCTION: those who may read the journal later; at least one.
  std::vector<X25519PublicKey> keepers;

  // open() in PRODUCTION: one of the two.
  const base::SecretBytes* journal_key = nullptr;    // 32 bytes, from the resume ticket
  const base::SecretBytes* keeper_secret = nullptr;  // 32 bytes, X25519
};

// Its name in the folder of a ceremony's confidential record.
inline constexpr const char* kJournalFile = "journal.log";

// One entry of the journal, in the clear.
struct JournalEntry {
  std::uint64_t i = 0;
  std::string type;
  std::string time;  // RFC 3339, UTC, whole seconds: 2026-11-23T10:00:00Z
  Json data;
};

// A public entry that is to be written.
struct Publication {
  std::string type;
  Json data;
  std::vector<HiddenFact> hidden;
};

class Journal {
 public:
  // A new journal and a new, empty transcript; neither file may exist. Line 0 (type "journal",
  // always in the clear) names the mode and, in PRODUCTION, holds the journal key sealed to each
  // keeper. Errors: kInvalidArgument; kRefusedByPolicy where a file exists; kStorageFailure.
  static base::Result<Journal> create(JournalOptions options);

  // Takes up a journal. A torn last line is cut off (its bytes are kept beside it) and an entry of
  // type "recovered" names its length and hash; then the transcript is completed from the journal.
  // Where the power failed before line 0 was whole, it is written now, as create() does.
  // Errors: kNotFound; kWrongState where another process has it open; kInconsistent where journal
  // or transcript were altered (nothing is repaired); kInvalidArgument where the mode differs or a
  // key is missing; kRefusedByPolicy where the key is not this journal's; kStorageFailure.
  static base::Result<Journal> open(JournalOptions options);

  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  // Adds a confidential entry with a fresh 128-bit salt; on return it is on the medium. After an
  // error open the journal anew. Errors: kInvalidArgument for a bad or reserved type ("journal",
  // "public", "recovered") or data that is no object; kStorageFailure.
  base::Result<void> append(std::string_view type, const Json& data);

  // Adds a public entry: first here with its disclosures, then to the transcript.
  // Errors: as build_public_line(); kStorageFailure.
  base::Result<void> publish(std::string_view type,
                             const Json& data,
                             std::vector<HiddenFact> hidden = {});

  // The same for many: all of them here, then all of them in the transcript, each time durable
  // together (AppendLog::append_all()). Errors: as build_public_line(): nothing was written then;
  // kStorageFailure.
  base::Result<void> publish_all(const std::vector<Publication>& publications);

  // Hash of line 0, 64 hex digits: no two journals have the same.
  [[nodiscard]] const std::string& first_hash() const;

  // Hash of the last stored line, 64 hex digits.
  [[nodiscard]] std::string head() const;

  // Hash of the transcript's last line; 64 zeros before the first.
  [[nodiscard]] std::string transcript_head() const;

  // All entries, oldest first; [0] is the one of type "journal".
  [[nodiscard]] const std::vector<JournalEntry>& entries() const;

  [[nodiscard]] const Transcript& transcript() const;
  [[nodiscard]] Mode mode() const;

  // The journal key for the resume ticket (32 bytes). Errors: kWrongState outside PRODUCTION.
  [[nodiscard]] base::Result<base::SecretBytes> journal_key() const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  struct Group;
  [[nodiscard]] std::string public_date() const;
  base::Result<void> prepare(const Publication& publication, Group& group);
  std::unique_ptr<State> state_;
};

// Checks the chain of a stored journal without any key: hashes, numbers and `prev`.
// Errors: kMalformed or kInconsistent, naming the first bad entry.
base::Result<void> check_stored_journal(std::string_view content);

}  // namespace ceremony
