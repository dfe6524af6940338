#include "ceremony/ledger_import.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "ceremony/ledger.h"
#include "ceremony/live_vault.h"
#include "ceremony/record_folder.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

bool is_at(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

// One record that may come in.
struct Offered {
  fs::path folder;
  LedgerRecord facts;
};

// The folders of records in what somebody offers.
std::vector<fs::path> record_folders(const fs::path& from) {
  if (is_at(from / kTranscriptFile)) {
    return {from};
  }
  const fs::path all = is_at(from / "ledger") ? from / "ledger" : from;
  std::vector<fs::path> folders;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(all, failed)) {
    if (is_at(entry.path() / kTranscriptFile)) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// What is wrong with the seal and signatures of a record, if anything.
Result<std::optional<std::string>> what_is_wrong_with(
    const fs::path& folder, const std::optional<std::vector<PaperSigner>>& paper) {
  auto transcript = Transcript::read(folder / kTranscriptFile);
  if (!transcript) {
    return std::move(transcript).error();
  }
  auto note = read_record_file(folder / kSealFile);
  if (!note) {
    return std::move(note).error();
  }
  const Roster roster = read_roster(*transcript);
  if (roster.flaw) {
    return std::optional(roster.flaw->message);
  }
  if (auto objection = object_to_seal(*note, *transcript, roster.keys)) {
    return objection;
  }
  const auto flaw = paper ? compare_with_paper(roster.keys, *paper) : std::nullopt;
  return flaw ? std::optional(flaw->message) : std::nullopt;
}

// Hashes, seal and signatures of one record.
Result<Offered> verified_offer(const fs::path& folder,
                               const std::optional<std::vector<PaperSigner>>& paper) {
  auto facts = read_ledger_record(folder);
  if (!facts) {
    return std::move(facts).error();
  }
  auto objection = what_is_wrong_with(folder, paper);
  if (!objection) {
    return std::move(objection).error().while_doing("the record " + facts->name);
  }
  if (*objection) {
    return Error{ErrorCode::kInconsistent,
                 "the record " + facts->name + " does not hold (" + **objection +
                     "); nothing was imported; bring another copy of it"};
  }
  return Offered{.folder = folder, .facts = std::move(facts).value()};
}

Result<std::vector<Offered>> offered_by(const fs::path& from,
                                        const std::optional<std::vector<PaperSigner>>& paper) {
  std::vector<Offered> offered;
  for (const fs::path& folder : record_folders(from)) {
    auto one = verified_offer(folder, paper);
    if (!one) {
      return std::move(one).error();
    }
    offered.push_back(std::move(one).value());
  }
  return offered;
}

}  // namespace

Result<std::vector<LedgerRecord>> verified_records(
    const fs::path& from, const std::optional<std::vector<PaperSigner>>& paper) {
  auto offered = offered_by(from, paper);
  if (!offered) {
    return std::move(offered).error();
  }
  std::vector<LedgerRecord> records;
  for (Offered& one : *offered) {
    records.push_back(std::move(one.facts));
  }
  return records;
}

Result<Imported> import_records(const FromTo& folders,
                                const std::optional<std::vector<PaperSigner>>& paper) {
  const auto& [from, to] = folders;
  auto offered = offered_by(from, paper);
  if (!offered) {
    return std::move(offered).error();
  }
  if (offered->empty()) {
    return Error{ErrorCode::kNotFound,
                 "no record is in " + from.filename().string() +
                     "; give the folder of a site, of records, or of one record"};
  }
  auto there = read_records(to / "ledger", CutOff::kLeftOut);
  auto ledger = there ? Ledger::of(std::move(there).value()) : Result<Ledger>(there.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  std::erase_if(*offered, [&](const Offered& one) { return ledger->has(one.facts.head); });
  std::vector<LedgerRecord> coming;
  for (const Offered& one : *offered) {
    coming.push_back(one.facts);
  }
  if (auto added = ledger->add_all(std::move(coming)); !added) {
    return std::move(added).error();
  }
  if (auto copied = copy_certificates_and_crls({.home = from, .other = to}, *ledger); !copied) {
    return std::move(copied).error();
  }
  auto state = ledger->state();  // none where the ledger is forked now
  auto brought = state ? bring_live_vault({.home = from, .other = to}, *state) : Result<void>();
  if (!brought) {
    return std::move(brought).error();
  }
  // Each behind those that it names, so that what a cut leaves behind can be read.
  const fs::path into = to / "ledger";
  for (const LedgerRecord& record : ledger->records()) {
    const auto one = std::ranges::find(
        *offered, record.head, [](const Offered& each) { return each.facts.head; });
    auto added =
        one == offered->end() ? Result<void>() : add_to_ledger({.from = one->folder, .to = into});
    if (!added) {
      return std::move(added).error();
    }
  }
  return Imported{.records = offered->size(), .tips = ledger->tips()};
}

}  // namespace ceremony
