#include "ceremony/evaluation_input.h"

#include <algorithm>
#include <utility>

#include "base/append_log.h"
#include "base/digest.h"
#include "base/media.h"
#include "ceremony/journal.h"
#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestSeal = std::size_t{1} << 20U;
constexpr const char* kTranscriptName = "transcript.log";
constexpr const char* kJournalName = "journal.log";

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    if (entry.is_directory(failed)) {
      folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

Error nothing_there(const fs::path& path) {
  return Error{ErrorCode::kNotFound,
               path.string() +
                   " holds no record of a ceremony; give record/public, the folder of one "
                   "ceremony, or record/confidential"};
}

// A folder that is the record of one ceremony, or a folder of such.
Result<void> look_into(const fs::path& folder, EvaluationFolders& found) {
  if (is_there(folder / kTranscriptName)) {
    found.records.push_back(folder);
    found.ceremonies.push_back(folder);
    return {};
  }
  if (is_there(folder / kJournalName)) {
    found.journals.push_back(folder);
    return {};
  }
  const std::size_t before = found.ceremonies.size() + found.journals.size();
  bool has_records = false;
  for (const fs::path& inner : folders_in(folder)) {
    if (is_there(inner / kTranscriptName)) {
      found.ceremonies.push_back(inner);
      has_records = true;
    } else if (is_there(inner / kJournalName)) {
      found.journals.push_back(inner);
    }
  }
  if (has_records) {
    found.records.push_back(folder);
  }
  if (found.ceremonies.size() + found.journals.size() == before) {
    return nothing_there(folder);
  }
  return {};
}

Error bad_journal(const char* what) {
  return Error{ErrorCode::kMalformed,
               std::string("a journal cannot be read: ") + what +
                   "; give a copy that is whole, or leave the journals out"};
}

// The list `name` of a "holders" entry. Nothing of what stands in it goes into an error.
Result<std::vector<Continent>> continents_in(const Json& data, const char* name) {
  std::vector<Continent> continents;
  const auto list = data.find(name);
  if (list == data.end() || !list->is_array()) {
    return bad_journal("its list of places is not there");
  }
  for (const Json& one : *list) {
    const auto text = string_member(one, "continent");
    if (!text) {
      return bad_journal("a place in it has no continent");
    }
    auto continent = continent_named(*text);
    if (!continent) {
      return std::move(continent).error();
    }
    continents.push_back(*continent);
  }
  return continents;
}

Result<ConfidentialFacts> read_holders(const Json& data) {
  auto places = continents_in(data, "holders");
  if (!places) {
    return std::move(places).error();
  }
  auto sites = continents_in(data, "sites");
  if (!sites) {
    return std::move(sites).error();
  }
  const auto threshold = number_member(data, "threshold");
  if (!threshold || *threshold > shamir::kMostShares || places->size() > shamir::kMostShares) {
    return bad_journal("its list of holders is not as a ceremony writes it");
  }
  auto quorum = shamir::Quorum::of({.threshold = static_cast<unsigned>(*threshold),
                                    .shares = static_cast<unsigned>(places->size())});
  if (!quorum) {
    return bad_journal("its list of holders is not one that a ceremony can have");
  }
  ConfidentialFacts facts{
      .quorum = *quorum, .holders = {}, .backup_sites = std::move(sites).value()};
  for (const Continent place : *places) {
    facts.holders.push_back({.continent = place, .health = ShareHealth::kGood});
  }
  return facts;
}

// Whether a journal's entry of type "public" is the line of that hash.
bool is_public_line(const Json& data, const std::string& sha256) {
  const auto line = string_member(data, "line");
  return line && base::sha256_hex(base::bytes_of(*line)) == sha256;
}

// What one pass over a journal has found.
struct JournalReading {
  std::string share_set_entry;    // the public line that is looked for
  Json holders = Json::object();  // empty: no such entry
  bool issued_the_set = false;
};

Result<void> read_line(const std::string& text, JournalReading& reading) {
  auto entry = parse_json(text);
  if (!entry) {
    return std::move(entry).error();
  }
  if (entry->contains("box")) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "a journal is encrypted, and only its record keepers can open it; leave the "
                 "journals out here, and let the evaluation ceremony ask the owners"};
  }
  const auto type = string_member(*entry, "type");
  const auto data = entry->find("data");
  if (!type || data == entry->end()) {
    return bad_journal("an entry has no type or no data");
  }
  if (*type == "holders") {
    reading.holders = *data;
  } else if (*type == "public") {
    reading.issued_the_set =
        is_public_line(*data, reading.share_set_entry) || reading.issued_the_set;
  }
  return {};
}

}  // namespace

base::Result<EvaluationFolders> find_evaluation_folders(const std::vector<fs::path>& paths) {
  EvaluationFolders found;
  for (const fs::path& path : paths) {
    const bool is_parent = !is_there(path / kTranscriptName) && is_there(path / "public");
    if (auto looked = look_into(is_parent ? path / "public" : path, found); !looked) {
      return std::move(looked).error();
    }
  }
  return found;
}

base::Result<PublicRecord> read_public_record(const fs::path& folder) {
  auto transcript = Transcript::read(folder / kTranscriptName);
  if (!transcript) {
    return std::move(transcript).error();
  }
  auto seal = base::read_file(folder / "seal.note", kLargestSeal);
  if (!seal) {
    return std::move(seal).error();
  }
  const std::string_view text = base::text_of(*seal);
  return PublicRecord{.id = folder.filename().string(),
                      .origin = std::string(text.substr(0, text.find('\n'))),
                      .seal_sha256 = base::sha256_hex(*seal),
                      .transcript = std::move(transcript).value()};
}

base::Result<std::optional<ConfidentialFacts>> owners_facts_in(std::string_view journal,
                                                               const std::string& share_set_entry) {
  if (auto checked = check_stored_journal(journal); !checked) {
    return std::move(checked).error();
  }
  const auto lines = base::parse_log(journal);
  if (!lines) {
    return lines.error();
  }
  JournalReading reading;
  reading.share_set_entry = share_set_entry;
  for (const base::LogLine& line : *lines) {
    if (auto read = read_line(line.text, reading); !read) {
      return std::move(read).error();
    }
  }
  if (!reading.issued_the_set) {
    return std::optional<ConfidentialFacts>();
  }
  auto facts = read_holders(reading.holders);
  if (!facts) {
    return std::move(facts).error();
  }
  return std::optional<ConfidentialFacts>(std::move(facts).value());
}

}  // namespace ceremony
