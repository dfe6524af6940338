// A journal as a site keeps it.

#include "ceremony/journal_copy.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "base/media.h"
#include "ceremony/journal.h"
#include "ceremony/journal_reader.h"
#include "support/ledger_records.h"
#include "support/temporary_folder.h"

using base::SecretBytes;
using ceremony::Journal;
using ceremony::KeySource;
using ceremony::kJournalCopyStep;
using ceremony::lines_of_journal_copy;
using ceremony::make_journal_copy;
using ceremony::Mode;
using support::says;

namespace {

constexpr std::size_t kLongest = std::size_t{8} << 20U;

// A journal of some entries on a medium.
struct StoredJournal {
  support::TemporaryFolder folder;
  base::SystemClock clock;
  SecretBytes keeper = SecretBytes::random(32);
  std::optional<SecretBytes> key;
  std::string text;

  StoredJournal(Mode mode, int entries) {
    auto journal = Journal::create({.journal_path = folder.path() / "journal.log",
                                    .transcript_path = folder.path() / "transcript.log",
                                    .mode = mode,
                                    .clock = &clock,
                                    .date = "2026-11-28",
                                    .keepers = {ceremony::keeper_public_key(keeper).value()}});
    REQUIRE(journal.ok());
    for (int i = 0; i < entries; ++i) {
      REQUIRE(journal->append("noted", {{"turn", i}}).ok());
    }
    if (mode == Mode::kProduction) {
      key = journal->journal_key().value();
    }
    text = base::text_of(base::read_file(folder.path() / "journal.log", kLongest).value());
  }

  [[nodiscard]] std::string copy(std::size_t lines) const {
    return make_journal_copy(text, lines, key ? &*key : nullptr).value();
  }

  [[nodiscard]] KeySource by_keeper() const {
    return {.journal_key = nullptr, .keeper_secret = &keeper};
  }
};

}  // namespace

TEST_CASE("journal copy: a rehearsal's is the beginning of the journal as it stands") {
  const StoredJournal journal(Mode::kRehearsal, 3);
  const std::string copy = journal.copy(2);
  CHECK(journal.text.starts_with(copy));
  CHECK(ceremony::read_stored_journal(copy, {})->size() == 2);
  CHECK(lines_of_journal_copy(copy, {}).value() == copy);
  CHECK(journal.copy(4) == journal.text);
}

TEST_CASE("journal copy: of few entries and of many it is equally long, and a keeper opens it") {
  const StoredJournal few(Mode::kProduction, 1);
  const StoredJournal many(Mode::kProduction, 300);
  const std::string one = few.copy(2);
  const std::string other = many.copy(301);
  CHECK(one.size() == other.size());
  CHECK(one.size() > kJournalCopyStep);
  CHECK(lines_of_journal_copy(one, few.by_keeper()).value() == few.text);
  CHECK(lines_of_journal_copy(other, many.by_keeper()).value() == many.text);
  CHECK(lines_of_journal_copy(other, {.journal_key = &*many.key, .keeper_secret = nullptr}).ok());
  CHECK(few.copy(2) != one);  // another nonce
  CHECK(few.copy(1).size() == one.size());
  CHECK(ceremony::read_stored_journal(*lines_of_journal_copy(few.copy(1), few.by_keeper()),
                                      few.by_keeper())
            ->size() == 1);
}

TEST_CASE("journal copy: no key, another's key, a changed byte and a cut end are refused") {
  const StoredJournal journal(Mode::kProduction, 5);
  std::string copy = journal.copy(6);
  CHECK(lines_of_journal_copy(copy, {}).error().code == base::ErrorCode::kInvalidArgument);
  const SecretBytes another = SecretBytes::random(32);
  CHECK(lines_of_journal_copy(copy, {.journal_key = nullptr, .keeper_secret = &another})
            .error()
            .code == base::ErrorCode::kRefusedByPolicy);
  const std::string cut = copy.substr(0, copy.size() - 1);
  CHECK(says(lines_of_journal_copy(cut, journal.by_keeper()).error(), "is cut"));
  CHECK(says(lines_of_journal_copy(copy + "\n", journal.by_keeper()).error(), "more than a"));
  char& byte = copy[copy.size() / 2];
  byte = byte == 'A' ? 'B' : 'A';
  CHECK(lines_of_journal_copy(copy, journal.by_keeper()).error().code ==
        base::ErrorCode::kInconsistent);
  CHECK(!lines_of_journal_copy("", journal.by_keeper()).ok());
  CHECK(!lines_of_journal_copy("no journal\n", journal.by_keeper()).ok());
}

TEST_CASE("journal copy: more lines than the journal has are refused, and so are none") {
  const StoredJournal journal(Mode::kRehearsal, 1);
  CHECK(says(make_journal_copy(journal.text, 3, nullptr).error(), "fewer lines"));
  CHECK(!make_journal_copy(journal.text, 0, nullptr).ok());
}
