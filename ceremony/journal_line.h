// ceremony/journal_line.h - one line of journal.log: how it begins, and how it is read.
//
// {"v":1,"i":N,"prev":"HEX" stands in the clear on every line; the rest is either the entry itself
// or, in PRODUCTION, its box (journal_box.h). docs/formats/record.md, "journal.log".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/journal.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// The types that only the journal itself writes.
inline constexpr std::string_view kJournalHeaderType = "journal";
inline constexpr std::string_view kPublicType = "public";
inline constexpr std::string_view kRecoveredType = "recovered";

// Whether `type` is one of the three above.
bool is_reserved_type(std::string_view type);

// A stored line, taken apart but not yet decrypted.
struct StoredJournalLine {
  Json members;       // without v, i, prev
  std::string start;  // journal_line_start() of this line
};

// kInconsistent: what is wrong with an entry of the journal, and that nothing was repaired.
base::Error inconsistent_entry(std::uint64_t entry, const std::string& why);

// The clear beginning that all stored lines have: {"v":1,"i":N,"prev":"HEX"
std::string journal_line_start(std::uint64_t i, const std::string& prev);

// Takes line `i` apart; `prev` is the hash of the line before it, 64 hex digits.
// Errors: kInconsistent where it is no JSON of ours or does not follow that line.
base::Result<StoredJournalLine> read_journal_line(const std::string& text,
                                                  std::uint64_t i,
                                                  const std::string& prev);

// The entry in the clear members time, type, data and salt. Errors: kInconsistent.
base::Result<JournalEntry> read_clear_entry(const Json& members, std::uint64_t i);

// The entry in an encrypted line. Errors: kInconsistent, also where the line is not encrypted.
base::Result<JournalEntry> read_boxed_entry(const StoredJournalLine& line,
                                            std::uint64_t i,
                                            const base::SecretBytes& key);

}  // namespace ceremony
