#include "ceremony/ledger_files.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/ledger.h"
#include "ceremony/live_vault.h"
#include "ceremony/record_folder.h"
#include "ceremony/roster.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestSiteFile = 64U << 20U;  // bytes; a CRL of a million entries has 40 MB
constexpr std::size_t kDigitsInName = 8;              // of a digest, behind a name that is taken

bool is_on_medium(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

// The seal of a record is copied last. One that the power cut off ends within a line, or before all
// have signed whom the transcript names.
bool is_sealed(const fs::path& record) {
  const auto bytes = base::read_file(record / kSealFile, kLargestSiteFile);
  const auto transcript = Transcript::read(record / kTranscriptFile);
  if (!bytes) {
    return false;
  }
  const std::string_view seal = base::text_of(*bytes);
  const Roster roster = transcript ? read_roster(*transcript) : Roster();  // who reads it will say
  return seal.ends_with('\n') && std::ranges::all_of(roster.keys, [&](const Vkey& key) {
           return seal.find("\n\u2014 " + key.name + " ") != seal.npos;
         });
}

Error cut_off(const std::string& record) {
  return Error{ErrorCode::kInconsistent,
               "the copy of the record " + record +
                   " in this ledger was cut off before its seal, so what it says may be missing "
                   "here; nothing was done; end that ceremony at this site, or complete the "
                   "folder from the other site or from the published copies"};
}

// The names of the entries of a folder, sorted; none where it is missing.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Both sites have acted since they last met.
Error other_site_acted(const fs::path& other, std::string_view what) {
  return Error{ErrorCode::kInconsistent,
               "the site " + other.filename().string() + " has " + std::string(what) +
                   " that the site of this ceremony does not know: both sites have acted; "
                   "nothing of it was overwritten; import its records and merge the two ledgers "
                   "first"};
}

// Whether one file holds a beginning of the other or all of it, perhaps with zeros for what the
// power cut off. Errors: as base::read_file().
Result<bool> is_beginning(const FromTo& files) {
  auto part = base::read_file(files.from, kLargestSiteFile);
  auto whole = base::read_file(files.to, kLargestSiteFile);
  if (!part || !whole) {
    return std::move(part ? whole : part).error();
  }
  if (part->size() > whole->size()) {
    return false;
  }
  const auto [differs, unused] = std::mismatch(part->begin(), part->end(), whole->begin());
  return std::all_of(differs, part->end(), [](std::uint8_t byte) { return byte == 0; });
}

// Every whole record of `other` must be one of `home`, whatever it is called there.
Result<void> check_no_fork(const TwoSites& sites, const Ledger& ours) {
  auto theirs = read_records(sites.other / "ledger", CutOff::kLeftOut);
  if (!theirs) {
    return std::move(theirs).error();
  }
  for (const LedgerRecord& one : *theirs) {
    if (!ours.has(one.head)) {
      return other_site_acted(sites.other, "the record " + one.name);
    }
  }
  return {};
}

// Whether every file of the folder `to`, as far as it is there, is the one of `from` or the
// beginning of it.
Result<bool> may_hold(const FromTo& folders) {
  for (const std::string& name : names_in(folders.to)) {
    if (!is_on_medium(folders.from / name)) {
      return false;
    }
    auto begins = is_beginning({.from = folders.to / name, .to = folders.from / name});
    if (!begins || !*begins) {
      return begins;
    }
  }
  return true;
}

// Whether `name` is what a copy left behind that was cut off and begun anew under another name.
Result<bool> is_remnant(const fs::path& ledger, const std::string& name) {
  for (const std::string& other : names_in(ledger)) {
    if (!other.starts_with(name + "-") || !is_sealed(ledger / other)) {
      continue;
    }
    auto is_part = may_hold({.from = ledger / other, .to = ledger / name});
    if (!is_part || *is_part) {
      return is_part;
    }
  }
  return false;
}

// Whether a record's folder is not to be read: one that a cut-off copy has left without a seal.
Result<bool> is_left_out(const fs::path& ledger, const std::string& name, CutOff cut_off) {
  if (is_sealed(ledger / name)) {
    return false;
  }
  return cut_off == CutOff::kLeftOut ? Result<bool>(true) : is_remnant(ledger, name);
}

// "0005-crl" with digits behind it: "0005-crl-1a2b3c4d"; "7.crl": "7-1a2b3c4d.crl".
fs::path with_digits(const fs::path& name, const std::string& digest) {
  return name.stem().string() + "-" + digest.substr(0, kDigitsInName) + name.extension().string();
}

// Whether a record of whatever branch names a CRL of these bytes.
bool is_recorded_crl(const Ledger& ledger, const std::string& sha256) {
  return std::ranges::any_of(ledger.records(), [&](const LedgerRecord& record) {
    return std::ranges::any_of(record.events, [&](const LedgerEvent& event) {
      const auto* const crl = std::get_if<IssuedCrl>(&event);
      return crl != nullptr && crl->sha256 == sha256;
    });
  });
}

// Whether what stands at `path` is a CRL that the records name.
Result<bool> is_recorded_file(const Ledger& ledger, const fs::path& path) {
  auto there = base::read_file(path, kLargestSiteFile);
  if (!there) {
    return std::move(there).error();
  }
  return path.extension() == ".crl" && is_recorded_crl(ledger, base::sha256_hex(*there));
}

// A file that both have must be the same, but for a CRL whose number another branch has used: that
// keeps its own bytes under a name of its own.
Result<void> copy_file(const TwoSites& sites, const fs::path& name, const Ledger& ledger) {
  auto bytes = base::read_file(sites.home / name, kLargestSiteFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  const fs::path to = sites.other / name;
  auto saved = base::save_new_or_same(to, *bytes);
  if (saved || saved.error().code != ErrorCode::kRefusedByPolicy) {
    return saved ? Result<void>() : Result<void>(std::move(saved).error());
  }
  auto is_recorded = is_recorded_file(ledger, to);
  if (!is_recorded) {
    return std::move(is_recorded).error();
  }
  if (!*is_recorded) {
    return other_site_acted(sites.other, "another file " + name.string());
  }
  saved = base::save_new_or_same(
      to.parent_path() / with_digits(name.filename(), base::sha256_hex(*bytes)), *bytes);
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

// The reserve CRLs that may still be published. Void ones were destroyed, and must not come back;
// where the ledger is forked, nobody can say which ones stand.
Result<void> copy_standing_reserve(const TwoSites& sites, const Ledger& ledger) {
  const auto state = ledger.state();
  if (!state) {
    return {};
  }
  const fs::path folder = kReserveFolder;
  for (const ReserveCrl& one : state->reserve_crls) {
    const fs::path name = folder / (std::to_string(one.number) + ".crl");
    if (one.is_void || !is_on_medium(sites.home / name)) {
      continue;
    }
    auto made = base::make_folder_where_missing(sites.other / folder);
    auto copied = made ? copy_file(sites, name, ledger) : std::move(made);
    if (!copied) {
      return copied;
    }
  }
  return {};
}

// Every file of the home site's folder `name`, which may be missing there.
Result<void> copy_folder(const TwoSites& sites, const fs::path& name, const Ledger& ledger) {
  if (!is_on_medium(sites.home / name)) {
    return {};
  }
  if (auto made = base::make_folder_where_missing(sites.other / name); !made) {
    return made;
  }
  for (const std::string& file : names_in(sites.home / name)) {
    if (auto copied = copy_file(sites, name / file, ledger); !copied) {
      return copied;
    }
  }
  return {};
}

}  // namespace

Result<LedgerRecord> read_ledger_record(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!is_sealed(folder)) {
    return cut_off(name);
  }
  auto record = Transcript::read(folder / kTranscriptFile);
  auto facts = record ? ledger_record_of(*record) : Result<LedgerRecord>(std::move(record).error());
  if (!facts) {
    return std::move(facts).error().while_doing("the record " + name);
  }
  facts->name = name;
  return facts;
}

Result<std::vector<LedgerRecord>> read_records(const fs::path& ledger, CutOff cut_off) {
  std::vector<LedgerRecord> records;
  for (const std::string& name : names_in(ledger)) {
    auto left_out = is_left_out(ledger, name, cut_off);
    if (!left_out) {
      return std::move(left_out).error();
    }
    if (*left_out) {
      continue;
    }
    auto facts = read_ledger_record(ledger / name);
    if (!facts) {
      return std::move(facts).error();
    }
    records.push_back(std::move(facts).value());
  }
  return records;
}

Result<void> copy_record(const FromTo& folders) {
  const auto& [from, to] = folders;
  if (auto made = base::make_folder_where_missing(to); !made) {
    return made;
  }
  std::vector<std::string> names = names_in(from);
  std::stable_partition(
      names.begin(), names.end(), [](const std::string& name) { return name != kSealFile; });
  for (const std::string& name : names) {
    auto bytes = base::read_file(from / name, kLargestTranscript);
    if (!bytes) {
      return std::move(bytes).error();
    }
    if (auto saved = base::save_new_or_same(to / name, *bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

Result<void> add_to_ledger(const FromTo& folders) {
  const auto& [from, to] = folders;
  if (auto made = base::make_folder_where_missing(to); !made) {
    return made;
  }
  auto facts = read_ledger_record(from);
  if (!facts) {
    return std::move(facts).error();
  }
  const fs::path own = to / facts->name;
  auto is_free = may_hold({.from = from, .to = own});
  if (!is_free) {
    return std::move(is_free).error();
  }
  const fs::path other = to / with_digits(facts->name, facts->head);
  return copy_record({.from = from, .to = *is_free ? own : other});
}

Result<void> copy_certificates_and_crls(const TwoSites& sites, const Ledger& ledger) {
  for (const char* const folder : {"ca", "crl"}) {
    if (auto copied = copy_folder(sites, folder, ledger); !copied) {
      return copied;
    }
  }
  return copy_standing_reserve(sites, ledger);
}

Result<void> bring_up_to_date(const TwoSites& sites) {
  const auto& [home, other] = sites;
  // The record of the ceremony in progress may be cut off at home: it is completed after this.
  auto whole = read_records(home / "ledger", CutOff::kLeftOut);
  auto ours = whole ? Ledger::of(std::move(whole).value()) : Result<Ledger>(whole.error());
  if (!ours) {
    return std::move(ours).error();
  }
  if (auto checked = check_no_fork(sites, *ours); !checked) {
    return checked;
  }
  if (auto copied = copy_certificates_and_crls(sites, *ours); !copied) {
    return copied;
  }
  // Before a merge is recorded, nobody can say which set is live.
  auto state = ours->state();
  if (auto brought = state ? bring_live_vault(sites, *state) : Result<void>(); !brought) {
    return brought;
  }
  auto theirs = read_records(other / "ledger", CutOff::kLeftOut);
  if (!theirs) {
    return std::move(theirs).error();
  }
  const fs::path into = other / "ledger";
  for (const LedgerRecord& record : ours->records()) {
    const fs::path from = home / "ledger" / record.name;
    const bool is_known = std::ranges::any_of(
        *theirs, [&](const LedgerRecord& one) { return one.head == record.head; });
    auto added = is_known ? Result<void>() : add_to_ledger({.from = from, .to = into});
    if (!added) {
      return added;
    }
  }
  return {};
}

Result<base::Bytes> read_site_crl(const fs::path& site,
                                  std::uint64_t number,
                                  const std::string& sha256) {
  const fs::path name = std::to_string(number) + ".crl";
  bool any = false;
  for (const fs::path& candidate : {name, with_digits(name, sha256)}) {
    auto crl = base::read_file(site / "crl" / candidate, kLargestSiteFile);
    if (crl && base::sha256_hex(*crl) == sha256) {
      return crl;
    }
    if (!crl && crl.error().code != ErrorCode::kNotFound) {
      return std::move(crl).error();
    }
    any = any || crl.ok();
  }
  if (!any) {
    return Error{ErrorCode::kNotFound,
                 "the CRL " + std::to_string(number) +
                     " is not in this vault; nothing was signed; bring the published CRL, or the "
                     "copy of the other site"};
  }
  return Error{ErrorCode::kInconsistent,
               "the newest CRL in this vault is not the one that the records name; nothing was "
               "signed; bring the published CRL, or the copy of the other site"};
}

}  // namespace ceremony
