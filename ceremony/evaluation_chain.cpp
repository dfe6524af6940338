#include "ceremony/evaluation_chain.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "ceremony/evaluation_entries.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error chain_fault(const std::string& what) {
  return Error{ErrorCode::kInconsistent, what};
}

Result<void> summarise_entry(const TranscriptEntry& entry, CeremonySummary& summary) {
  EntryReader reader(*summary.record, entry);
  if (entry.type == "key.generate" || entry.type == "key.open") {
    summary.root_keys.insert(reader.digest("public_key"));
  } else if (entry.type == "cert.issue" || entry.type == "crl.issue") {
    summary.root_keys.insert(reader.digest("issuer_public_key"));
  } else if (entry.type == "drill.result") {
    summary.is_drill = true;
  } else if (entry.type == "quorum.met") {
    summary.is_drill = reader.text("purpose") == "drill" || summary.is_drill;
  } else if (entry.type == "shares.health" || entry.type == "shares.hand-over") {
    summary.has_health = true;
  } else if (entry.type == "set.live") {
    summary.generations.insert(reader.number("generation"));
  } else if (entry.type == "ledger.merge") {
    summary.joined = reader.digest("joined");
  } else if (entry.type == "abort") {
    summary.outputs_live = reader.text("outputs") == "live";
  } else if (entry.type == "close") {
    summary.is_completed = reader.text("result") == "completed";
  }
  return reader.finish();
}

Result<CeremonySummary> summarise(const PublicRecord& record) {
  const auto& entries = record.transcript.entries();
  if (entries.empty() || entries.front().type != "open") {
    return Error{ErrorCode::kMalformed,
                 "record " + record.id +
                     " does not begin with the opening of a ceremony; give whole records"};
  }
  CeremonySummary summary;
  summary.record = &record;
  summary.head = record.transcript.head();
  EntryReader reader(record, entries.front());
  summary.sequence = reader.number("sequence");
  summary.ceremony = reader.text("ceremony");
  summary.previous_head = reader.digest("previous_head");
  auto mode = mode_named(reader.text("mode"));
  if (!mode) {
    reader.fail("\"mode\" is none of PRODUCTION, REHEARSAL, DRILL");
  }
  if (auto done = reader.finish(); !done) {
    return std::move(done).error();
  }
  summary.mode = *mode;
  summary.is_drill = *mode == Mode::kDrill;
  for (const TranscriptEntry& entry : entries) {
    if (auto done = summarise_entry(entry, summary); !done) {
      return std::move(done).error();
    }
  }
  summary.has_health = summary.has_health || summary.ceremony == "share-verification" ||
                       summary.ceremony == "share-hand-over";
  if (summary.is_drill) {
    summary.root_keys.clear();  // a drill's keys are its own
  }
  return summary;
}

// Which ceremonies speak of one key: union by chain and by key.
class Groups {
 public:
  explicit Groups(const std::vector<CeremonySummary>& ceremonies) : parent_(ceremonies.size()) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::map<std::string, std::size_t> by_head;
    std::map<std::string, std::size_t> by_key;
    for (std::size_t at = 0; at < ceremonies.size(); ++at) {
      by_head.emplace(ceremonies[at].head, at);
    }
    for (std::size_t at = 0; at < ceremonies.size(); ++at) {
      join_known(at, by_head, ceremonies[at].previous_head);
      join_known(at, by_head, ceremonies[at].joined);
      for (const std::string& key : ceremonies[at].root_keys) {
        join({at, by_key.emplace(key, at).first->second});
      }
    }
  }

  // The lowest index in the group of `at`.
  [[nodiscard]] std::size_t of(std::size_t at) const {
    while (parent_[at] != at) {
      at = parent_[at];
    }
    return at;
  }

 private:
  // Joins `at` and the ceremony that ends with `head`, where there is one.
  void join_known(std::size_t at,
                  const std::map<std::string, std::size_t>& by_head,
                  const std::string& head) {
    if (const auto before = by_head.find(head); before != by_head.end()) {
      join({at, before->second});
    }
  }

  void join(std::pair<std::size_t, std::size_t> pair) {
    const auto [low, high] = std::minmax({of(pair.first), of(pair.second)});
    parent_[high] = low;
  }

  std::vector<std::size_t> parent_;
};

// Whether some record of a group names a root key.
bool names_a_key(const std::vector<CeremonySummary>& ceremonies,
                 const std::vector<std::size_t>& group) {
  return std::any_of(group.begin(), group.end(), [&ceremonies](std::size_t member) {
    return !ceremonies[member].root_keys.empty();
  });
}

std::set<std::string> heads_in(const std::vector<CeremonySummary>& chain) {
  std::set<std::string> heads;
  for (const CeremonySummary& ceremony : chain) {
    heads.insert(ceremony.head);
  }
  return heads;
}

}  // namespace

base::Result<std::vector<CeremonySummary>> summarise_all(const std::vector<PublicRecord>& records) {
  std::vector<CeremonySummary> ceremonies;
  std::set<std::string> heads;
  for (const PublicRecord& record : records) {
    auto summary = summarise(record);
    if (!summary) {
      return std::move(summary).error();
    }
    if (!heads.insert(summary->head).second) {
      return chain_fault("record " + record.id + " was given twice; give each record once");
    }
    ceremonies.push_back(std::move(summary).value());
  }
  std::sort(ceremonies.begin(), ceremonies.end(), [](const auto& left, const auto& right) {
    const auto key = [](const CeremonySummary& one) {
      return std::tie(one.sequence, one.record->origin, one.head);
    };
    return key(left) < key(right);
  });
  return ceremonies;
}

base::Result<std::vector<std::vector<std::size_t>>> grouped(
    const std::vector<CeremonySummary>& ceremonies) {
  const Groups groups(ceremonies);
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t at = 0; at < ceremonies.size(); ++at) {
    members[groups.of(at)].push_back(at);
  }
  std::vector<std::vector<std::size_t>> all;
  bool has_keys = false;
  for (auto& [first, group] : members) {
    has_keys = has_keys || names_a_key(ceremonies, group);
    all.push_back(std::move(group));
  }
  const auto stray = std::find_if(all.begin(), all.end(), [&ceremonies](const auto& group) {
    return !names_a_key(ceremonies, group);
  });
  if (has_keys && stray != all.end()) {
    return chain_fault("record " + ceremonies[stray->front()].record->id +
                       " goes on from no other record given and names no root key, so nobody can "
                       "say whose it is; give the records before it too, or leave it out");
  }
  return all;
}

base::Result<Mode> common_mode(const std::vector<CeremonySummary>& ceremonies) {
  std::optional<Mode> mode;
  for (const CeremonySummary& ceremony : ceremonies) {
    if (ceremony.is_drill && ceremony.mode == Mode::kDrill) {
      continue;
    }
    if (mode && *mode != ceremony.mode) {
      return chain_fault(
          "records of a rehearsal stand among records of production, and a rehearsal proves "
          "nothing about a production key; give one kind only");
    }
    mode = ceremony.mode;
  }
  return mode.value_or(Mode::kDrill);
}

base::Result<void> check_not_forked(const std::vector<CeremonySummary>& chain) {
  std::set<std::string> joined;
  std::multimap<std::string, const CeremonySummary*> next;
  for (const CeremonySummary& ceremony : chain) {
    joined.insert(ceremony.joined);
    next.emplace(ceremony.previous_head, &ceremony);
  }
  std::set<std::string> open;  // heads from which a branch goes on that no merge has closed
  for (auto ceremony = chain.rbegin(); ceremony != chain.rend(); ++ceremony) {
    const auto [first, last] = next.equal_range(ceremony->head);
    const bool is_open = first == last ? !joined.contains(ceremony->head)
                                       : std::any_of(first, last, [&open](const auto& follower) {
                                           return open.contains(follower.second->head);
                                         });
    if (is_open) {
      open.insert(ceremony->head);
    }
  }
  std::map<std::string, const CeremonySummary*> goes_on;
  for (const CeremonySummary& ceremony : chain) {
    if (!open.contains(ceremony.head)) {
      continue;
    }
    const auto [other, is_first] = goes_on.emplace(ceremony.previous_head, &ceremony);
    if (!is_first) {
      return chain_fault(
          "the records " + other->second->record->id + " and " + ceremony.record->id +
          " go on from the same record: both sites have acted, so nobody can say "
          "which share set is live; hold the ceremony ledger-merge, and evaluate then");
    }
  }
  return {};
}

bool is_whole(const std::vector<CeremonySummary>& chain) {
  const std::set<std::string> heads = heads_in(chain);
  return std::all_of(chain.begin(), chain.end(), [&heads](const CeremonySummary& ceremony) {
    return ceremony.previous_head == no_previous()
               ? ceremony.sequence == 1
               : heads.contains(ceremony.previous_head) &&
                     (ceremony.joined.empty() || heads.contains(ceremony.joined));
  });
}

}  // namespace ceremony
