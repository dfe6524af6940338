// ceremony/evaluation_entries.h - single public entries, read into facts for the evaluation.
//
// What each type of entry holds: docs/formats/entries.md. Errors are always kMalformed and name the
// record, the entry and the member.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/calendar.h"
#include "base/result.h"
#include "ceremony/evaluation_facts.h"

namespace ceremony {

// Reads members of one entry's data. The first fault is kept and later reads give empty values, so
// that a reader needs no branch per member; finish() gives the fault. Record and entry are
// borrowed.
class EntryReader {
 public:
  EntryReader(const PublicRecord& record, const TranscriptEntry& entry)
      : record_(record), entry_(entry) {}

  std::string text(std::string_view name);
  std::string digest(std::string_view name);  // 64 hex digits
  std::uint64_t number(std::string_view name);
  std::int64_t path_length();  // -1: none
  base::Date date(std::string_view name);

  std::string token_text(std::string_view name);  // in the member "token"

  [[nodiscard]] const TranscriptEntry& entry() const { return entry_; }
  [[nodiscard]] const PublicRecord& record() const { return record_; }

  void fail(const std::string& what);
  [[nodiscard]] base::Result<void> finish() const;

 private:
  const PublicRecord& record_;
  const TranscriptEntry& entry_;
  std::string fault_;
};

base::Result<CertificateFact> read_certificate_fact(EntryReader& reader, EntryRef ref);
base::Result<KeyFact> read_key_fact(EntryReader& reader, EntryRef ref);
base::Result<ShareSetFact> read_share_set_fact(EntryReader& reader, EntryRef ref);

}  // namespace ceremony
