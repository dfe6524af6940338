#include "ceremony/ledger.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "ceremony/record_folder.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 64U << 20U;  // bytes; a CRL of a million entries has 40 MB

std::string text_of(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Error out_of_place(const std::string& why) {
  return Error{ErrorCode::kInconsistent,
               why +
                   "; nothing was done; bring the missing records from the other site or from the "
                   "published copies"};
}

// The seal of a record is copied last.
bool is_whole(const fs::path& record) {
  std::error_code failed;
  return fs::exists(record / kSealFile, failed);
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

Result<void> fold_entry(const TranscriptEntry& entry, LedgerState& state) {
  const Json& data = entry.data;
  if (entry.type == "shares.issue") {
    state.generation = static_cast<std::uint32_t>(number_of(data, "generation"));
  } else if (entry.type == "cert.issue") {
    const std::string key = text_of(data, "public_key");
    if (key == text_of(data, "issuer_public_key")) {
      state.root_public_key = key;
      state.root_certificate = text_of(data, "certificate");
    }
    state.issued.push_back({.serial = text_of(data, "serial"),
                            .certificate = text_of(data, "certificate"),
                            .public_key = key,
                            .subject = text_of(data, "subject"),
                            .profile = text_of(data, "profile"),
                            .not_after = text_of(data, "not_after")});
  } else if (entry.type == "crl.issue") {
    if (number_of(data, "number") < state.crl_number) {
      return out_of_place("a CRL of the records has a lower number than one before it");
    }
    state.crl_number = number_of(data, "number");
    state.crl_sha256 = text_of(data, "crl");
  } else if (entry.type == "site.activate") {
    if (number_of(data, "epoch") < state.epoch) {
      return out_of_place("an activation of the records goes back to an earlier epoch");
    }
    state.epoch = number_of(data, "epoch");
  }
  return {};
}

// Both sites have acted since they last met.
Error forked(const fs::path& other, std::string_view what) {
  return Error{ErrorCode::kInconsistent,
               "the site " + other.filename().string() + " has " + std::string(what) +
                   " that the site of this ceremony does not know: both sites have acted; "
                   "nothing of it was overwritten; the two ledgers must be merged first"};
}

// Whether two files hold the same. Errors: as base::read_file().
Result<bool> same_bytes(const FromTo& files) {
  auto first = base::read_file(files.from, kLargestFile);
  if (!first) {
    return std::move(first).error();
  }
  auto second = base::read_file(files.to, kLargestFile);
  if (!second) {
    return std::move(second).error();
  }
  return *first == *second;
}

// Every whole record of `other` must be one of `home`, and the same.
Result<void> check_no_fork(const TwoSites& sites) {
  const auto& [home, other] = sites;
  const std::vector<std::string> known = names_in(home / "ledger");
  for (const std::string& name : names_in(other / "ledger")) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return forked(other, "the record " + name);
    }
    if (!is_whole(other / "ledger" / name)) {
      continue;
    }
    auto same = same_bytes({.from = home / "ledger" / name / "transcript.log",
                            .to = other / "ledger" / name / "transcript.log"});
    if (!same) {
      return std::move(same).error();
    }
    if (!*same) {
      return forked(other, "another record " + name);
    }
  }
  return {};
}

// The file of that name below both sites must be the same. Errors: kInconsistent.
Result<void> check_same(const TwoSites& sites, const fs::path& name) {
  auto same = same_bytes({.from = sites.home / name, .to = sites.other / name});
  if (!same) {
    return std::move(same).error();
  }
  return *same ? Result<void>()
               : Result<void>(forked(sites.other, "another file " + name.string()));
}

// A file that both must have: copied where it is missing, compared where it is not.
Result<void> copy_or_compare(const TwoSites& sites, const fs::path& name) {
  std::error_code failed;
  if (fs::exists(sites.other / name, failed)) {
    return check_same(sites, name);
  }
  auto bytes = base::read_file(sites.home / name, kLargestFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto saved = base::save_new(sites.other / name, *bytes);
  if (!saved) {
    return std::move(saved).error();
  }
  return {};
}

// What may stand in ca/ and crl/: plain files, copied where they are missing.
Result<void> copy_missing_files(const TwoSites& sites, const char* folder) {
  std::error_code failed;
  if (!fs::exists(sites.other / folder, failed)) {
    if (auto made = base::make_new_folder(sites.other / folder); !made) {
      return made;
    }
  }
  for (const std::string& name : names_in(sites.home / folder)) {
    if (auto copied = copy_or_compare(sites, fs::path(folder) / name); !copied) {
      return copied;
    }
  }
  return {};
}

}  // namespace

Result<void> fold_record(const Transcript& record, LedgerState& state) {
  if (record.entries().empty() || record.entries().front().type != "open") {
    return out_of_place("a record does not begin with its opening");
  }
  const Json& opening = record.entries().front().data;
  if (text_of(opening, "previous_head") != state.head) {
    return out_of_place("a record does not name the record before it");
  }
  if (number_of(opening, "sequence") != state.sequence + 1) {
    return out_of_place("the numbers of the records have a gap");
  }
  const bool is_drill = text_of(opening, "mode") == "DRILL";
  for (const TranscriptEntry& entry : record.entries()) {
    auto folded = is_drill ? Result<void>() : fold_entry(entry, state);
    if (!folded) {
      return folded;
    }
  }
  state.sequence += 1;
  state.head = record.head();
  return {};
}

Result<LedgerState> read_ledger(const fs::path& ledger) {
  LedgerState state;
  state.head = no_previous();
  for (const std::string& name : names_in(ledger)) {
    if (!is_whole(ledger / name)) {
      return cut_off(name);
    }
    auto record = Transcript::read(ledger / name / "transcript.log");
    if (!record) {
      return std::move(record).error().while_doing("the record " + name);
    }
    if (auto folded = fold_record(*record, state); !folded) {
      return std::move(folded).error().while_doing("the record " + name);
    }
    state.records.push_back(name);
  }
  return state;
}

Result<void> copy_record(const FromTo& folders) {
  const auto& [from, to] = folders;
  std::error_code failed;
  if (!fs::exists(to, failed)) {
    if (auto made = base::make_new_folder(to); !made) {
      return made;
    }
  }
  std::vector<std::string> names = names_in(from);
  std::stable_partition(
      names.begin(), names.end(), [](const std::string& name) { return name != kSealFile; });
  for (const std::string& name : names) {
    auto bytes = base::read_file(from / name, kLargestFile);
    if (!bytes) {
      return std::move(bytes).error();
    }
    if (auto saved = base::save_new_or_same(to / name, *bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

Result<void> bring_up_to_date(const TwoSites& sites) {
  const auto& [home, other] = sites;
  if (auto checked = check_no_fork(sites); !checked) {
    return checked;
  }
  // What the records name comes before them, so that a ledger never knows more than its site has.
  for (const char* const folder : {"ca", "crl"}) {
    if (auto copied = copy_missing_files(sites, folder); !copied) {
      return copied;
    }
  }
  std::error_code failed;
  if (!fs::exists(other / "ledger", failed)) {
    if (auto made = base::make_new_folder(other / "ledger"); !made) {
      return made;
    }
  }
  for (const std::string& name : names_in(home / "ledger")) {
    if (is_whole(other / "ledger" / name)) {
      continue;
    }
    auto copied = copy_record({.from = home / "ledger" / name, .to = other / "ledger" / name});
    if (!copied) {
      return copied;
    }
  }
  return {};
}

}  // namespace ceremony
