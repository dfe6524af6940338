#include "ceremony/site_journals.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/append_log.h"
#include "base/media.h"
#include "ceremony/journal_copy.h"
#include "ceremony/journal_line.h"
#include "ceremony/journal_reader.h"
#include "ceremony/own_outputs.h"
#include "ceremony/record_folder.h"

namespace ceremony {

namespace {

using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr const char* kJournalsFolder = "confidential";
constexpr const char* kJournalSuffix = ".journal";
constexpr std::size_t kDigitsOfJournal = 8;  // of the first line's hash

// The copies in a site's folder, sorted; none where there is no folder.
std::vector<std::string> journals_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == kJournalSuffix) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string own_journal_name(const Workplace& work) {
  return record_name(work.plan) + "-" + work.journal.first_hash().substr(0, kDigitsOfJournal) +
         kJournalSuffix;
}

// How many lines of the journal come up to its last public entry.
std::size_t lines_to_keep(const Journal& journal) {
  const auto& entries = journal.entries();
  const auto last = std::find_if(entries.rbegin(), entries.rend(), [](const JournalEntry& entry) {
    return entry.type == kPublicType;
  });
  return static_cast<std::size_t>(entries.rend() - last);
}

Result<std::string> copy_of_journal(const Workplace& work, std::string_view stored) {
  if (work.journal.mode() != Mode::kProduction) {
    return make_journal_copy(stored, lines_to_keep(work.journal), nullptr);
  }
  auto key = work.journal.journal_key();
  return key ? make_journal_copy(stored, lines_to_keep(work.journal), &*key)
             : Result<std::string>(std::move(key).error());
}

// Those of `from` that `to` lacks, but for `own`.
Result<void> bring_journals(const FromTo& folders, const std::string& own) {
  for (const std::string& name : journals_in(folders.from)) {
    if (name == own) {
      continue;
    }
    auto bytes = base::read_file(folders.from / name, kLargestJournalCopy);
    if (!bytes) {
      return std::move(bytes).error();
    }
    auto saved = base::save_new_or_same(folders.to / name, *bytes);
    if (!saved && saved.error().code != ErrorCode::kRefusedByPolicy) {
      return std::move(saved).error();
    }
  }
  return {};
}

// The hashes of all lines of a copy, each of whose entries was opened.
Result<std::vector<std::string>> hashes_in(const fs::path& file, const KeySource& source) {
  auto bytes = base::read_file(file, kLargestJournalCopy);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto stored = lines_of_journal_copy(base::text_of(*bytes), source);
  if (!stored) {
    return std::move(stored).error();
  }
  if (auto entries = read_stored_journal(*stored, source); !entries) {
    return std::move(entries).error();
  }
  auto lines = base::parse_log(*stored);
  if (!lines) {
    return std::move(lines).error();
  }
  std::vector<std::string> hashes;
  std::ranges::transform(
      *lines, std::back_inserter(hashes), [](const base::LogLine& line) { return line.sha256; });
  return hashes;
}

// Whether the copy in that file is one of PRODUCTION.
bool wants_keeper(const fs::path& file) {
  const auto bytes = base::read_file(file, kLargestJournalCopy);
  const auto header =
      bytes ? read_journal_header(base::text_of(*bytes)) : Result<JournalEntry>(bytes.error());
  return header && header->data.value("mode", "") == name_of(Mode::kProduction);
}

bool has_key(const KeySource& source) {
  return source.journal_key != nullptr || source.keeper_secret != nullptr;
}

// Whether a closed record has its journal among those with `lines`: it names a line of it. A
// drill's journal is in the clear, and lies at no site.
bool has_journal(const fs::path& record, const std::set<std::string>& lines) {
  const auto transcript = Transcript::read(record / kTranscriptFile);
  if (!transcript || transcript->entries().empty()) {
    return false;
  }
  const auto& entries = transcript->entries();
  return entries.front().data.value("mode", "") == name_of(Mode::kDrill) ||
         lines.contains(entries.back().journal);
}

}  // namespace

Result<void> keep_journal(const Workplace& work) {
  if (work.plan.mode == Mode::kDrill) {
    return {};
  }
  auto stored = base::read_file(work.confidential_folder() / kJournalFile, kLargestJournalCopy);
  if (!stored) {
    return std::move(stored).error();
  }
  auto copy = copy_of_journal(work, base::text_of(*stored));
  if (!copy) {
    return std::move(copy).error();
  }
  const std::string name = own_journal_name(work);
  for (const fs::path& site : work.room.sites) {
    if (auto made = base::make_folder_where_missing(site / kJournalsFolder); !made) {
      return made;
    }
    if (auto kept = save_own(work, site / kJournalsFolder / name, base::bytes_of(*copy)); !kept) {
      return kept;
    }
  }
  return {};
}

Result<void> exchange_journals(const Workplace& work, const TwoSites& sites) {
  const std::string own = own_journal_name(work);
  const fs::path home = sites.home / kJournalsFolder;
  const fs::path other = sites.other / kJournalsFolder;
  for (const fs::path& folder : {home, other}) {
    if (auto made = base::make_folder_where_missing(folder); !made) {
      return made;
    }
  }
  auto brought = bring_journals({.from = home, .to = other}, own);
  return brought ? bring_journals({.from = other, .to = home}, own) : brought;
}

bool has_sealed_journals(const fs::path& site) {
  const fs::path folder = site / kJournalsFolder;
  return std::ranges::any_of(journals_in(folder), [&folder](const std::string& name) {
    return wants_keeper(folder / name);
  });
}

Result<SiteJournals> open_site_journals(const fs::path& site, const KeySource& source) {
  auto records = read_records(site / "ledger", CutOff::kLeftOut);
  if (!records) {
    return std::move(records).error();
  }
  SiteJournals found;
  std::set<std::string> lines;
  for (const std::string& name : journals_in(site / kJournalsFolder)) {
    auto hashes = hashes_in(site / kJournalsFolder / name, source);
    if (hashes) {
      ++found.opened;
      lines.insert(hashes->begin(), hashes->end());
    } else if (has_key(source) && hashes.error().code == ErrorCode::kRefusedByPolicy) {
      return std::move(hashes).error().while_doing(name);
    } else {
      found.unopened.push_back(name + ": " + hashes.error().message);
    }
  }
  for (const LedgerRecord& record : *records) {
    if (!has_journal(site / "ledger" / record.name, lines)) {
      found.unopened.push_back("the record " + record.name + ": no journal here opens for it");
    }
  }
  return found;
}

}  // namespace ceremony
