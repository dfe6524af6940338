#include "ceremony/evaluation_facts.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "ceremony/evaluation_entries.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A ceremony as its own record tells it, before it is put beside the others.
struct CeremonySummary {
  const PublicRecord* record = nullptr;
  std::uint64_t sequence = 0;
  std::string previous_head;
  std::string head;
  Mode mode = Mode::kRehearsal;
  bool is_drill = false;
  bool is_completed = false;
  std::set<std::string> root_keys;  // that it made or used
};

Error inconsistent(const std::string& what) {
  return Error{ErrorCode::kInconsistent, what};
}

bool is_root(const CertificateFact& certificate) {
  return certificate.public_key == certificate.issuer_public_key;
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
      if (const auto before = by_head.find(ceremonies[at].previous_head); before != by_head.end()) {
        join({at, before->second});
      }
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
  void join(std::pair<std::size_t, std::size_t> pair) {
    const auto [low, high] = std::minmax({of(pair.first), of(pair.second)});
    parent_[high] = low;
  }

  std::vector<std::size_t> parent_;
};

Result<void> add_key_facts(EntryReader& reader, EntryRef ref, AnchorFacts& anchor) {
  const std::string& type = reader.entry().type;
  if (type == "key.generate") {
    auto key = read_key_fact(reader, std::move(ref));
    if (!key) {
      return std::move(key).error();
    }
    anchor.key = std::move(key).value();
  } else if (type == "shares.issue") {
    auto set = read_share_set_fact(reader, std::move(ref));
    if (!set) {
      return std::move(set).error();
    }
    anchor.share_sets.push_back(std::move(set).value());
  }
  return {};
}

Result<void> add_certificate(EntryReader& reader, EntryRef ref, AnchorFacts& anchor) {
  auto certificate = read_certificate_fact(reader, std::move(ref));
  if (!certificate) {
    return std::move(certificate).error();
  }
  if (!is_root(*certificate)) {
    anchor.issued.push_back(std::move(certificate).value());
    return {};
  }
  if (anchor.root && anchor.root->public_key != certificate->public_key) {
    return inconsistent(
        "the records of one chain have two root keys; evaluate each root key with its own records");
  }
  anchor.root = std::move(certificate).value();
  return {};
}

// The list that entries of `type` go into, or nullptr where they are no evidence by themselves.
std::vector<EntryRef>* list_for(const std::string& type, AnchorFacts& anchor) {
  const std::map<std::string_view, std::vector<EntryRef>*> lists = {
      {"key.wrap", &anchor.wrapped},
      {"shares.verify", &anchor.shares_verified},
      {"restore.prove", &anchor.restored},
      {"shares.health", &anchor.healthy},
      {"key.destroy", &anchor.destroyed},
      {"site.activate", &anchor.activated},
  };
  const auto found = lists.find(type);
  return found == lists.end() ? nullptr : found->second;
}

bool counts(const CeremonySummary& ceremony, const TranscriptEntry& entry) {
  if (ceremony.is_drill) {
    return ceremony.is_completed && entry.type == "drill.result";
  }
  if (ceremony.is_completed) {
    return true;
  }
  // Where a member is no text, the certificate counts, and reading it names the fault.
  const auto key = string_member(entry.data, "public_key");
  const auto issuer = string_member(entry.data, "issuer_public_key");
  return entry.type == "cert.issue" && (!key || !issuer || *key != *issuer);
}

Result<void> add_entry(const CeremonySummary& ceremony,
                       const TranscriptEntry& entry,
                       std::pair<std::size_t, AnchorFacts*> place) {
  const auto [place_in_list, anchor] = place;
  if (!counts(ceremony, entry)) {
    return {};
  }
  EntryRef ref{.record = place_in_list, .i = entry.i, .sha256 = entry.sha256};
  if (entry.type == "drill.result") {
    anchor->drilled.push_back(std::move(ref));
    return {};
  }
  if (std::vector<EntryRef>* const list = list_for(entry.type, *anchor); list != nullptr) {
    list->push_back(std::move(ref));
    return {};
  }
  EntryReader reader(*ceremony.record, entry);
  if (entry.type == "cert.issue") {
    return add_certificate(reader, std::move(ref), *anchor);
  }
  return add_key_facts(reader, std::move(ref), *anchor);
}

// The whole chain is there when exactly the first has nothing before it and the rest link up.
bool is_whole(const std::vector<CeremonySummary>& chain) {
  std::set<std::string> heads;
  for (const CeremonySummary& ceremony : chain) {
    heads.insert(ceremony.head);
  }
  return std::all_of(chain.begin(), chain.end(), [&heads](const CeremonySummary& ceremony) {
    return ceremony.previous_head == no_previous() ? ceremony.sequence == 1
                                                   : heads.contains(ceremony.previous_head);
  });
}

Result<Mode> common_mode(const std::vector<CeremonySummary>& ceremonies) {
  std::optional<Mode> mode;
  for (const CeremonySummary& ceremony : ceremonies) {
    if (ceremony.is_drill && ceremony.mode == Mode::kDrill) {
      continue;
    }
    if (mode && *mode != ceremony.mode) {
      return inconsistent(
          "records of a rehearsal stand among records of production, and a rehearsal proves "
          "nothing about a production key; give one kind only");
    }
    mode = ceremony.mode;
  }
  return mode.value_or(Mode::kDrill);
}

Result<std::vector<CeremonySummary>> summarise_all(const std::vector<PublicRecord>& records) {
  std::vector<CeremonySummary> ceremonies;
  std::set<std::string> heads;
  for (const PublicRecord& record : records) {
    auto summary = summarise(record);
    if (!summary) {
      return std::move(summary).error();
    }
    if (!heads.insert(summary->head).second) {
      return inconsistent("record " + record.id + " was given twice; give each record once");
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

Result<void> add_ceremony(const CeremonySummary& ceremony,
                          std::pair<std::size_t, AnchorFacts*> place) {
  for (const TranscriptEntry& entry : ceremony.record->transcript.entries()) {
    auto added = add_entry(ceremony, entry, place);
    if (!added) {
      return added;
    }
  }
  return {};
}

// Adds the facts of the ceremonies of one group, oldest first.
Result<void> add_group(const std::vector<CeremonySummary>& ceremonies,
                       const std::vector<std::size_t>& members,
                       RecordFacts& facts) {
  AnchorFacts anchor;
  std::vector<CeremonySummary> chain;
  for (const std::size_t member : members) {
    const CeremonySummary& ceremony = ceremonies[member];
    chain.push_back(ceremony);
    // Dates do not go back in a transcript.
    facts.as_of = std::max(facts.as_of, ceremony.record->transcript.entries().back().date);
    if (auto added = add_ceremony(ceremony, {member, &anchor}); !added) {
      return added;
    }
  }
  anchor.whole = is_whole(chain);
  facts.anchors.push_back(std::move(anchor));
  return {};
}

}  // namespace

base::Result<RecordFacts> facts_of(const std::vector<PublicRecord>& records) {
  if (records.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "there is no record to evaluate; give the folders of the public records"};
  }
  auto ceremonies = summarise_all(records);
  if (!ceremonies) {
    return std::move(ceremonies).error();
  }
  auto mode = common_mode(*ceremonies);
  if (!mode) {
    return std::move(mode).error();
  }
  RecordFacts facts;
  facts.mode = *mode;
  for (const CeremonySummary& ceremony : *ceremonies) {
    facts.records.push_back({.id = ceremony.record->id,
                             .origin = ceremony.record->origin,
                             .seal_sha256 = ceremony.record->seal_sha256,
                             .head = ceremony.head});
  }
  const Groups groups(*ceremonies);
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t at = 0; at < ceremonies->size(); ++at) {
    members[groups.of(at)].push_back(at);
  }
  for (const auto& [first, group] : members) {
    if (auto added = add_group(*ceremonies, group, facts); !added) {
      return std::move(added).error();
    }
  }
  return facts;
}

}  // namespace ceremony
