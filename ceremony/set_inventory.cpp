#include "ceremony/set_inventory.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/disclosure.h"
#include "ceremony/record_folder.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestOldSet = 1U << 16U;  // bytes

Error no_such_fact() {
  return Error{ErrorCode::kInconsistent,
               std::string("the file ") + kOldSetFile +
                   " does not open what the records say of this share set: a line of it is "
                   "altered, missing or of another set; nothing was done; take the lines anew from "
                   "the confidential record of the ceremony that made this set, or that left a "
                   "part of it"};
}

// What the records commit to about one set.
struct Commitments {
  Json issued = Json::array();  // digests of the entry that made it
  std::optional<Json> left;     // of the newest one that says what is left of it
};

bool is_about(const TranscriptEntry& entry, const char* type, std::uint32_t generation) {
  return entry.type == type && entry.data.value("generation", 0U) == generation &&
         entry.data.contains("_sd");
}

// Takes in what one record says of the set; in a record that makes it, the last split counts.
void take_record(const Transcript& record, std::uint32_t generation, Commitments& to) {
  for (const TranscriptEntry& entry : record.entries()) {
    if (is_about(entry, "shares.issue", generation)) {
      to.issued = entry.data.at("_sd");
    } else if (is_about(entry, "set.retire", generation) ||
               is_about(entry, "key.end", generation)) {
      to.left = entry.data.at("_sd");
    }
  }
}

// Whether a record makes that set live, or says something of its end.
bool speaks_of(const LedgerRecord& record, const LedgerState& state, std::uint32_t generation) {
  const auto made = state.sets.find(generation);
  return (made != state.sets.end() && made->second == record.head) ||
         std::ranges::any_of(record.events, [&](const LedgerEvent& event) {
           const auto* const retired = std::get_if<RetiredSet>(&event);
           const auto* const ended = std::get_if<EndedKey>(&event);
           return (retired != nullptr && retired->generation == generation) ||
                  (ended != nullptr && ended->generation == generation);
         });
}

Result<Commitments> commitments_of(const fs::path& ledger_folder, std::uint32_t generation) {
  auto ledger = Ledger::read(ledger_folder);
  auto state = ledger ? ledger->state() : Result<LedgerState>(ledger.error());
  if (!state) {
    return std::move(state).error();
  }
  Commitments commitments;
  for (const LedgerRecord& record : ledger->records()) {
    if (!speaks_of(record, *state, generation)) {
      continue;
    }
    auto transcript = Transcript::read(ledger_folder / record.name / kTranscriptFile);
    if (!transcript) {
      return std::move(transcript).error();
    }
    take_record(*transcript, generation, commitments);
  }
  return commitments;
}

bool is_in(const Json& digests, const std::string& digest) {
  return std::ranges::any_of(digests, [&](const Json& one) { return one == digest; });
}

// What the lines have opened so far.
struct OpenedFacts {
  std::optional<unsigned> threshold;
  std::optional<unsigned> shares;
  Json holders = Json::array();
  Json sites = Json::array();
  std::optional<Json> left;
};

void take_fact(const Disclosure& fact, OpenedFacts& to) {
  if (fact.name == "k" && fact.value.is_number_unsigned()) {
    to.threshold = fact.value.get<unsigned>();
  } else if (fact.name == "n" && fact.value.is_number_unsigned()) {
    to.shares = fact.value.get<unsigned>();
  } else if (fact.name == "holders" && fact.value.is_array()) {
    to.holders = fact.value;
  } else if (fact.name == "sites" && fact.value.is_array()) {
    to.sites = fact.value;
  }
}

// One line: a fact of the set, or what is left of it. A "left" that was said before the newest one
// opens nothing.
Result<void> take_line(const std::string& line, const Commitments& by, OpenedFacts& to) {
  auto fact = parse_disclosure(line);
  if (!fact) {
    return no_such_fact();
  }
  const std::string digest = disclosure_digest(line);
  if (is_in(by.issued, digest)) {
    take_fact(*fact, to);
    return {};
  }
  if (by.left && is_in(*by.left, digest) && fact->name == "left" && fact->value.is_object()) {
    to.left = fact->value;
    return {};
  }
  return no_such_fact();
}

Json names_of(const Json& list, const char* member) {
  Json names = Json::array();
  for (const Json& one : list) {
    names.push_back(one.value(member, ""));
  }
  return names;
}

// All of it where no ceremony has made anything of it dead yet.
Result<Json> inventory_of(const OpenedFacts& facts, const Commitments& by) {
  if (!facts.threshold || !facts.shares || facts.holders.size() != *facts.shares ||
      facts.sites.empty() || (by.left && !facts.left)) {
    return no_such_fact();
  }
  const Json all = {{"sites", names_of(facts.sites, "site")},
                    {"seats", names_of(facts.holders, "seat")}};
  return Json{{"threshold", *facts.threshold},
              {"shares", *facts.shares},
              {"holders", facts.holders},
              {"left", facts.left.value_or(all)}};
}

}  // namespace

Result<Json> read_set_inventory(const Workplace& work,
                                const fs::path& home,
                                std::uint32_t generation) {
  auto commitments = commitments_of(home / "ledger", generation);
  if (!commitments) {
    return std::move(commitments).error();
  }
  auto bytes = base::read_file(work.confidential_folder() / kOldSetFile, kLargestOldSet);
  if (!bytes) {
    return std::move(bytes).error().while_doing("who holds this share set");
  }
  OpenedFacts facts;
  for (std::string_view rest = base::text_of(*bytes); !rest.empty();) {
    const std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (auto taken = take_line(line, *commitments, facts); !taken) {
      return std::move(taken).error();
    }
  }
  return inventory_of(facts, *commitments);
}

}  // namespace ceremony
