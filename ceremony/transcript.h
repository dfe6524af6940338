// ceremony/transcript.h - the public record of one ceremony, read and checked.
//
// A projection of the journal: each line was first written there, word for word. It is written by
// Journal::publish() alone. Nothing in it may depend on k or n: entries carry the date only, and
// every entry that may hide facts has 32 digests. docs/formats/record.md, "transcript.log".

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/disclosure.h"
#include "ceremony/json_lines.h"
#include "ceremony/merkle.h"

namespace ceremony {

// One public entry. `text` are the bytes that are hashed, `sha256` their hash.
struct TranscriptEntry {  // NOLINT(bugprone-exception-escape): a null Json allocates nothing
  std::uint64_t i = 0;
  std::string prev;
  std::string date;  // YYYY-MM-DD, UTC
  std::string type;
  Json data;            // with "_sd" where the type may hide facts
  std::string journal;  // the journal's head when this was written
  std::string text;
  std::string sha256;
  MerkleHash leaf{};  // of `text`
};

// What is wrong with a transcript, and in which entry first.
struct TranscriptFlaw {
  std::string
      rule;  // "line", "hash", "json", "keys", "number", "chain", "date", "digests", "order"
  std::uint64_t entry = 0;
  std::string message;
};

// Whether entries of `type` may hide facts. These have the 32 digests, whether or not they hide any
// this time; all others have none, and what stands in them is open to everybody.
bool may_hide_facts(std::string_view type);

// A type's name: lower-case letters, digits, '-' and '.', 1 to 40 characters.
bool is_type_name(std::string_view type);

// What of a transcript stays in memory: all of it, or what a verdict needs: of every entry its
// number, date, type and hashes, and the whole only of those that a verifier looks into (the first,
// the roster, evaluations, the last).
enum class Keep { kAll, kForVerdict };

struct TranscriptReading;
class TranscriptReader;

// Bytes that a transcript may have; one of 100,000 entries has 75 MB.
inline constexpr std::size_t kLargestTranscript = std::size_t{256} << 20U;

// The transcript of one ceremony; its lines, numbers, hashes, dates and digests have been checked.
class Transcript {
 public:
  // An empty one, as it is before the first entry.
  Transcript() = default;

  // Reads the whole content of a transcript.log. Errors: kMalformed or kInconsistent; the message
  // begins with the first bad entry: "entry 4: ...".
  static base::Result<Transcript> parse(std::string_view content);

  // The same from a file of at most kLargestTranscript. Errors also: kNotFound, kStorageFailure.
  static base::Result<Transcript> read(const std::filesystem::path& path);

  [[nodiscard]] const std::vector<TranscriptEntry>& entries() const { return entries_; }

  // Hash of the last line, 64 hex digits; 64 zeros before the first.
  [[nodiscard]] std::string head() const;

  // RFC 6962 root over the texts of the entries.
  [[nodiscard]] MerkleHash root() const;

  // A text of the first entry ("ceremony", "mode", "previous_head"); "" where it is not there.
  [[nodiscard]] std::string opening(std::string_view member) const;

  // Adds a line. Errors: as parse(); nothing was added then.
  base::Result<void> add(std::string_view text);

  // Takes away the last `count` entries, which were not written after all.
  void forget_last(std::size_t count) { entries_.resize(entries_.size() - count); }

 private:
  friend TranscriptReading read_transcript(TranscriptReader& reader);

  std::vector<TranscriptEntry> entries_;
};

// As Transcript::parse(), taken apart for a report. Of a long one, parts are read in threads.
struct TranscriptReading {
  Transcript transcript;              // the entries before the flaw
  std::vector<TranscriptFlaw> flaws;  // none, or the first
};
TranscriptReading read_transcript(std::string_view content, Keep keep);

// The same of a transcript.log, read as it goes. Errors: as Transcript::read(), but for flaws.
base::Result<TranscriptReading> read_transcript_file(const std::filesystem::path& path, Keep keep);

// Everything from which a public line is made.
struct PublicEntry {
  std::uint64_t i = 0;
  std::string prev;
  std::string date;
  std::string type;
  Json data;
  std::string journal;
};

// A public line's text and the strings that open what it hides (for the journal).
struct PublicLine {
  std::string text;
  std::vector<std::string> disclosures;
};

// Builds a public line. Its length depends on the open members alone: every hidden fact is one of
// 32 digests of equal length, and so is every decoy.
// Errors: kInvalidArgument for a bad type name, data that is no object, a member named "_sd" or
// "..." (hidden ones too), a hidden fact in an entry of a type that has none, two facts of one
// name, or more than 32 of them.
base::Result<PublicLine> build_public_line(PublicEntry entry, std::vector<HiddenFact> hidden);

}  // namespace ceremony
